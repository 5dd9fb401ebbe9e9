package examples

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of examples/github-actions/README.md.
func TestWhenSomethingIsPublished(t *testing.T) {
	const wheel, nested, manifest = "dist/torch-1-py3-none-any.whl", "dist/gfx942/torch-1-py3-none-any.whl", "dist/manifest.json"
	for _, row := range []struct {
		result string
		files  []string
		want   string // true, warning, or a part of the error
	}{
		{"success", []string{wheel, manifest}, "true"},
		{"success", []string{nested, manifest}, "true"},
		{"skipped", nil, "warning"},
		{"skipped", []string{"dist/build.log"}, "warning"},
		{"success", nil, "left no wheel"},
		{"success", []string{wheel}, "no manifest of them"},
		{"success", []string{wheel, nested, "dist/manifests/manifest.json"}, "There are wheels (2)"},
		{"skipped", []string{wheel}, "no manifest of them"},
		{"success", []string{manifest}, "none of its wheels"},
		{"skipped", []string{manifest}, "none of its wheels"},
		{"skipped", []string{wheel, manifest}, "of what run are they"},
		{"failure", []string{wheel, manifest}, "neither success nor skipped"},
		{"cancelled", nil, "neither success nor skipped"},
		{"", nil, "neither success nor skipped"},
		{"::stop-commands::x", nil, "neither success nor skipped"},
	} {
		r := newRunner(t, publish, "publish", map[string]string{
			"inputs.build_result": row.result, "inputs.expect_dirty": "", "inputs.pointer": "latest/x.json"})
		for _, file := range row.files {
			r.write(file, nil)
		}
		s := r.run("Find out what there is to publish")
		t.Logf("build %-21q dist %-45q exit %d publish=%-5s %s", row.result, strings.ReplaceAll(strings.Join(row.files, " "), "dist/", ""),
			s.exit, s.outputs["publish"], strings.TrimSpace(s.log))
		switch row.want {
		case "true":
			assert.Equal(t, said{outputs: map[string]string{"publish": "true"}, variables: s.variables}, s)
		case "warning":
			assert.Zero(t, s.exit)
			assert.Regexp(t, `^::warning title=Nothing is published::The build was skipped: .*\n$`, s.log)
			assert.Equal(t, map[string]string{"publish": "false"}, s.outputs)
		default:
			assert.Equal(t, 1, s.exit)
			assert.Regexp(t, `^::error title=Nothing is published::.*\n$`, s.log)
			assert.Contains(t, s.log, row.want)
			assert.Empty(t, s.outputs)
		}
	}
}

// Who may publish, and that the steps after that one ask it.
func TestConditionsOfJobsAndSteps(t *testing.T) {
	job := parse(t, publish).Jobs["publish"]
	assert.Equal(t, "${{ github.repository_owner == 'ROCm' }}", job.If.Value)
	found := false
	for _, step := range job.Steps {
		switch {
		case step.ID != nil && step.ID.Value == "found":
			found = true
			assert.Nil(t, step.If, "it always runs")
		case found:
			require.NotNil(t, step.If, step.Name.Value)
			assert.Equal(t, "${{ steps.found.outputs.publish == 'true' }}", step.If.Value, step.Name.Value)
		default:
			assert.Equal(t, "${{ inputs.artifact_id != '' }}", step.If.Value, step.Name.Value)
		}
	}
	assert.True(t, found)
	for _, name := range []string{linux, windows} {
		calling := parse(t, name).Jobs["publish"]
		assert.Equal(t, "${{ !cancelled() && (needs.build.result == 'success' || needs.build.result == 'skipped') }}", calling.If.Value, name)
		assert.Equal(t, "${{ inputs.build }}", parse(t, name).Jobs["build"].If.Value, name)
	}
}
