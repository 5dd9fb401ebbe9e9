package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ref[T any](v T) *T { return &v }

const (
	commit   = "0123456789abcdef0123456789abcdef01234567"
	upstream = "89abcdef0123456789abcdef0123456789abcdef"
)

// manifest is a stamped ROCm build of some wheels.
func manifest(archs string, wheels ...document.Artifact) *document.Manifest {
	return &document.Manifest{
		SchemaVersion: "1.0", Project: ref("TheRock"), Component: ref("pytorch"), Accelerator: ref("rocm"), Platform: "linux-x86_64",
		ROCmSDKVersion: ref("7.14.0"), PyTorchROCmArch: strings.Fields(archs), PythonVersion: "3.12", Stamped: true,
		RunID: ref("42"), RunAttempt: ref("2"), RunURL: ref("https://github.com/ROCm/TheRock/actions/runs/42"),
		Sources: map[string]document.Source{"pytorch": {
			Dir: ref("external/pytorch"), Commit: commit, UpstreamCommit: ref(upstream), Remote: ref("git@github.com:pytorch/pytorch.git"), Dirty: true,
		}},
		Artifacts: wheels,
	}
}

// wheelWith is a wheel whose one library holds code for some targets.
func wheelWith(distribution, targets string) document.Artifact {
	a := document.Artifact{
		RelativePath: distribution + "-1.0-cp312-cp312-linux_x86_64.whl", SizeBytes: 899_742_281, SHA256: strings.Repeat("0a", 32),
		Labels: document.Labels{
			Framework: document.Framework, Distribution: distribution, Version: "1.0", PythonTag: "cp312", ABITag: "cp312", PlatformTag: "linux_x86_64",
		},
		Contents: &document.Contents{Record: "verified"},
		Build:    &document.Build{Status: document.Rebuilt, Commit: ref(commit)},
	}
	if list := strings.Fields(targets); len(list) > 0 {
		a.Contents.DeviceCode = document.DeviceCode{ROCm: list, Files: []document.DeviceFile{{Path: "lib/a.so", ROCm: list}}}
	}
	return a
}

// many is a set of wheels: one project each, a tenth of which lacks a device.
func many(n int) *document.Manifest {
	var wheels []document.Artifact
	for i := range n {
		targets := "gfx90a gfx942 gfx1100 gfx1201"
		if i%10 == 3 {
			targets = "gfx90a gfx942 gfx1100"
		}
		wheels = append(wheels, wheelWith(fmt.Sprintf("project_%05d", i), targets))
	}
	return manifest("gfx90a gfx942 gfx1100 gfx1201", wheels...)
}

func html(tb testing.TB, m *document.Manifest, warnings ...finding.Finding) string {
	tb.Helper()
	page, err := HTML(m, warnings)
	require.NoError(tb, err)
	return string(page)
}

// text is a page without its tags.
func text(page string) string {
	var b strings.Builder
	in := false
	for _, r := range page[strings.Index(page, "</head>"):] {
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(strings.NewReplacer("&#43;", "+", "&#39;", "'", "&#34;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String())), " ")
}
