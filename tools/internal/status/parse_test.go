package status

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, data string
		want       Values
		faults     []string
	}{
		{"one key", "STABLE_A 1\n", Values{"STABLE_A": "1"}, nil},
		{"empty value", "STABLE_A \n", Values{"STABLE_A": ""}, nil},
		{"key alone, as Bazel reads it", "STABLE_A\n", Values{"STABLE_A": ""}, nil},
		{"spaces in the value", "STABLE_A  b c \n", Values{"STABLE_A": " b c "}, nil},
		{"other people's keys", "git.branch-name x\n_b y\n", Values{"git.branch-name": "x", "_b": "y"}, nil},
		{"empty file", "", Values{}, []string{"status_file_empty s.txt"}},
		{"no last newline", "A 1\nB 2", Values{"A": "1", "B": "2"}, []string{"status_file_truncated s.txt:2"}},
		{"empty line", "A 1\n\nB 2\n", Values{"A": "1", "B": "2"}, []string{"status_key_malformed s.txt:2"}},
		{"leading space", " A 1\n", Values{}, []string{"status_key_malformed s.txt:1"}},
		{"a warning in between", "warning: x\nA 1\n", Values{"A": "1"}, []string{"status_key_malformed s.txt:1"}},
		{"key with a tab", "A\tB 1\n", Values{}, []string{"status_key_malformed s.txt:1"}},
		{"key not UTF-8", "A\xff 1\n", Values{}, []string{"status_key_malformed s.txt:1"}},
		{"byte order mark", "\ufeffA 1\n", Values{}, []string{"status_key_malformed s.txt:1"}},
		{"the first of two counts", "A 1\nB x\nA 2\n", Values{"A": "1", "B": "x"}, []string{"status_key_duplicate s.txt:3"}},
		{"line too long", "A " + strings.Repeat("x", MaxLine) + "\nB 1\n", Values{"B": "1"}, []string{"status_line_too_long s.txt:1"}},
		{"line of the greatest length", "A " + strings.Repeat("x", MaxLine-2) + "\n", Values{"A": strings.Repeat("x", MaxLine-2)}, nil},
		{"several", "?\nA 1\nA 2\nB", Values{"A": "1", "B": ""},
			[]string{"status_key_malformed s.txt:1", "status_key_duplicate s.txt:3", "status_file_truncated s.txt:4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, faults := Parse("s.txt", []byte(tt.data))
			assert.Equal(t, tt.want, got)
			assert.ElementsMatch(t, tt.faults, codes(faults))
			assert.Equal(t, len(tt.faults) > 0, finding.HasErrors(faults))
		})
	}
}

func TestParseBoundsTheFile(t *testing.T) {
	values, faults := Parse("s.txt", make([]byte, MaxFile+1))
	assert.Empty(t, values)
	assert.Equal(t, []string{"status_file_too_large s.txt"}, codes(faults))
}

// A line that is no key may hold anything, a token too.
func TestParseRepeatsNoValue(t *testing.T) {
	_, faults := Parse("s.txt", []byte("https://user:secret@host/ secret\nA secret\nA secret"))
	require.Len(t, faults, 3)
	assert.NotContains(t, lines(faults), "secret")
}

func TestProjectChecksValuesInUse(t *testing.T) {
	for name, tt := range map[string]struct{ value, message string }{
		"not UTF-8":        {"a\xffb", "not UTF-8"},
		"tab":              {"a\tb", "control character"},
		"escape":           {"a\x1b[0m", "control character"},
		"C1":               {"a\u0085b", "control character"},
		"lines of Windows": {"a\r", "lines of Windows"},
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte("STABLE_CI_JOB_ID " + tt.value + "\nSTABLE_MINE " + tt.value + "\nSTABLE_OTHER " + tt.value + "\n")
			status := Read("s.txt", data, []string{"STABLE_MINE"})
			assert.Equal(t, []string{"status_value_malformed STABLE_CI_JOB_ID", "status_value_malformed STABLE_MINE"}, codes(status.Faults))
			assert.Contains(t, status.Faults[0].Message, tt.message)
			assert.Empty(t, status.Values)

			_, ok, more := status.Substitute("version_suffix", "{STABLE_MINE}")
			assert.False(t, ok)
			assert.Empty(t, more, "the key is a fault already")
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(load(f, "release.txt"))
	f.Add([]byte("A 1\nA 2\nB"))
	f.Add([]byte("STABLE_SOURCE_A_UPSTREAM_COMMIT x\nSTABLE_SOURCE__COMMIT \nSTABLE_THEROCK_X\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		status := Read("s.txt", data, []string{"STABLE_A"})
		encoded, err := status.Encode()
		require.NoError(t, err)
		back, err := Decode(encoded)
		require.NoError(t, err)
		assert.Equal(t, status.Values, back.Values)

		facts, faults := status.Facts(nil)
		if !finding.HasErrors(append(faults, status.Faults...)) {
			require.NotNil(t, facts.TheRock)
			for name := range facts.Sources {
				assert.NoError(t, CheckSourceName(name))
			}
		}
	})
}
