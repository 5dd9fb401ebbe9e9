package judgement

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestParsePolicy(t *testing.T) {
	for text, want := range map[string]Policy{
		"":                        {},
		"device_not_served=warn":  {DeviceNotServed: finding.Warning},
		" record_defective = off": {RecordDefective: Off},
		"device_not_served=off,code_not_declared=error,device_not_served=off,": {DeviceNotServed: Off, CodeNotDeclared: finding.Error},
	} {
		policy, err := ParsePolicy(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, policy, text)
	}
}

func TestParsePolicyTellsAllFaults(t *testing.T) {
	for text, want := range map[string]string{
		"device_not_serve=warn":     `policy: unknown code "device_not_serve"; the nearest is device_not_served`,
		"Device_Not_Served=off":     "the nearest is device_not_served",
		"unknown_field=off":         `unknown code "unknown_field"`,
		"too_many_findings=off":     "unknown code",
		"device_not_served":         `got "device_not_served", want CODE=error, CODE=warn or CODE=off`,
		"=off":                      "want CODE=error",
		"device_not_served=warning": `policy: device_not_served: got "warning", want error, warn or off`,
		"device_not_served=":        `got "", want error`,
		"git_version_differs=off,git_version_differs=warn": "git_version_differs stands twice",
		"x\u202e=off":                       `"x\u202e"`,
		strings.Repeat("x", 1<<20) + "=off": "the nearest is",
	} {
		_, err := ParsePolicy(text)
		assert.ErrorContains(t, err, want)
	}
	_, err := ParsePolicy("a=off,kpack_unresolved=no,b")
	require.Error(t, err)
	assert.Equal(t, 3, len(strings.Split(err.Error(), "\n")))
}

func TestCodesAreOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, code := range Codes() {
		assert.False(t, seen[code.Name], code.Name)
		seen[code.Name] = true
		assert.Regexp(t, `^[a-z]+(_[a-z]+)+$`, code.Name)
		assert.Contains(t, []finding.Severity{finding.Error, finding.Warning}, code.Severity)
	}
}

func TestPolicyChangesSeverities(t *testing.T) {
	m := set("gfx942 gfx950", linux("torch", "2.9.1", holdsCode("a.so", "gfx942 gfx1100")))
	require.Len(t, Judge(m, nil), 2)
	findings := Judge(m, Policy{DeviceNotServed: finding.Warning, CodeNotDeclared: Off})
	assert.Equal(t, []string{"warning device_not_served torch: gfx942 gfx1100 | code for gfx950"}, brief(findings))
	assert.True(t, finding.HasErrors(Judge(m, Policy{CodeNotDeclared: finding.Error})))
}
