package status

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeys(t *testing.T) {
	keys, faults := Keys("rocm_sdk_version", "{STABLE_B}-{STABLE_A}+{STABLE_B}")
	assert.Equal(t, []string{"STABLE_A", "STABLE_B"}, keys)
	assert.Empty(t, faults)

	keys, faults = Keys("rocm_sdk_version", "7.11.0")
	assert.Empty(t, keys)
	assert.Empty(t, faults)
}

func TestPlaceholders(t *testing.T) {
	for value, got := range map[string]string{
		"{BUILD_TIMESTAMP}":   "{BUILD_TIMESTAMP}",
		"{BUILD_EMBED_LABEL}": "{BUILD_EMBED_LABEL}",
		"a{}b":                "{}",
		"{stable_a}":          "{stable_a}",
		"{STABLE_A B}":        "{STABLE_A B}",
		"{STABLE_A":           "{STABLE_A",
		"STABLE_A}":           "STABLE_A}",
		"{{STABLE_A}}":        "{{STABLE_A}}",
	} {
		t.Run(value, func(t *testing.T) {
			_, faults := Keys("version_suffix", value)
			require.Len(t, faults, 1)
			assert.Equal(t, "status_placeholder version_suffix", codes(faults)[0])
			assert.Equal(t, got, faults[0].Got)
			_, ok, again := release(t).Substitute("version_suffix", value)
			assert.False(t, ok)
			assert.Subset(t, codes(again), codes(faults))
		})
	}
}

func TestSubstitute(t *testing.T) {
	status := Read("release.txt", load(t, "release.txt"), []string{"STABLE_NIGHTLY"})
	for value, want := range map[string]string{
		"plain":                "plain",
		"":                     "",
		"rocm{STABLE_NIGHTLY}": "rocm7.11.0a20260131",
		"{STABLE_CI_RUN_ID}.{STABLE_CI_RUN_ATTEMPT}": "12345678901.2",
		"{STABLE_SOURCE_TRITON_REMOTE}":              "",
	} {
		got, ok, faults := status.Substitute("version_suffix", value)
		assert.True(t, ok, value)
		assert.Empty(t, faults)
		assert.Equal(t, want, got)
	}
}

func TestSubstituteNamesTheNearestKeys(t *testing.T) {
	data := load(t, "release.txt")
	// The projection sees the whole file, so it knows the key that was meant.
	status := Read("release.txt", data, []string{"STABLE_NIGTHLY"})
	require.Equal(t, []string{"status_key_missing STABLE_NIGTHLY"}, codes(status.Faults))
	assert.Contains(t, status.Faults[0].Got, "nearest keys: STABLE_NIGHTLY, ")
	_, ok, faults := status.Substitute("version_suffix", "{STABLE_NIGTHLY}")
	assert.False(t, ok)
	assert.Empty(t, faults, "reported by the projection already")

	_, ok, faults = release(t).Substitute("version_suffix", "{STABLE_CI_RUNID}")
	assert.False(t, ok)
	require.Len(t, faults, 1)
	assert.Contains(t, faults[0].Got, "nearest keys: STABLE_CI_RUN_ID, ")
	assert.Contains(t, faults[0].Message, "version_suffix")
}
