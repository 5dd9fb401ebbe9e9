package main

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
)

var update = flag.Bool("update", false, "write what the cases print as what they must print")

// TestCases runs every folder of testdata/cases:
//
//	cmd     the arguments, one a line
//	in/     files that lie in the current folder; a file named WHEELS lists
//	        wheels to be made: a path a line, then how the wheel is damaged
//	stdin   what the program reads
//	stdout, stderr, exit
//	        what it must print and return
//	out/    files that must be there afterwards; a file without text must not
//
// $DIR in what is printed is the current folder.
func TestCases(t *testing.T) {
	cases, err := filepath.Glob("testdata/cases/*/cmd")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, cmd := range cases {
		folder := filepath.Dir(cmd)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("BUILD_WORKING_DIRECTORY", dir)
			place(t, filepath.Join(folder, "in"), dir)
			var stdout, stderr bytes.Buffer
			args := strings.Split(strings.TrimSuffix(read(t, cmd), "\n"), "\n")
			code := run(context.Background(), args, strings.NewReader(read(t, filepath.Join(folder, "stdin"))), &stdout, &stderr)
			clean := func(b bytes.Buffer) string { return strings.ReplaceAll(b.String(), dir, "$DIR") }
			expect(t, filepath.Join(folder, "stdout"), clean(stdout))
			expect(t, filepath.Join(folder, "stderr"), clean(stderr))
			expect(t, filepath.Join(folder, "exit"), strconv.Itoa(code)+"\n")
			expectFiles(t, filepath.Join(folder, "out"), dir)
			noTemporaryFiles(t, dir)
		})
	}
}

// read returns a file's text, or "" where there is none.
func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return string(data)
}

func expect(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if got == "" {
			require.NoError(t, ignoreMissing(os.Remove(name)))
			return
		}
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
		return
	}
	assert.Equal(t, read(t, name), got, name)
}

// place copies the files of a case and makes its wheels.
func place(t *testing.T, from, to string) {
	t.Helper()
	if _, err := os.Stat(from); os.IsNotExist(err) {
		return
	}
	copyFiles(t, from, to)
	for line := range strings.Lines(read(t, filepath.Join(to, "WHEELS"))) {
		name, damage, _ := strings.Cut(strings.TrimSpace(line), " ")
		name = filepath.Join(to, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, makeWheel(filepath.Base(name), damage), 0o644))
	}
	require.NoError(t, ignoreMissing(os.Remove(filepath.Join(to, "WHEELS"))))
}

// copyFiles copies what the files hold: Bazel hands them over as links, which
// os.CopyFS would keep.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		below, err := filepath.Rel(from, name)
		require.NoError(t, err)
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, below), 0o755)
		}
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return os.WriteFile(filepath.Join(to, below), data, 0o644)
	}))
}

// makeWheel is a small wheel of the given name, stored and not deflated, so
// that its digest is the same with every version of Go.
func makeWheel(filename, damage string) []byte {
	parts := strings.Split(strings.TrimSuffix(filename, ".whl"), "-")
	version, tags := parts[1], parts[len(parts)-3:]
	if damage == "disagrees" {
		version = "0"
	}
	archive := ziptest.Wheel(parts[0], version, strings.Join(tags, "-"))
	for i := range archive.Members {
		m := &archive.Members[i]
		m.Method = 0
		m.Name = strings.Replace(m.Name, "-"+version+".dist-info", "-"+parts[1]+".dist-info", 1)
		if len(parts) == 6 && path.Base(m.Name) == "WHEEL" {
			m.Data = append(m.Data, "Build: "+parts[2]+"\n"...)
		}
	}
	archive.Record()
	switch record := &archive.Members[len(archive.Members)-1]; damage {
	case "changed": // after RECORD was written
		archive.Members[0].Data = append(archive.Members[0].Data, "# changed\n"...)
	case "weak":
		record.Data = []byte(strings.ReplaceAll(string(record.Data), "sha256=", "md5="))
	case "checksum":
		archive.Members[0].Both = func(h *ziptest.Header) { h.CRC32++ }
	}
	data := archive.Bytes()
	switch damage {
	case "empty":
		return nil
	case "truncated":
		return data[:len(data)-30]
	case "text":
		return []byte("not a wheel\n")
	}
	return data
}

func expectFiles(t *testing.T, want, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(want, "*"))
	require.NoError(t, err)
	for _, name := range names {
		got := read(t, filepath.Join(dir, filepath.Base(name)))
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
		}
		assert.Equal(t, read(t, name), got, name)
	}
}

func noTemporaryFiles(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		assert.NotContains(t, filepath.Base(name), ".tmp")
		return err
	}))
}
