package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		all  []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1}, 5}, {[]float64{9, 1, 2}, 2}, {[]float64{100, 1, 3, 2}, 2.5}} {
		assert.Equal(t, test.want, median(test.all), "%v", test.all)
	}
	all := []float64{3, 1, 2}
	median(all)
	assert.Equal(t, []float64{3, 1, 2}, all, "what was measured stays in its order")
}

// TestRatio: the ratio of each turn counts, and not that of the medians.
func TestRatio(t *testing.T) {
	s := samples{
		"a": {{wall: 2, cpu: 1, peak: 5}, {wall: 20, cpu: 1, peak: 7}, {wall: 6, cpu: 1, peak: 6}},
		"b": {{wall: 1, cpu: 1}, {wall: 10, cpu: 2}, {wall: 1, cpu: 4}},
	}
	assert.Equal(t, 2.0, s.ratio("a", "b", wall))
	assert.Equal(t, 0.5, s.ratio("a", "b", cpu))
	assert.Equal(t, 6.0, s.of("a", wall))
	assert.EqualValues(t, 7, s.peak("a"))
}

// TestTurns: contenders take turns, and the first turns are not counted.
func TestTurns(t *testing.T) {
	b := &bench{ctx: context.Background(), rounds: 2}
	var order string
	contend := func(name string) contender {
		return contender{name, func() (sample, error) {
			order += name
			return sample{wall: float64(len(order))}, nil
		}}
	}
	got, err := b.turns(contend("a"), contend("b"))
	require.NoError(t, err)
	assert.Equal(t, "ababab", order)
	assert.Equal(t, []sample{{wall: 3}, {wall: 5}}, got["a"])

	order = ""
	got, err = b.turnsAfter(3, contend("a"))
	require.NoError(t, err)
	assert.Equal(t, "aaaaa", order)
	assert.Equal(t, []sample{{wall: 4}, {wall: 5}}, got["a"])

	_, err = b.turns(b.process("false", "sh", "-c", "echo why >&2; exit 7"))
	assert.ErrorContains(t, err, "why")
}

func TestProcessIsMeasured(t *testing.T) {
	b := &bench{ctx: context.Background()}
	s, err := b.start(t.TempDir(), []string{"WORD=hello"}, "sh", "-c", "echo $WORD")
	require.NoError(t, err)
	assert.Equal(t, "hello\n", s.stdout)
	assert.Positive(t, s.wall)
	assert.Greater(t, s.peak, int64(100_000))
}

func TestTable(t *testing.T) {
	var out strings.Builder
	table := table{}
	table.add(row{what: "a", wall: 1.234, cpu: 0.01, rate: 2e6, peak: 3e6, ratio: "1 × b", goal: atMost("× b", 1, 1)})
	table.add(row{what: "long name", goal: atLeast("×", 0.5, 0.95).and(atMost("MB", 7, 8))})
	table.print(&out)
	assert.Equal(t, `|           | s    | CPU s | MB/s | peak MB | ratio | counted | goal, and whether it is reached               |
| --------- | ---- | ----- | ---- | ------- | ----- | ------- | --------------------------------------------- |
| a         | 1.23 | 0.010 | 2    | 3       | 1 × b |         | × b ≤ 1: 1, reached                           |
| long name |      |       |      |         |       |         | × ≥ 0.95: 0.5, **missed**; MB ≤ 8: 7, reached |
`, out.String())
}

// TestSpawns reads an execution log as Bazel writes it: objects one after
// another, large numbers as text.
func TestSpawns(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.json")
	require.NoError(t, os.WriteFile(log, []byte(`{"mnemonic": "WheelEntry", "cacheHit": false, "inputs": [
  {"path": "dist/a.whl", "digest": {"hash": "00", "sizeBytes": "5000000000"}}, {"path": "tool", "digest": {"sizeBytes": "7"}}]}
{"mnemonic": "WheelContents", "cacheHit": true, "inputs": [{"path": "dist/a.whl", "digest": {"sizeBytes": "9"}}]}
`), 0o644))
	got, err := spawns(log)
	require.NoError(t, err)
	assert.Equal(t, counted{ran: map[string]int{"WheelEntry": 1}, cached: 1, bytes: 5000000000}, got)
	assert.Equal(t, "1 run (1 WheelEntry), 1 from the cache, which read 5000 MB of wheels", got.String())
	got, err = spawns(filepath.Join(t.TempDir(), "none"))
	require.NoError(t, err, "an analysis alone has no log")
	assert.Equal(t, "0 run", got.String())
}

func TestArguments(t *testing.T) {
	for want, args := range map[string][]string{
		`got group "x"`:    {"x"},
		"--rounds: got 0":  {"--rounds=0"},
		"numbers from 1":   {"--analysed=1,x"},
		"numbers from 1, ": {"--documented=0"},
	} {
		assert.ErrorContains(t, run(context.Background(), args), want)
	}
	n := numbers{}
	require.NoError(t, n.Set("100,1000"))
	assert.Equal(t, "100,1000", n.String())
}
