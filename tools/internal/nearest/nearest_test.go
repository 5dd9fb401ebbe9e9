package nearest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWords(t *testing.T) {
	known := []string{"STABLE_B", "STABLE_A", "STABLE_PYTORCH", "unrelated"}
	assert.Equal(t, []string{"STABLE_PYTORCH", "STABLE_A", "STABLE_B", "unrelated"}, Words("STABLE_PYTORHC", known))
	assert.Equal(t, []string{"STABLE_A", "STABLE_PYTORCH", "unrelated"}, Words("STABLE_B", known))
	assert.Empty(t, Words("x", nil))
	assert.Len(t, Words(strings.Repeat("x", 1<<20), known), 4)
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 2}, {"flaw", "lawn", 2}, {"same", "same", 0}} {
		assert.Equal(t, c.want, distance(c.a, c.b), "%q %q", c.a, c.b)
		assert.Equal(t, c.want, distance(c.b, c.a), "%q %q", c.b, c.a)
	}
}
