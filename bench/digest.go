package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

// hashlib reads as a script would, 8 KiB at a time.
const hashlib = `
import hashlib, sys
for name in sys.argv[1:]:
    h = hashlib.sha256()
    with open(name, "rb") as f:
        while chunk := f.read(8192):
            h.update(chunk)
    print(h.hexdigest())
`

// digest measures the digests of a folder of wheels.
func (b *bench) digest() error {
	return errors.Join(
		b.digestOf(1, b.oneSize),
		b.digestOf(b.manyWheels, b.manySize),
	)
}

func (b *bench) digestOf(wheels int, size int64) error {
	dir := filepath.Join(b.temp, "dist")
	defer os.RemoveAll(dir)
	// Three members, since one may not have 4 GiB.
	if _, err := b.start(b.temp, nil, b.program("wheelmaker"), "build", "--out", dir, "--stored", "--wheels", strconv.Itoa(wheels),
		"--size", strconv.FormatInt(size, 10), "--members=3", "--largest=50"); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil {
		return err
	}
	total, err := sizes(files)
	if err != nil {
		return err
	}
	jobs := min(wheels, runtime.NumCPU())
	raw := func(jobs int) contender {
		return b.process(fmt.Sprintf("crypto/sha256 of memory, %d at once", jobs), b.program("yardstick"), "sha256", "--bytes", strconv.FormatInt(total, 10), "--jobs", strconv.Itoa(jobs))
	}
	least := raw(jobs)
	ours := b.process("wheelmanifest generate, digests and directories", b.program("wheelmanifest"), "generate", "--quiet", "--contents=off", "--accelerator=cpu",
		"--wheels", dir, "--jobs", strconv.Itoa(jobs), "--out", filepath.Join(b.temp, "digest.json"))
	entry := b.process("wheelentry, one wheel", b.program("wheelentry"), "--wheel", files[0], "--out", filepath.Join(b.temp, "entry.json"), "--metadata-dir", filepath.Join(b.temp, "metadata"))
	// Reading costs processor time too: it is hidden where a processor is left.
	reading := b.process(fmt.Sprintf("crypto/sha256 of the files, %d at once", jobs), append([]string{b.program("yardstick"), "sha256", "--jobs", strconv.Itoa(jobs)}, files...)...)
	all := []contender{least, reading, ours, entry}
	if jobs > 1 {
		all = append(all, raw(1))
	}
	others := map[string][]string{
		"sha256sum":                     {"sha256sum"},
		"openssl dgst -sha256":          {"openssl", "dgst", "-sha256"},
		"Python's hashlib, 8 KiB reads": {"python3", "-c", hashlib},
	}
	for _, name := range []string{"sha256sum", "openssl dgst -sha256", "Python's hashlib, 8 KiB reads"} {
		if _, err := exec.LookPath(others[name][0]); err == nil {
			all = append(all, b.process(name, append(others[name], files...)...))
		}
	}
	got, err := b.turns(all...)
	if err != nil {
		return err
	}
	where := fmt.Sprintf("%d × %d MB: ", wheels, size/1e6)
	for _, c := range all {
		bytes := total
		if c.name == entry.name {
			bytes = total / int64(wheels)
		}
		r := row{what: where + c.name, wall: got.of(c.name, wall), cpu: got.of(c.name, cpu), peak: got.peak(c.name)}
		r.rate = float64(bytes) / r.wall
		speed := got.ratio(least.name, c.name, wall) * float64(bytes) / float64(total)
		switch c.name {
		case least.name:
		case ours.name:
			r.goal = atLeast("of the raw rate", speed, 0.95)
			r.note = fmt.Sprintf("%.2f of the rate of reading and hashing", got.ratio(reading.name, c.name, wall))
		case entry.name:
			r.goal = atMost("MB", float64(r.peak)/1e6, 100)
		}
		r.ratio = fmt.Sprintf("%.2f of the raw rate", speed)
		b.table.add(r)
	}
	return nil
}

// sizes is the size of files together, in bytes.
func sizes(files []string) (total int64, err error) {
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}
