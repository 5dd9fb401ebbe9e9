package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// documents measures the verbs that read manifests, on manifests of made-up
// wheels, and what it costs that a program starts.
func (b *bench) documents() error {
	// What one wheel costs of each verb, by number of wheels.
	costs := map[string]map[int]float64{}
	var faults []error
	for _, n := range b.documented {
		faults = append(faults, b.documentsOf(n, costs))
	}
	return errors.Join(append(faults, b.startUp())...)
}

// linear is how much more one wheel may cost in the larger set: the work has to
// grow in proportion, and memory is further away the more of it there is.
const linear = 1.3

func (b *bench) documentsOf(n int, costs map[string]map[int]float64) error {
	dir := filepath.Join(b.temp, "documents")
	defer os.RemoveAll(dir)
	half := n / 2
	// The first half, the second, and all of them with other bytes.
	for folder, flags := range map[string][]string{
		"old/a": {"--wheels", strconv.Itoa(max(half, 1))},
		"old/b": {"--wheels", strconv.Itoa(max(n-half, 1)), "--from", strconv.Itoa(half)},
		"new/a": {"--wheels", strconv.Itoa(max(half, 1)), "--mark=1"},
		"new/b": {"--wheels", strconv.Itoa(max(n-half, 1)), "--from", strconv.Itoa(half), "--mark=1"},
	} {
		words := append([]string{b.program("wheelmaker"), "build", "--out", filepath.Join(dir, folder), "--members=1", "--target=gfx942", "--target=gfx1100"}, flags...)
		if _, err := b.start(b.temp, nil, words...); err != nil {
			return err
		}
	}
	wheelmanifest := func(words ...string) []string { return append([]string{b.program("wheelmanifest")}, words...) }
	generate := func(wheels, out string, words ...string) []string {
		return append(wheelmanifest("generate", "--quiet", "--wheels", filepath.Join(dir, wheels), "--out", filepath.Join(dir, out),
			"--rocm-sdk-version=7.11.0", "--pytorch-rocm-arch=gfx942;gfx1100"), words...)
	}
	for _, words := range [][]string{
		generate("old", "old.json"), generate("new", "new.json"), generate("old/a", "a.json", "--prefix=a"), generate("old/b", "b.json", "--prefix=b"),
	} {
		if _, err := b.start(b.temp, nil, words...); err != nil {
			return err
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	all := []contender{
		b.process("generate, small wheels", generate("old", "out.json")...),
		b.process("validate", wheelmanifest("validate", "--quiet", in("old.json"))...),
		b.process("merge", wheelmanifest("merge", "--quiet", in("a.json"), in("b.json"), "--out", in("merged.json"))...),
		b.process("diff", wheelmanifest("diff", "--quiet", "--fail-on=none", "--out", in("diff"), in("old.json"), in("new.json"))...),
	}
	got, err := b.turns(all...)
	if err != nil {
		return err
	}
	for _, c := range all {
		r := row{what: fmt.Sprintf("%s, %d wheels", c.name, n), wall: got.of(c.name, wall), cpu: got.of(c.name, cpu), peak: got.peak(c.name)}
		// By processor time: the clock also counts who else waits for a processor.
		cost := r.cpu / float64(n)
		r.ratio = fmt.Sprintf("%.0f µs a wheel", cost*1e6)
		if costs[c.name] == nil {
			costs[c.name] = map[int]float64{}
		}
		costs[c.name][n] = cost
		if before := costs[c.name][n/10]; before > 0 {
			r.goal = atMost(fmt.Sprintf("a wheel's cost × that of %d wheels", n/10), cost/before, linear)
		}
		b.table.add(r)
	}
	return nil
}

// startUp measures a program that is started and has nothing to do.
func (b *bench) startUp() error {
	large, small := b.process("starting wheelmanifest", b.program("wheelmanifest"), "version"), b.process("starting wheelentry", b.program("wheelentry"), "--help")
	nothing := b.process("starting true", "true")
	rounds := b.rounds
	b.rounds *= 10 // milliseconds
	got, err := b.turns(large, small, nothing)
	b.rounds = rounds
	if err != nil {
		return err
	}
	for _, c := range []contender{large, small, nothing} {
		b.table.add(row{
			what: c.name, wall: got.of(c.name, wall), cpu: got.of(c.name, cpu), peak: got.peak(c.name),
			ratio: fmt.Sprintf("+%.1f ms over nothing", 1e3*(got.of(c.name, wall)-got.of(nothing.name, wall))),
		})
	}
	return nil
}
