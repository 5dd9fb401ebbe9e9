package version

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCompare holds every pair of the versions in order.txt, where a line is
// one release in several spellings and the lines are in ascending order.
func TestCompare(t *testing.T) {
	type spelt struct {
		text    string
		line    int
		version Version
	}
	var all []spelt
	for i, line := range lines(t, "order.txt") {
		for text := range strings.FieldsSeq(line) {
			v, err := Parse(text)
			require.NoError(t, err)
			all = append(all, spelt{text, i, v})
		}
	}
	for _, a := range all {
		for _, b := range all {
			want := 0
			if a.line != b.line {
				want = 1
			}
			if a.line < b.line {
				want = -1
			}
			assert.Equal(t, want, a.version.Compare(b.version), "%s and %s", a.text, b.text)
			assert.Equal(t, want == 0, a.version.Equal(b.version), "%s and %s", a.text, b.text)
		}
	}
}
