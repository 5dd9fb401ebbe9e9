package main

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// bazel measures builds in a workspace that uses this module as a user's would.
// Its folder stays from run to run: the first build of a new one compiles the
// Go standard library.
func (b *bench) bazel() error {
	w := &workspace{bench: b, dir: filepath.Join(b.cache, "workspace")}
	defer func() {
		// After an interrupt too.
		last := *b
		last.ctx = context.WithoutCancel(b.ctx)
		_, _ = (&workspace{bench: &last, dir: w.dir}).call("shutdown")
	}()
	if err := w.make(); err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Join(w.dir, "dist"))
	defer os.RemoveAll(filepath.Join(w.dir, "many"))
	return errors.Join(w.builds(), w.analyses())
}

// workspace is where Bazel is called.
type workspace struct {
	*bench
	dir string
	// counted is what each kind of build ran, the last time.
	counted map[string]counted
	// pid is the Bazel server's, read how many bytes it had read after the last
	// build. To ask before one would start a server.
	pid, read int64
}

func (w *workspace) make() error {
	w.counted = map[string]counted{}
	if err := os.RemoveAll(w.dir); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"MODULE.bazel": fmt.Sprintf(`module(name = "bench")

bazel_dep(name = "rules_pytorch_manifest")
local_path_override(
    module_name = "rules_pytorch_manifest",
    path = %q,
)
`, w.root),
		".bazelrc": "build --workspace_status_command='cat status.txt'\n",
		"BUILD.bazel": `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")

pytorch_manifest(
    name = "m",
    accelerator = "cpu",
    stamp = 1,
    wheels = glob(["dist/*.whl"]),
)
`,
		"many/BUILD.bazel": fmt.Sprintf(`load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")

[filegroup(name = "wheel_%%d" %% i, srcs = [wheel]) for i, wheel in enumerate(glob(["*.whl"]))]

[pytorch_manifest(
    name = "of_%%d" %% n,
    accelerator = "cpu",
    wheels = ["wheel_%%d" %% i for i in range(n)],
) for n in [%s]]
`, w.analysed.String()),
	} {
		path := filepath.Join(w.dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			return err
		}
	}
	if err := w.commit(); err != nil {
		return err
	}
	if err := w.wheels("--wheels", strconv.Itoa(w.bazelWheels)); err != nil {
		return err
	}
	_, err := w.start(w.temp, nil, w.program("wheelmaker"), "build", "--out", filepath.Join(w.dir, "many"), "--wheels", strconv.Itoa(slices.Max(w.analysed)), "--members=1")
	return err
}

// wheels writes wheels that no cache knows.
func (w *workspace) wheels(which ...string) error {
	mark, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return err
	}
	_, err = w.start(w.temp, nil, append([]string{w.program("wheelmaker"), "build", "--out", filepath.Join(w.dir, "dist"),
		"--size", strconv.FormatInt(w.bazelSize, 10), "--mark", mark.String()}, which...)...)
	return err
}

// commit gives the workspace the status of a commit that no cache knows.
func (w *workspace) commit() error {
	digest := sha1.Sum([]byte(rand.Text()))
	status := "STABLE_THEROCK_REPO https://github.com/ROCm/TheRock\nSTABLE_THEROCK_COMMIT " + hex.EncodeToString(digest[:]) +
		"\nSTABLE_THEROCK_COMMIT_TIME 2026-01-02T03:04:05Z\nSTABLE_THEROCK_REF \nSTABLE_THEROCK_DIRTY false\nSTABLE_BUILD_STARTED_AT 2026-01-02T03:04:05Z\n"
	return os.WriteFile(filepath.Join(w.dir, "status.txt"), []byte(status), 0o644)
}

// call runs one command of Bazel.
func (w *workspace) call(command string, args ...string) (sample, error) {
	return w.start(w.dir, nil, append([]string{filepath.Join(w.root, "tools", "bazel"), command}, args...)...)
}

// build builds a target, and counts.
func (w *workspace) build(kind string) (sample, error) {
	log := filepath.Join(w.temp, "execution.json")
	if err := os.RemoveAll(log); err != nil {
		return sample{}, err
	}
	s, err := w.call("build", "--disk_cache="+filepath.Join(w.cache, "disk_cache"), "--execution_log_json_file="+log, "--color=no", "--curses=no", "--noshow_progress", "//:m")
	if err != nil {
		return s, err
	}
	c, err := spawns(log)
	if err != nil {
		return s, err
	}
	pid, read := w.server("status", "Pid:"), w.server("io", "rchar:")
	if c.server = read; pid == w.pid {
		c.server -= w.read
	}
	w.pid, w.read = pid, read
	w.counted[kind] = c
	// The client's own, a small program's, say nothing: Bazel works in a server.
	s.cpu, s.peak = 0, w.server("status", "VmHWM:")<<10
	return s, nil
}

// server reads a number of the Bazel server from /proc; zero where it cannot.
func (w *workspace) server(file, field string) int64 {
	said, err := w.call("info", "server_pid")
	if err != nil {
		return 0
	}
	text, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(said.stdout), file))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if rest, is := strings.CutPrefix(line, field); is {
			var n int64
			_, _ = fmt.Sscan(rest, &n) // else zero
			return n
		}
	}
	return 0
}

const (
	noop      = "nothing changed"
	newCommit = "a new commit"
	oneWheel  = "one changed wheel"
	cleaned   = "a clean output base, warm disk cache"
	restarted = "a fresh server"
)

// warmingTurns of Bazel's rows are not counted: its server compiles what it runs
// often, and one turn is not often.
const warmingTurns = 3

// builds measures a build after each kind of change.
func (w *workspace) builds() error {
	if _, err := w.build("first"); err != nil {
		return err
	}
	after := func(kind string, change func() error) contender {
		return contender{kind, func() (sample, error) {
			if err := change(); err != nil {
				return sample{}, err
			}
			return w.build(kind)
		}}
	}
	command := func(words ...string) func() error {
		return func() error { _, err := w.call(words[0], words[1:]...); return err }
	}
	// A server that was just started loads and compiles what runs actions when
	// the first does: a commit right after it would pay for all. So what happens
	// to a server at work takes turns of its own, and each group has a build of
	// nothing to be held against.
	nothing := after(noop, func() error { return nil })
	working := []contender{nothing, after(newCommit, w.commit), after(oneWheel, func() error { return w.wheels("--from=0") })}
	got, err := w.turnsAfter(warmingTurns, working...)
	if err != nil {
		return err
	}
	w.addBuilds(got, working)
	beginning := []contender{nothing, after(cleaned, command("clean")), after(restarted, command("shutdown"))}
	if got, err = w.turns(beginning...); err != nil {
		return err
	}
	w.addBuilds(got, beginning[1:])
	return nil
}

// addBuilds adds a row for each kind of build.
func (w *workspace) addBuilds(got samples, all []contender) {
	for _, c := range all {
		r := row{
			what: fmt.Sprintf("bazel build of %d wheels of %d MB: %s", w.bazelWheels, w.bazelSize/1e6, c.name),
			wall: got.of(c.name, wall), peak: got.peak(c.name), note: w.counted[c.name].String(),
		}
		ratio := got.ratio(c.name, noop, wall)
		r.ratio = fmt.Sprintf("%.2f × nothing changed", ratio)
		if c.name == newCommit {
			r.goal = atMost("× nothing changed", ratio, 1.5)
		}
		w.table.add(r)
	}
}

// analyses measures the analysis alone, of more and more targets.
func (w *workspace) analyses() error {
	number := 0
	var all []contender
	for _, n := range w.analysed {
		name := fmt.Sprintf("bazel build --nobuild, %d wheel targets", n)
		all = append(all, contender{name, func() (sample, error) {
			// Another configuration: nothing of an earlier analysis is left.
			number++
			s, err := w.call("build", "--nobuild", fmt.Sprintf("--define=bench=%d", number), fmt.Sprintf("//many:of_%d", n))
			s.cpu, s.peak = 0, w.server("status", "VmHWM:")<<10
			return s, err
		}})
	}
	got, err := w.turnsAfter(warmingTurns, all...)
	if err != nil {
		return err
	}
	for i, c := range all {
		r := row{what: c.name, wall: got.of(c.name, wall), peak: got.peak(c.name)}
		if i > 0 {
			before, times := all[i-1].name, float64(w.analysed[i])/float64(w.analysed[i-1])
			r.goal = atMost(fmt.Sprintf("× that of %d", w.analysed[i-1]), got.ratio(c.name, before, wall), times)
			r.ratio = fmt.Sprintf("%.1f ms a further target", 1e3*(r.wall-got.of(before, wall))/float64(w.analysed[i]-w.analysed[i-1]))
		}
		w.table.add(r)
	}
	return nil
}

// counted is what a build ran.
type counted struct {
	// ran counts executed actions by mnemonic, cached those that a cache
	// answered.
	ran    map[string]int
	cached int
	// bytes are those of the wheels that executed actions took in, server all
	// that Bazel itself read.
	bytes, server int64
}

func (c counted) String() string {
	total := 0
	var each []string
	for _, mnemonic := range slices.Sorted(maps.Keys(c.ran)) {
		total += c.ran[mnemonic]
		each = append(each, fmt.Sprintf("%d %s", c.ran[mnemonic], mnemonic))
	}
	text := fmt.Sprintf("%d run", total)
	if total > 0 {
		text += " (" + strings.Join(each, ", ") + ")"
	}
	if c.cached > 0 {
		text += fmt.Sprintf(", %d from the cache", c.cached)
	}
	if c.bytes > 0 {
		text += fmt.Sprintf(", which read %d MB of wheels", c.bytes/1e6)
	}
	if c.server > 0 {
		text += fmt.Sprintf("; Bazel read %d MB", c.server/1e6)
	}
	return text
}

// spawns reads an execution log: JSON objects one after another. An action that
// reads a wheel is counted with the whole wheel.
func spawns(log string) (c counted, err error) {
	c.ran = map[string]int{}
	file, err := os.Open(log)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	decoder := json.NewDecoder(file)
	for {
		var spawn struct {
			Mnemonic string
			CacheHit bool
			Inputs   []struct {
				Path   string
				Digest struct {
					SizeBytes int64 `json:"sizeBytes,string"`
				}
			}
		}
		err := decoder.Decode(&spawn)
		switch {
		case errors.Is(err, io.EOF):
			return c, nil
		case err != nil:
			return c, fmt.Errorf("%s: %w", log, err)
		case spawn.CacheHit:
			c.cached++
			continue
		}
		c.ran[spawn.Mnemonic]++
		for _, in := range spawn.Inputs {
			if strings.HasSuffix(in.Path, ".whl") {
				c.bytes += in.Digest.SizeBytes
			}
		}
	}
}
