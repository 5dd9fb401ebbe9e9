package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/contents"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/status"
)

// called runs a command line in an empty folder and returns what it printed.
func called(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func write(t *testing.T, data []byte, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, data, 0o644))
	return name
}

func TestNoVerb(t *testing.T) {
	code, stdout, stderr := called(t, t.Context())
	assert.Equal(t, exitUsage, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "exit codes:")
}

func TestEveryVerbHasHelp(t *testing.T) {
	for _, v := range verbs() {
		code, stdout, stderr := called(t, t.Context(), v.name, "--help")
		assert.Equal(t, exitYes, code, v.name)
		assert.Empty(t, stderr, v.name)
		assert.True(t, strings.HasPrefix(stdout, "usage: wheelmanifest "+v.name), stdout)
		for _, name := range []string{"--format=", "--out=", "--jobs=", "--quiet", "--help"} {
			assert.Contains(t, stdout, "  "+name, v.name)
		}
	}
}

// TestEveryDeclaredValueHasItsFlag holds the flags of generate against the
// configuration that the rule writes.
func TestEveryDeclaredValueHasItsFlag(t *testing.T) {
	_, help, _ := called(t, t.Context(), "generate", "--help")
	declared := (&document.Declared{}).Values()
	assert.Len(t, declared, 13)
	for _, v := range declared {
		assert.Contains(t, help, "\n  --"+v.Flag()+"=")
	}
	for _, name := range []string{"source", "expect", "prefix", "source-of", "stable-status", "dry-run"} {
		assert.Contains(t, help, "\n  --"+name)
	}
}

func TestSchemaAndVersion(t *testing.T) {
	code, stdout, _ := called(t, t.Context(), "schema")
	assert.Equal(t, exitYes, code)
	assert.Equal(t, string(document.Schema()), stdout)
	code, stdout, _ = called(t, t.Context(), "version")
	assert.Equal(t, exitYes, code)
	var v versions
	require.NoError(t, json.Unmarshal([]byte(stdout), &v))
	assert.Equal(t, document.SchemaVersion, v.Schema)
	assert.NotEmpty(t, v.Version)
	_, stdout, _ = called(t, t.Context(), "version", "--format=text")
	assert.True(t, strings.HasPrefix(stdout, "wheelmanifest "+v.Version+" "), stdout)
}

// broken is a writer of a closed pipe, or of a program that panics.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) {
	if b.err == nil {
		panic("::error::no writer\n")
	}
	return 0, b.err
}

func TestPanicIsOneLine(t *testing.T) {
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"schema"}, nil, broken{}, &stderr)
	assert.Equal(t, exitInternal, code)
	assert.True(t, strings.HasPrefix(stderr.String(), `wheelmanifest: internal error: ::error::no writer\x0a; please`), stderr.String())
	assert.Equal(t, 1, strings.Count(stderr.String(), "\n"))
}

func TestPanicOfOneOfManyIsOneLine(t *testing.T) {
	assert.PanicsWithValue(t, "x", func() {
		_ = each(t.Context(), 2, 100, func(i int) {
			if i == 3 {
				panic("x")
			}
		})
	})
}

func TestClosedStdout(t *testing.T) {
	var stderr bytes.Buffer
	assert.Equal(t, exitEnvironment, run(t.Context(), []string{"schema"}, nil, broken{io.ErrClosedPipe}, &stderr))
	assert.Contains(t, stderr.String(), "write to stdout")
}

func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	write(t, makeWheel("a-1-py3-none-any.whl", ""), dir, "dist", "a-1-py3-none-any.whl")
	old := write(t, []byte(`{"schema_version": "1.0"}`), dir, "m.json")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, stdout, stderr := called(t, ctx, "generate", "--wheels="+filepath.Join(dir, "dist"), "--out="+old, "--accelerator=cpu")
	assert.Equal(t, exitInterrupted, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "wheelmanifest: interrupted\n")
	assert.NoFileExists(t, old)
	noTemporaryFiles(t, dir)

	pipe, writer := io.Pipe()
	defer func() { assert.NoError(t, writer.Close()) }()
	assert.Equal(t, exitInterrupted, run(ctx, []string{"parse-name"}, pipe, io.Discard, io.Discard))

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, replace(ctx, old, []byte("x")), context.Canceled)
	noTemporaryFiles(t, dir)
	assert.NoFileExists(t, old)
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	name := write(t, []byte("old"), dir, "f")
	require.NoError(t, replace(t.Context(), name, []byte("new")))
	assert.Equal(t, "new", read(t, name))
	assert.Error(t, replace(t.Context(), dir, []byte("x")), "a folder stands there")
	assert.Error(t, replace(t.Context(), filepath.Join(name, "x"), []byte("x")))
	require.NoError(t, replace(t.Context(), os.DevNull, []byte("x")))
	noTemporaryFiles(t, dir)
}

func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, test := range []struct {
		args, rest []string
		ok         bool
	}{
		{[]string{"a", "--quiet", "b", "--jobs", "3", "c"}, []string{"a", "b", "c"}, true},
		{[]string{"-quiet", "-jobs=3", "--", "--x", "-y"}, []string{"--x", "-y"}, true},
		{[]string{"a", "--quiet", "--jobs=3", "--", "--x", "--", "z"}, []string{"a", "--x", "--", "z"}, true},
		{[]string{"--jobs"}, nil, false},
		{[]string{"--jobs=many"}, nil, false},
		{[]string{"--jobs=for flag -x"}, nil, false},
	} {
		var o options
		rest, err := newFlags(&environment{}, "x", &o).parse(test.args)
		if !test.ok {
			assert.ErrorContains(t, err, "--jobs")
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, test.rest, rest)
		assert.True(t, o.quiet)
		assert.Equal(t, 3, o.jobs)
	}
}

// TestDoorsAgree makes one set through both doors of generate: the bytes are
// equal.
func TestDoorsAgree(t *testing.T) {
	dir := t.TempDir()
	const first, second = "torch-2.9.1+rocm7-cp312-cp312-linux_x86_64.whl", "apex-1.9.0-1-cp312-cp312-linux_x86_64.whl"
	write(t, makeWheel(first, ""), dir, "dist", first)
	write(t, makeWheel(second, ""), dir, "dist", "sub", second)
	stamp := write(t, []byte(read(t, "testdata/cases/generate_stamped/in/stable-status.txt")), dir, "stable-status.txt")

	code, folder, stderr := called(t, t.Context(), "generate", "--wheels="+filepath.Join(dir, "dist"), "--stable-status="+stamp, "--prefix=p",
		"--rocm-sdk-version=7", "--pytorch-rocm-arch=gfx942", "--source=pytorch", "--expect=torch", "--source-of=Apex=pytorch", "--quiet")
	require.Equal(t, exitYes, code, stderr)

	var args []string
	for i, wheel := range []struct{ path, name string }{{"dist/" + first, first}, {"dist/sub/" + second, second}} {
		e, _, err := entry.Read(t.Context(), filepath.Join(dir, wheel.path), wheel.name, "", entry.Options{})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, entry.Encode(&b, []entry.Entry{e}))
		args = append(args, "--entry="+write(t, b.Bytes(), dir, "entry", string(rune('0'+i))))
		c, err := contents.Read(t.Context(), filepath.Join(dir, wheel.path), wheel.name, "", contents.Options{})
		require.NoError(t, err)
		b.Reset()
		require.NoError(t, contents.Encode(&b, []contents.Contents{c}))
		args = append(args, "--contents-of="+write(t, b.Bytes(), dir, "contents", string(rune('0'+i))))
	}
	config := document.Config{
		Prefix: "p", Stamped: true, Declared: document.Declared{ROCmSDKVersion: "7", PyTorchROCmArch: "gfx942"}, Sources: []string{"pytorch"},
		Expected: []string{"torch"}, SourceOf: map[string]string{"torch": "pytorch", "apex": "pytorch"},
		Contents: true, AllowRecordDefects: []string{}, Wheels: []document.Input{{Label: "//a", Path: "a"}, {Label: "//b", Path: "b", Folder: "sub"}},
	}
	data, err := json.Marshal(config)
	require.NoError(t, err)
	projected := filepath.Join(dir, "status.json")
	code, _, stderr = called(t, t.Context(), "status", "--stable-status="+stamp, "--out="+projected)
	require.Equal(t, exitYes, code, stderr)
	args = append(args, "--config="+write(t, data, dir, "config.json"), "--status="+projected, "--quiet")
	code, actions, stderr := called(t, t.Context(), append([]string{"generate"}, args...)...)
	require.Equal(t, exitYes, code, stderr)
	assert.Equal(t, folder, actions)
	assert.NotContains(t, stderr, "generating")

	m, findings := document.Check([]byte(folder))
	require.Empty(t, findings)
	assert.Equal(t, strings.Repeat("0123456789abcdef", 3)[:40], *m.Artifacts[1].Build.Commit)
}

func TestActionsWroteNonsense(t *testing.T) {
	dir := t.TempDir()
	config := write(t, []byte(`{"prefix": ""}`), dir, "config.json")
	code, _, stderr := called(t, t.Context(), "generate", "--config="+config)
	assert.Equal(t, exitInternal, code)
	assert.Contains(t, stderr, "missing_field")
	assert.Equal(t, exitEnvironment, first(called(t, t.Context(), "generate", "--config="+config+".not")))

	var empty document.Config
	empty.Sources, empty.Expected, empty.SourceOf, empty.Wheels = []string{}, []string{}, map[string]string{}, []document.Input{}
	empty.AllowRecordDefects = []string{}
	data, err := json.Marshal(empty)
	require.NoError(t, err)
	write(t, data, config)
	code, _, stderr = called(t, t.Context(), "generate", "--config="+config)
	assert.Equal(t, exitNo, code, "the rule's door knows no wrong usage of values")
	assert.Contains(t, stderr, "[no_wheels]")
	assert.Contains(t, stderr, "[config_required]")
	bad := write(t, []byte(`[]x`), dir, "bad.json")
	assert.Equal(t, exitInternal, first(called(t, t.Context(), "generate", "--config="+config, "--entry="+bad)))
	assert.Equal(t, exitInternal, first(called(t, t.Context(), "generate", "--config="+config, "--contents-of="+bad)))
	assert.Equal(t, exitInternal, first(called(t, t.Context(), "generate", "--config="+config, "--status="+bad)))
	assert.Equal(t, exitEnvironment, first(called(t, t.Context(), "generate", "--config="+config, "--entry="+bad+".not")))
}

func first(code int, _, _ string) int { return code }

func TestStatusFaultsAreData(t *testing.T) {
	name := write(t, []byte("X y\r\nSTABLE_THEROCK_COMMIT \xff"), t.TempDir(), "stable-status.txt")
	code, stdout, _ := called(t, t.Context(), "status", "--stable-status="+name, "--key=STABLE_NO")
	assert.Equal(t, exitYes, code)
	st, err := status.Decode([]byte(stdout))
	require.NoError(t, err)
	assert.NotEmpty(t, st.Faults)
}

// TestUnreadableWheels: each is told, with what else is wrong, and nobody says
// that there are none.
func TestUnreadableWheels(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a-1-py3-none-any.whl", "b-1-py3-none-any.WHL", "latest"} {
		if err := os.Symlink("gone", filepath.Join(dir, name)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, strings.Repeat("d/", entry.MaxDepth+1)), 0o755))
	args := []string{"generate", "--wheels=" + dir, "--accelerator=cpu"}
	code, _, stderr := called(t, t.Context(), args...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "error: a-1-py3-none-any.whl: the file cannot be read: no such file or directory [unreadable]\n")
	assert.Contains(t, stderr, "error: b-1-py3-none-any.WHL: the file cannot be read")
	assert.Contains(t, stderr, "d/d: the folder cannot be read: more than 32 folders deep [unreadable]\n")
	assert.NotContains(t, stderr, "latest")
	assert.NotContains(t, stderr, "no_wheels")

	write(t, nil, dir, "c-1-py3-none-any.whl")
	code, _, stderr = called(t, t.Context(), args...)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "c-1-py3-none-any.whl: the file is empty")
	assert.Contains(t, stderr, "a-1-py3-none-any.whl: the file cannot be read")
}
