package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = `"""Doc."""

module(
    name = "rules_pytorch_manifest",
    version = "0.0.0",
)

IS_RELEASE = False

bazel_dep(name = "rules_go", version = "0.0.0", dev_dependency = IS_RELEASE)
`

// inputs writes a small checkout with two programs.
func inputs(t *testing.T, texts map[string]string) (args []string) {
	t.Helper()
	files := map[string]string{
		"MODULE.bazel":                  module,
		"manifest/private/released.bzl": "\"\"\"Doc.\"\"\"\n\nRELEASE = None\n",
		"tools/run.sh":                  "#!/bin/sh\n",
		"README.md":                     "Read.\n",
	}
	for name, text := range texts {
		files[name] = text
	}
	dir := t.TempDir()
	for name, text := range files {
		if text == "" {
			continue
		}
		path := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		args = append(args, "--file", name+"="+path)
	}
	for _, name := range []string{"wheelentry-linux-x86_64", "wheelentry-windows-amd64.exe"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(name), 0o600))
		args = append(args, "--program", name+"="+path)
	}
	return args
}

func asked(out string) []string {
	return []string{"--version=1.2.3", "--url=https://example.com/v{version}", "--out=" + out}
}

func unpack(t *testing.T, path string) (map[string]string, []*tar.Header) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	zip, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	files := map[string]string{}
	var headers []*tar.Header
	for r := tar.NewReader(zip); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files, headers
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		files[header.Name] = string(text)
		headers = append(headers, header)
	}
}

func TestRelease(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	require.NoError(t, run(append(asked(out), inputs(t, nil)...)))
	files, headers := unpack(t, filepath.Join(out, "rules_pytorch_manifest-1.2.3.tar.gz"))

	var names []string
	for _, header := range headers {
		names = append(names, strings.TrimPrefix(header.Name, "rules_pytorch_manifest-1.2.3/"))
		assert.True(t, header.ModTime.Equal(time.Unix(0, 0)), header.Name)
		assert.Zero(t, header.Uid+header.Gid, header.Name)
		assert.Empty(t, header.Uname+header.Gname, header.Name)
		mode := int64(0o644)
		if strings.HasSuffix(header.Name, ".sh") {
			mode = 0o755
		}
		assert.Equal(t, mode, header.Mode, header.Name)
	}
	assert.Equal(t, []string{"MODULE.bazel", "README.md", "manifest/private/released.bzl", "tools/run.sh"}, names, "sorted")

	// What is not the module's own version stays.
	assert.Equal(t, strings.NewReplacer("    version = \"0.0.0\"", "    version = \"1.2.3\"", "IS_RELEASE = False", "IS_RELEASE = True").Replace(module),
		files["rules_pytorch_manifest-1.2.3/MODULE.bazel"])
	assert.Equal(t, `"""What was released with this copy of the module."""

RELEASE = struct(
    sha256 = {
        "wheelentry-linux-x86_64": "`+digest([]byte("wheelentry-linux-x86_64"))+`",
        "wheelentry-windows-amd64.exe": "`+digest([]byte("wheelentry-windows-amd64.exe"))+`",
    },
    url = "https://example.com/v1.2.3",
    version = "1.2.3",
)
`, files["rules_pytorch_manifest-1.2.3/manifest/private/released.bzl"])

	sums, err := os.ReadFile(filepath.Join(out, "SHA256SUMS"))
	require.NoError(t, err)
	listed := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		require.True(t, ok, line)
		listed[name] = sum
	}
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, entries, len(listed)+1)
	for name, sum := range listed {
		data, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		assert.Equal(t, digest(data), sum, name)
	}
}

// Files in other places, of other times and permissions, given in another order.
func TestEqualInputsGiveEqualBytes(t *testing.T) {
	out := t.TempDir()
	first, second := inputs(t, nil), inputs(t, nil)
	for i := 1; i < len(second); i += 2 {
		_, path, _ := strings.Cut(second[i], "=")
		require.NoError(t, os.Chmod(path, 0o755))
		require.NoError(t, os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)))
	}
	for i, j := 0, len(second)-2; i < j; i, j = i+2, j-2 {
		second[i], second[i+1], second[j], second[j+1] = second[j], second[j+1], second[i], second[i+1]
	}
	require.NoError(t, run(append(asked(filepath.Join(out, "first")), first...)))
	require.NoError(t, run(append(asked(filepath.Join(out, "second")), second...)))
	for _, name := range []string{"rules_pytorch_manifest-1.2.3.tar.gz", "SHA256SUMS"} {
		a, err := os.ReadFile(filepath.Join(out, "first", name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(out, "second", name))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(a, b), name)
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		args  []string
		texts map[string]string
		want  []string
	}{
		"a tag is no version":       {args: []string{"--version=v1.2.3"}, want: []string{`version: got "v1.2.3", want three numbers`}},
		"two numbers":               {args: []string{"--version=1.2"}, want: []string{`version: got "1.2", want three numbers`}},
		"a leading zero":            {args: []string{"--version=1.02.3"}, want: []string{`version: got "1.02.3", want three numbers`}},
		"a version that is no name": {args: []string{"--version=1.2.3-rc/1"}, want: []string{`version: got "1.2.3-rc/1", want three numbers`}},
		"every fault": {args: []string{"--version=", "--url=http://example.com/"}, texts: map[string]string{"MODULE.bazel": ""}, want: []string{
			`version: got "", want three numbers`,
			`url: got "http://example.com/", want https://...`,
			`url: got "http://example.com/", want {version} in it`,
			"--file: MODULE.bazel is missing from the archive",
		}},
		"a program twice":    {args: []string{"--program=wheelentry-linux-x86_64=a"}, want: []string{`--program: wheelentry-linux-x86_64 is given twice`}},
		"no name":            {args: []string{"--file==a"}, want: []string{`--file: got "=a", want NAME=FILE`}},
		"a program's folder": {args: []string{"--program=a/b=c"}, want: []string{`--program: got "a/b", want the name of a file`}},
		"an archive again": {texts: map[string]string{
			"MODULE.bazel":                  strings.NewReplacer("0.0.0", "1.0.0", "False", "True").Replace(module),
			"manifest/private/released.bzl": "\nRELEASE = struct(\n",
		}, want: []string{
			`MODULE.bazel: got 0 times, want once: "\nmodule(`,
			`got 0 times, want once: "\nIS_RELEASE = False\n"`,
			`manifest/private/released.bzl: got no line "RELEASE = None"`,
		}},
		"a file that is not there": {args: []string{"--file=docs/a.md=/no/such/file"}, want: []string{"/no/such/file: no such file"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			err := run(append(append(asked(out), inputs(t, test.texts)...), test.args...))
			require.Error(t, err)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.NoDirExists(t, out)
		})
	}
}

func TestArgumentsOfAFile(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	file := filepath.Join(dir, "args")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(append(asked(out), inputs(t, nil)...), "\n")+"\n"), 0o600))
	require.NoError(t, run([]string{"@" + file}))
	assert.FileExists(t, filepath.Join(out, "SHA256SUMS"))
}
