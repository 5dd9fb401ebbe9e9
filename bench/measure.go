package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// sample is what one run of a process took.
type sample struct {
	// seconds by the clock, and of processors.
	wall, cpu float64
	// peak is the most resident memory that the process had, in bytes.
	peak   int64
	stdout string
}

// contender is one row that is measured: a process, or more than one thing to do.
type contender struct {
	name string
	run  func() (sample, error)
}

// process is a contender that is one command line.
func (b *bench) process(name string, words ...string) contender {
	return contender{name, func() (sample, error) { return b.start(b.temp, nil, words...) }}
}

// start runs a command line to its end.
func (b *bench) start(dir string, env []string, words ...string) (s sample, err error) {
	call := exec.CommandContext(b.ctx, words[0], words[1:]...)
	call.Dir, call.Env = dir, append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	call.Stdout, call.Stderr = &stdout, &stderr
	begin := time.Now()
	err = call.Run()
	s.wall, s.stdout = time.Since(begin).Seconds(), stdout.String()
	if err != nil {
		return s, fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, stderr.Bytes())
	}
	s.cpu = (call.ProcessState.UserTime() + call.ProcessState.SystemTime()).Seconds()
	s.peak = peak(call.ProcessState)
	return s, nil
}

// samples are those of each contender, a turn each.
type samples map[string][]sample

// turns lets the contenders take turns: what the machine does besides then
// falls on all of them. The first turn, which fills the page cache, is not
// counted.
func (b *bench) turns(all ...contender) (samples, error) { return b.turnsAfter(1, all...) }

// turnsAfter is turns, with that many first turns that are not counted.
func (b *bench) turnsAfter(warming int, all ...contender) (samples, error) {
	got := samples{}
	for turn := 1 - warming; turn <= b.rounds; turn++ {
		for _, c := range all {
			fmt.Fprintf(os.Stderr, "turn %d of %d: %s\n", turn+warming, b.rounds+warming, c.name)
			s, err := c.run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if turn > 0 {
				got[c.name] = append(got[c.name], s)
			}
		}
	}
	return got, nil
}

// of is the median of a figure of one contender.
func (s samples) of(name string, figure func(sample) float64) float64 {
	var all []float64
	for _, one := range s[name] {
		all = append(all, figure(one))
	}
	return median(all)
}

func wall(s sample) float64 { return s.wall }
func cpu(s sample) float64  { return s.cpu }

// peak is the largest of all turns, in bytes.
func (s samples) peak(name string) (most int64) {
	for _, one := range s[name] {
		most = max(most, one.peak)
	}
	return most
}

// ratio is the median of a figure's ratios of two contenders within a turn.
func (s samples) ratio(name, to string, figure func(sample) float64) float64 {
	var all []float64
	for i, one := range s[name] {
		all = append(all, figure(one)/figure(s[to][i]))
	}
	return median(all)
}

// median of an even number is the mean of the two in the middle; of none it is
// zero.
func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
