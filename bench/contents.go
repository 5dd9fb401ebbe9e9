package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// torch is the wheel that the contents are read of: 0.9 GB, of which 62 % are
// one member.
const torch = "torch==2.9.1"

// contents measures the reading of every member of one wheel.
func (b *bench) contents() error {
	file, err := b.realWheel()
	if err != nil {
		return err
	}
	jobs := strconv.Itoa(runtime.NumCPU())
	inflate := func(name, decoder string) contender {
		return b.process(name, b.program("yardstick"), "inflate", "--decoder="+decoder, "--jobs="+jobs, file)
	}
	least := inflate("inflating alone, decoder in use", "ours")
	ours := b.process("wheelcontents: RECORD, GPU code", b.program("wheelcontents"), "--wheel", file, "--jobs", jobs, "--out", filepath.Join(b.temp, "contents.json"))
	unzip := b.process("unzip -tq", "unzip", "-tq", file)
	all := []contender{least, ours, inflate("inflating alone, klauspost", "klauspost"), inflate("inflating alone, compress/flate", "standard")}
	compared := false
	if _, err := exec.LookPath("unzip"); err == nil {
		compared = true
		all = append(all, unzip)
	}
	if _, err := exec.LookPath("python3"); err == nil {
		all = append(all, b.process("python -m zipfile -t", "python3", "-m", "zipfile", "-t", file))
	}
	got, err := b.turns(all...)
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(strings.TrimSpace(got[least.name][0].stdout), 10, 64)
	if err != nil {
		return err
	}
	where := strings.SplitN(filepath.Base(file), "-cp", 2)[0] + ": "
	for _, c := range all {
		r := row{what: where + c.name, wall: got.of(c.name, wall), cpu: got.of(c.name, cpu), peak: got.peak(c.name)}
		r.rate = float64(size) / r.wall
		ratio := got.ratio(c.name, least.name, wall)
		r.ratio = fmt.Sprintf("%.2f × inflating", ratio)
		if c.name == ours.name {
			r.goal = atMost("× inflating", ratio, 1.15)
			if compared {
				r.goal = r.goal.and(atLeast("× unzip -tq", got.ratio(unzip.name, c.name, wall), 2.5))
			}
			r.goal = r.goal.and(atMost("MB", float64(r.peak)/1e6, 200))
			r.note = fmt.Sprintf("CPU %.2f × inflating", got.ratio(c.name, least.name, cpu))
		}
		b.table.add(r)
	}
	return b.largest(file, where)
}

// largest measures the decoders on one core and the wheel's largest member.
func (b *bench) largest(file, where string) error {
	packed := filepath.Join(b.temp, "largest.gz")
	defer os.Remove(packed)
	if _, err := b.start(b.temp, nil, b.program("yardstick"), "gzip", file, packed); err != nil {
		return err
	}
	decode := func(name, decoder string) contender {
		return contender{name, func() (sample, error) {
			return b.start(b.temp, []string{"GOMAXPROCS=1"}, b.program("yardstick"), "inflate", "--decoder="+decoder, "--members=1", "--jobs=1", file)
		}}
	}
	least, klauspost := decode("largest member, decoder in use", "ours"), decode("largest member, klauspost", "klauspost")
	all := []contender{least, klauspost}
	igzip, env, missing := b.igzip()
	fast := contender{"largest member, igzip (C, assembly)", func() (sample, error) {
		return b.start(b.temp, env, "sh", "-c", `exec "$0" -d -c "$1" >/dev/null`, igzip, packed)
	}}
	if missing == nil {
		all = append(all, fast)
	}
	got, err := b.turns(all...)
	if err != nil {
		return err
	}
	size, err := strconv.ParseInt(strings.TrimSpace(got[least.name][0].stdout), 10, 64)
	if err != nil {
		return err
	}
	for _, c := range all {
		r := row{what: where + c.name, wall: got.of(c.name, wall), cpu: got.of(c.name, cpu), peak: got.peak(c.name), ratio: fmt.Sprintf("%.2f × klauspost's rate", got.ratio(klauspost.name, c.name, wall))}
		r.rate = float64(size) / r.wall
		if c.name == least.name {
			r.goal = atLeast("× klauspost's rate", got.ratio(klauspost.name, c.name, wall), 2)
			if missing == nil {
				r.goal = r.goal.and(atLeast("of igzip's rate", got.ratio(fast.name, c.name, wall), 0.65))
			}
		}
		b.table.add(r)
	}
	if missing != nil {
		b.table.add(row{what: where + fast.name, note: "left out: " + strings.SplitN(missing.Error(), "\n", 2)[0]})
	}
	return nil
}

// realWheel is the wheel to read: the one named, or PyTorch's, or one made up.
func (b *bench) realWheel() (string, error) {
	if b.wheel != "" {
		return filepath.Abs(b.wheel)
	}
	dir := filepath.Join(b.cache, "wheel")
	files, err := filepath.Glob(filepath.Join(dir, "torch-*.whl"))
	if err != nil || len(files) > 0 {
		return strings.Join(files, ""), err
	}
	_, err = b.start(b.temp, nil, "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
		"--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--dest", dir, torch)
	if err != nil {
		fmt.Fprintf(os.Stderr, "PyPI cannot be reached, so the wheel is made up: %v\n", err)
		dir = filepath.Join(b.temp, "wheel")
		if _, err := b.start(b.temp, nil, b.program("wheelmaker"), "build", "--out", dir, "--prefix=torch", "--size=1700M", "--members=12000", "--target=sm_90"); err != nil {
			return "", err
		}
	}
	files, err = filepath.Glob(filepath.Join(dir, "torch*.whl"))
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("%s holds %d wheels, want one", dir, len(files))
	}
	return strings.Join(files, ""), err
}

// igzip finds the program, or unpacks Debian's package aside. The error says
// why there is none.
func (b *bench) igzip() (path string, env []string, err error) {
	if path, err = exec.LookPath("igzip"); err == nil {
		return path, nil, nil
	}
	dir := filepath.Join(b.cache, "isal")
	path = filepath.Join(dir, "usr", "bin", "igzip")
	if _, err := os.Stat(path); err != nil {
		part := filepath.Join(b.temp, "isal")
		if err := os.MkdirAll(part, 0o755); err != nil {
			return "", nil, err
		}
		if _, err := b.start(part, nil, "sh", "-c", "apt-get download isal libisal2 && for deb in *.deb; do dpkg-deb -x $deb . || exit 1; done"); err != nil {
			return "", nil, fmt.Errorf("Debian's package isal cannot be had: %w", err)
		}
		if _, err := b.start(b.temp, nil, "cp", "-r", part, dir); err != nil {
			return "", nil, err
		}
	}
	libraries, err := filepath.Glob(filepath.Join(dir, "usr", "lib", "*"))
	return path, []string{"LD_LIBRARY_PATH=" + strings.Join(libraries, ":")}, err
}
