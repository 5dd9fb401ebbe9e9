package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

func TestEveryCellHasASignOfItsOwn(t *testing.T) {
	for cell := judgement.Served; cell <= judgement.NotRead; cell++ {
		s := legend[cell]
		assert.NotEmpty(t, s.Symbol)
		for other := cell + 1; other <= judgement.NotRead; other++ {
			assert.NotEqual(t, s.Symbol, legend[other].Symbol)
			assert.NotEqual(t, s.Words, legend[other].Words)
		}
		assert.Regexp(t, `\.`+s.Class+`[ ,]`, style, "a colour beside the symbol")
	}
	assert.Len(t, legend, int(judgement.NotRead)+1)
}

func TestMissingStandsFirst(t *testing.T) {
	shown := text(html(t, manifest("gfx942 gfx1201", wheelWith("apex", "gfx942 gfx1201"), wheelWith("torch", "gfx942"))))
	matrix := shown[strings.Index(shown, "Which wheel serves which device"):]
	assert.Contains(t, matrix, "Wheel Declared gfx942 gfx1201 torch 1.0 cp312-cp312-linux_x86_64 ✖ missing gfx1201 ✓ served ✖ missing apex 1.0")
}

func TestSplitBuildIsOneComponent(t *testing.T) {
	host := wheelWith("torch", "")
	host.Metadata.RequiresDist = []string{`amd-torch-device-gfx942 == 1.0; extra == "device-gfx942"`}
	shown := text(html(t, manifest("gfx942 gfx950", host, wheelWith("amd_torch_device_gfx942", "gfx942"))))
	assert.Contains(t, shown, "torch 1.0 component: the host with 1 device and family wheel; cp312-cp312-linux_x86_64 ✖ missing gfx950 ✓ served ✖ missing"+
		" torch 1.0 cp312-cp312-linux_x86_64 – no code – no code amd_torch_device_gfx942 1.0 cp312-cp312-linux_x86_64 ✓ served · not declared")
}

func TestManyWheelsShareRows(t *testing.T) {
	m := many(maxRows + 200)
	page := html(t, m)
	assert.Contains(t, text(page), "Too many for a row each: wheels with equal coverage share a row.")
	assert.Equal(t, 2, strings.Count(page, " wheels <small>such as"), "a row of those that lack a device, one of the others")
	assert.Contains(t, text(page), "120 wheels such as project_00003 1.0 ✖ missing gfx1201")
	for _, a := range m.Artifacts {
		assert.Contains(t, page, "<li>"+a.RelativePath+"</li>")
	}
	for i := range m.Artifacts {
		m.Artifacts[i].Labels.Distribution = fmt.Sprintf("project_%d", i%7)
	}
	shown := text(html(t, m))
	assert.Contains(t, shown, "wheels of one distribution with equal coverage share a row")
	assert.Contains(t, shown, "such as project_6 1.0")
}

func TestQuietWheels(t *testing.T) {
	m := manifest("gfx942", wheelWith("torch", "gfx942"))
	for i := range 2 * maxQuiet {
		m.Artifacts = append(m.Artifacts, wheelWith(fmt.Sprintf("pure_%02d", i), ""))
		m.Artifacts[i+1].Contents = nil
	}
	shown := text(html(t, m))
	assert.Contains(t, shown, "40 wheels were not read pure_00 1.0")
	assert.NotContains(t, shown, "? not read pure")
	m.PyTorchROCmArch, m.Accelerator, m.Artifacts = nil, nil, m.Artifacts[1:]
	assert.Contains(t, text(html(t, m)), "No device is declared, and no wheel is known to hold device code. Not read: 40 of the wheels.")
	m.Stamped, m.Sources, m.Artifacts = false, nil, nil
	assert.Contains(t, text(html(t, m)), "Unknown: the build was not stamped.")
}
