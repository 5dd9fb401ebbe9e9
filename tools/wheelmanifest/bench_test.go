//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// asProgram makes the test's own binary the program: its peak memory is then
// that of one command line.
const asProgram = "WHEELMANIFEST_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// BenchmarkVerbs runs each verb on manifests of 100, 1,000 and 10,000 wheels, a
// process each: time, peak memory of the process (peak-MB), and what one wheel
// costs (us/wheel), which must not grow with their number.
func BenchmarkVerbs(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		dir := b.TempDir()
		config := syntheticBuild(b, dir, n, "config", "")
		other := syntheticBuild(b, dir, n, "other", "next/")
		half := syntheticBuild(b, dir, n/2, "half", "")
		otherHalf := syntheticBuild(b, dir, n/2, "other-half", "next/")
		program(b, dir, "generate", "--quiet", "@"+config, "--out", "a.json")
		program(b, dir, "generate", "--quiet", "@"+other, "--out", "b.json")
		program(b, dir, "generate", "--quiet", "@"+half, "--out", "half.json")
		program(b, dir, "generate", "--quiet", "@"+otherHalf, "--out", "other-half.json")
		for _, verb := range []struct {
			name string
			args []string
		}{
			{"generate", []string{"generate", "--quiet", "@" + config, "--out", "out.json"}},
			{"validate", []string{"validate", "--quiet", "--policy", "device_not_served=off", "a.json"}},
			{"merge", []string{"merge", "--quiet", "half.json", "other-half.json", "--out", "out.json"}},
			{"diff", []string{"diff", "--quiet", "--fail-on", "none", "--out", "out", "a.json", "b.json"}},
			{"report", []string{"report", "--quiet", "--out", "out", "a.json"}},
		} {
			b.Run(fmt.Sprintf("%s/%d", verb.name, n), func(b *testing.B) {
				var peak int64
				for b.Loop() {
					peak = max(peak, program(b, dir, verb.args...))
				}
				b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "us/wheel")
			})
		}
	}
}

// program runs one command line in dir and returns its peak resident memory in
// bytes.
func program(tb testing.TB, dir string, args ...string) int64 {
	tb.Helper()
	command := exec.Command(os.Args[0], args...)
	command.Dir, command.Env = dir, append(os.Environ(), asProgram+"=1", "BUILD_WORKING_DIRECTORY="+dir)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	require.NoError(tb, command.Run(), "%s\n%s", args, &stderr)
	return command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// syntheticBuild writes what the rule's actions write for n wheels with GPU
// code, and returns the parameter file of generate.
func syntheticBuild(tb testing.TB, dir string, n int, name, prefix string) string {
	config := document.Config{
		Prefix: strings.TrimSuffix(prefix, "/"), Contents: true, SourceOf: document.SourceOf(),
		Sources: []string{}, Expected: []string{}, AllowRecordDefects: []string{},
		Declared: document.Declared{ROCmSDKVersion: "7.11.0", PyTorchROCmArch: "gfx90a;gfx942;gfx1100;gfx1201"},
	}
	params := []string{"--config", name + ".config.json"}
	digest := strings.Repeat("0123456789abcdef", 4)
	for i := range n {
		project := fmt.Sprintf("project_%05d", i)
		filename := project + "-2.9.1+rocm7.11.0-cp312-cp312-linux_x86_64.whl"
		e := entry.Entry{
			Filename: filename, SizeBytes: int64(1_000_000 + i), SHA256: fmt.Sprintf("%064x", i+1),
			Name:     &entry.Name{Distribution: project, Version: "2.9.1+rocm7.11.0", PythonTag: "cp312", ABITag: "cp312", PlatformTag: "linux_x86_64"},
			Metadata: &entry.Metadata{Name: project, Version: "2.9.1+rocm7.11.0", RequiresDist: []string{"filelock", "sympy>=1.13.3"}, Tags: []string{"cp312-cp312-linux_x86_64"}, SHA256: digest},
			Faults:   []finding.Finding{},
		}
		targets := []string{"gfx1100", "gfx1201", "gfx90a", "gfx942"}
		c := contents.Contents{
			Filename: filename, Reader: contents.Reader, Members: 200, Record: contents.Verified, Defects: []contents.Defect{},
			DeviceCode: contents.DeviceCode{ROCm: targets, CUDA: []string{}, PTX: []string{}, Named: []string{}, Kpack: []contents.Kpack{}}, Faults: []finding.Finding{},
		}
		for j := range 5 {
			c.DeviceCode.Files = append(c.DeviceCode.Files, contents.DeviceFile{
				Path: fmt.Sprintf("%s/lib/libkernels_%d.so", project, j), ROCm: targets, CUDA: []string{}, PTX: []string{}, Objects: 40, Unknown: []string{},
			})
		}
		var entries, held bytes.Buffer
		require.NoError(tb, entry.Encode(&entries, []entry.Entry{e}))
		require.NoError(tb, contents.Encode(&held, []contents.Contents{c}))
		require.NoError(tb, os.WriteFile(filepath.Join(dir, filename+".entry.json"), entries.Bytes(), 0o644))
		require.NoError(tb, os.WriteFile(filepath.Join(dir, filename+".contents.json"), held.Bytes(), 0o644))
		params = append(params, "--entry", filename+".entry.json", "--contents-of", filename+".contents.json")
		config.Wheels = append(config.Wheels, document.Input{Label: "//:" + project, Path: filename})
	}
	data, err := json.Marshal(config)
	require.NoError(tb, err)
	require.NoError(tb, os.WriteFile(filepath.Join(dir, name+".config.json"), data, 0o644))
	require.NoError(tb, os.WriteFile(filepath.Join(dir, name+".params"), []byte(strings.Join(params, "\n")+"\n"), 0o644))
	return name + ".params"
}
