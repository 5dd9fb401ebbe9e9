package version

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lines returns the lines of a file in testdata but comments and empty ones.
func lines(t testing.TB, name string) []string {
	f, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func TestNormalize(t *testing.T) {
	for _, line := range lines(t, "normal.tsv") {
		input, want, ok := strings.Cut(line, "\t")
		require.True(t, ok, "line without a tab: %q", line)
		got, err := Normalize(input)
		if assert.NoError(t, err) {
			assert.Equal(t, want, got, "of %q", input)
		}
		again, err := Normalize(got)
		if assert.NoError(t, err) {
			assert.Equal(t, got, again, "the normal form of %q is not normal", input)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	refused := lines(t, "refused.txt")
	// What a line of a file cannot hold, or an editor would lose.
	refused = append(refused, "", " 1.0", "1.0 ", "1.0\n", "\t1.0", "1.0\x00", "1.0\xff", "\xff", "1.0\r", "1.0\u00a0", "1.0\u200b", "1.0+\u212a", "1.0+\u017f", "1.0po\u017ft1")
	for _, input := range refused {
		v, err := Parse(input)
		assert.Error(t, err, "%q was read as %s", input, v)
		assert.Equal(t, Version{}, v)
	}
}

func TestSyntaxErrorSaysWhere(t *testing.T) {
	for input, want := range map[string]string{
		"torch":  `version "torch" is not one of PEP 440: at byte 0: got "torch", want a release number (digits 0 to 9)`,
		"1.0+":   `version "1.0+" is not one of PEP 440: at byte 4: got its end, want a segment of the local part (letters and digits)`,
		"1.0+A_": `version "1.0+A_" is not one of PEP 440: at byte 6: got its end, want a segment of the local part (letters and digits)`,
		"1.0RCx": `version "1.0RCx" is not one of PEP 440: at byte 5: got "x", want the end, or a pre-, post-, dev- or local part where it may stand`,
		"2\n":    `version "2\x0a" is not one of PEP 440: at byte 1: got "\x0a", want the end, or a pre-, post-, dev- or local part where it may stand`,
	} {
		_, err := Parse(input)
		assert.EqualError(t, err, want)
	}
}

func TestParseKeepsLongNumbersExactly(t *testing.T) {
	// 2^64 and its neighbours, and one far beyond.
	for _, digits := range []string{"18446744073709551615", "18446744073709551616", "9223372036854775808", strings.Repeat("9", MaxDigits)} {
		for _, form := range []string{"#", "#!1", "1.#", "1a#", "1.post#", "1.dev#", "1+#"} {
			input := strings.ReplaceAll(form, "#", digits)
			got, err := Normalize(input)
			if assert.NoError(t, err) {
				assert.Equal(t, input, got)
			}
		}
	}
}

func TestParseBounds(t *testing.T) {
	for _, form := range []string{"#", "#!1", "1.#", "1a#", "1.post#", "1-#", "1.dev#", "1+#"} {
		_, err := Parse(strings.ReplaceAll(form, "#", strings.Repeat("0", MaxDigits)+"1"))
		assert.ErrorContains(t, err, "a number of at most 4300 digits", form)
	}
	longest := "1" + strings.Repeat(".1", MaxLength/2-1)
	_, err := Parse(longest + "0")
	assert.NoError(t, err)
	_, err = Parse(longest + "00")
	assert.ErrorContains(t, err, "at most 16384 bytes")
}

func FuzzParse(f *testing.F) {
	for _, line := range lines(f, "normal.tsv") {
		input, _, _ := strings.Cut(line, "\t")
		f.Add(input)
	}
	for _, line := range lines(f, "refused.txt") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, input string) {
		v, err := Parse(input)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			return
		}
		again, err := Parse(v.String())
		require.NoError(t, err, "the normal form of %q", input)
		require.Equal(t, v.String(), again.String())
		require.True(t, v.Equal(again))
	})
}
