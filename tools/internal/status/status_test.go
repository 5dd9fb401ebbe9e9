package status

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// release is the status of a good release with some lines changed: "KEY" takes
// a line away, "KEY VALUE" puts another in.
func release(t testing.TB, changes ...string) Status {
	t.Helper()
	values, faults := Parse("release.txt", load(t, "release.txt"))
	require.Empty(t, faults)
	for _, change := range changes {
		key, value, put := strings.Cut(change, " ")
		delete(values, key)
		if put {
			values[key] = value
		}
	}
	return values.Project(Prefixes(), nil)
}

func codes(findings []finding.Finding) []string {
	out := []string{}
	for _, f := range findings {
		out = append(out, f.Code+" "+f.Field)
	}
	return out
}

func lines(findings []finding.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func TestStatusIsCanonical(t *testing.T) {
	status := Read("release.txt", load(t, "release.txt"), []string{"STABLE_NIGHTLY"})
	require.Empty(t, status.Faults)
	got, err := status.Encode()
	require.NoError(t, err)
	assert.Equal(t, string(load(t, "release.status.json")), string(got))

	back, err := Decode(got)
	require.NoError(t, err)
	assert.Equal(t, status, back)
}

func TestStatusCarriesFaults(t *testing.T) {
	status := Read("s.txt", []byte("STABLE_A <&>\nnot a key: x\nSTABLE_A 1\nSTABLE_B"), []string{"STABLE_A", "STABLE_C"})
	data, err := status.Encode()
	require.NoError(t, err)
	assert.Contains(t, string(data), `"STABLE_A": "<&>"`, "no HTML escaping")
	assert.True(t, json.Valid(data))
	back, err := Decode(data)
	require.NoError(t, err)
	assert.Equal(t, status, back)
	assert.Equal(t, []string{"status_key_duplicate s.txt:3", "status_file_truncated s.txt:4", "status_key_missing STABLE_C"}, codes(back.Faults))
}

func TestEmptyStatusHasEveryField(t *testing.T) {
	data, err := Status{}.Encode()
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"faults\": [],\n  \"values\": {}\n}\n", string(data))
}

func TestDecodeIsStrict(t *testing.T) {
	for name, data := range map[string]string{
		"no JSON":         "STABLE_A 1\n",
		"unknown field":   `{"faults": [], "values": {}, "more": 1}`,
		"data behind":     `{"faults": [], "values": {}} {}`,
		"no values":       `{"faults": []}`,
		"no faults":       `{"values": {}}`,
		"value no string": `{"faults": [], "values": {"A": 1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(data))
			assert.ErrorContains(t, err, "status.json: ")
		})
	}
}

// Other keys, of Bazel or of anybody, change nothing in status.json: the
// actions behind it are cut off.
func TestProjectionKeepsKeysInUseOnly(t *testing.T) {
	data := load(t, "release.txt")
	before, err := Read("a", data, nil).Encode()
	require.NoError(t, err)
	more := append([]byte("OTHER 1\nSTABLE_OTHER tab\there\xff\nSTABLE_BUILD_HOST x\n"), data...)
	after, err := Read("b", more, nil).Encode()
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.NotContains(t, string(before), "BUILD_HOST")
	assert.NotContains(t, string(before), "STABLE_NIGHTLY")
}
