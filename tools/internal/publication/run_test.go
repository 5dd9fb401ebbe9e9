package publication

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRunsAreOrdered(t *testing.T) {
	for _, test := range []struct {
		a, b Run
		want int
	}{
		{Run{"9", "1"}, Run{"10", "1"}, -1},
		{Run{"10", "2"}, Run{"10", "10"}, -1},
		{Run{"10", "9"}, Run{"11", "1"}, -1},
		{Run{"010", "1"}, Run{"10", "1"}, 0},
		{Run{"0", "1"}, Run{"00", "1"}, 0},
		{Run{"99999999999999999999", "1"}, Run{"100000000000000000000", "1"}, -1},
	} {
		assert.Equal(t, test.want, test.a.compare(test.b))
		assert.Equal(t, -test.want, test.b.compare(test.a))
	}
}
