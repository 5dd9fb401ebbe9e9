// Program bench measures this repository's programs against the tools that
// people would use instead, and against the least that the work can cost, in
// one run, and prints one table.
//
//	go run ./bench                                  everything, an hour on two cores
//	go run ./bench digest contents bazel documents  only these groups
//
// Rows of one group take turns, several times; what is printed are the medians
// of the times and of the ratios within a turn, so that what else the machine
// does disturbs a ratio less than the times. Every row is a process of its own:
// its peak memory is what the kernel says of it. Large files are written where
// TMPDIR says, and removed. The table is Markdown on stdout, progress goes to
// stderr.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// bench is one run.
type bench struct {
	ctx context.Context
	// root is the repository, temp a folder for large files, cache one that stays
	// from run to run, programs where the built programs are.
	root, temp, cache, programs string

	rounds               int
	oneSize, manySize    int64
	manyWheels           int
	wheel                string
	bazelWheels          int
	bazelSize            int64
	analysed, documented numbers

	table table
}

// groups in the order of the table.
var groups = []struct {
	name string
	run  func(*bench) error
}{
	{"digest", (*bench).digest},
	{"contents", (*bench).contents},
	{"bazel", (*bench).bazel},
	{"documents", (*bench).documents},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// numbers is a flag: numbers from 1, separated by commas.
type numbers []int

func (n *numbers) String() string {
	var words []string
	for _, one := range *n {
		words = append(words, strconv.Itoa(one))
	}
	return strings.Join(words, ",")
}

func (n *numbers) Set(text string) error {
	*n = nil
	for word := range strings.SplitSeq(text, ",") {
		one, err := strconv.Atoi(word)
		if err != nil || one < 1 {
			return fmt.Errorf("got %q, want numbers from 1, separated by commas", word)
		}
		*n = append(*n, one)
	}
	return nil
}

func run(ctx context.Context, args []string) error {
	b := &bench{ctx: ctx, analysed: numbers{100, 1000}, documented: numbers{100, 1000, 10_000}}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&b.rounds, "rounds", 5, "how `many` turns each row gets")
	flags.Int64Var(&b.oneSize, "one-size", 4_000_000_000, "digest: `bytes` of the one large wheel")
	flags.IntVar(&b.manyWheels, "many-wheels", 8, "digest: how `many` wheels the other folder has")
	flags.Int64Var(&b.manySize, "many-size", 512_000_000, "digest: `bytes` of each of these")
	flags.StringVar(&b.wheel, "wheel", os.Getenv("BENCH_WHEEL"), "contents: a wheel `file`; by default PyTorch's, from PyPI, 0.9 GB, or a made-up one where PyPI cannot be reached (BENCH_WHEEL)")
	flags.IntVar(&b.bazelWheels, "bazel-wheels", 20, "bazel: how `many` wheels are built from")
	flags.Int64Var(&b.bazelSize, "bazel-size", 50_000_000, "bazel: inflated `bytes` of each of these")
	flags.Var(&b.analysed, "analysed", "bazel: `numbers` of targets whose analysis is compared")
	flags.Var(&b.documented, "documented", "documents: `numbers` of wheels in a manifest")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.rounds < 1 {
		return fmt.Errorf("--rounds: got %d, want at least one", b.rounds)
	}
	for _, name := range flags.Args() {
		if !slices.ContainsFunc(groups, func(g struct {
			name string
			run  func(*bench) error
		}) bool {
			return g.name == name
		}) {
			return fmt.Errorf("got group %q, want digest, contents, bazel or documents", name)
		}
	}
	if err := b.open(); err != nil {
		return err
	}
	defer os.RemoveAll(b.temp)
	var faults []error
	for _, g := range groups {
		if flags.NArg() > 0 && !slices.Contains(flags.Args(), g.name) {
			continue
		}
		if err := g.run(b); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", g.name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	fmt.Printf("%s\n\n", machine())
	b.table.print(os.Stdout)
	return errors.Join(faults...)
}

// open makes the folders and builds the programs.
func (b *bench) open() (err error) {
	if b.root, err = root(); err != nil {
		return err
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	b.cache = filepath.Join(user, "rules_pytorch_manifest", "bench")
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return err
	}
	if b.temp, err = os.MkdirTemp("", "rules_pytorch_manifest-bench-"); err != nil {
		return err
	}
	b.programs = filepath.Join(b.temp, "programs")
	if err := os.Mkdir(b.programs, 0o755); err != nil {
		return err
	}
	build := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.programs+"/",
		"./tools/wheelentry", "./tools/wheelcontents", "./tools/wheelmanifest", "./tools/wheelmaker", "./tools/yardstick")
	build.Dir, build.Env = b.root, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	return nil
}

// root is the repository: the folder of the go.mod above.
func root() (string, error) {
	output, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(output))), nil
}

// program is the path of one of ours.
func (b *bench) program(name string) string { return filepath.Join(b.programs, name) }

// machine says where the figures come from.
func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(info), "\n") {
			if name, value, is := strings.Cut(line, ":"); is && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d processors (%s), %s, %s", runtime.NumCPU(), model, runtime.GOOS, runtime.Version())
}
