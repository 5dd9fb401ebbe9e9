package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunSpec(t *testing.T) {
	locate := func(name string) (string, error) { return "/r/" + name, nil }
	const (
		verify = `{"args": ["verify", {"runfile": "_main/a b/m.json"}, {"default": {"unless": "--wheels", "args": ["--wheel", {"runfile": "dep+/x.whl"}]}}, {"arguments": true}]}`
		diff   = `{"args": ["diff", {"default": {"unless": "FILE", "args": [{"runfile": "_main/old.json"}]}}, {"arguments": true}, {"runfile": "_main/m.json"}]}`
	)
	const needy = `{"args": ["diff", {"require": "FILE", "message": "name OLD"}, {"arguments": true}]}`
	for _, c := range []struct{ spec, user, want string }{
		{needy, "old.json", "diff|old.json"},
		{needy, "--|old.json", "diff|--|old.json"},
		{needy, "--format=text|--help", "diff|--format=text|--help"},
		{needy, "-h", "diff|-h"},
		{`{"args": ["version"]}`, "ignored", "version"},
		{verify, "", "verify|/r/_main/a b/m.json|--wheel|/r/dep+/x.whl"},
		{verify, "--quiet|x", "verify|/r/_main/a b/m.json|--wheel|/r/dep+/x.whl|--quiet|x"},
		{verify, "--wheels=s3://b", "verify|/r/_main/a b/m.json|--wheels=s3://b"},
		{verify, "-wheels|s3://b", "verify|/r/_main/a b/m.json|-wheels|s3://b"},
		{verify, "--wheels-not", "verify|/r/_main/a b/m.json|--wheel|/r/dep+/x.whl|--wheels-not"},
		{verify, "--|--wheels", "verify|/r/_main/a b/m.json|--wheel|/r/dep+/x.whl|--|--wheels"},
		{diff, "", "diff|/r/_main/old.json|/r/_main/m.json"},
		{diff, "--format=markdown", "diff|/r/_main/old.json|--format=markdown|/r/_main/m.json"},
		{diff, "other.json|--format=json", "diff|other.json|--format=json|/r/_main/m.json"},
		{diff, "--|--format", "diff|--|--format|/r/_main/m.json"},
		{diff, "--", "diff|/r/_main/old.json|--|/r/_main/m.json"},
		{diff, "-", "diff|-|/r/_main/m.json"},
	} {
		spec, err := parseRunSpec([]byte(c.spec))
		require.NoError(t, err, c.spec)
		var user []string
		if c.user != "" {
			user = strings.Split(c.user, "|")
		}
		words, names, err := expandRun(spec.Args, user, locate)
		require.NoError(t, err)
		assert.Equal(t, c.want, strings.Join(words, "|"), "%s with %s", c.spec, c.user)
		for _, word := range words {
			if name, is := strings.CutPrefix(word, "/r/"); is {
				assert.Equal(t, name, names[word])
			} else {
				assert.NotContains(t, names, word)
			}
		}
	}
	needs, err := parseRunSpec([]byte(needy))
	require.NoError(t, err)
	for _, user := range [][]string{nil, {"--format=json"}, {"--"}} {
		_, _, err = expandRun(needs.Args, user, locate)
		assert.Equal(t, requiredError("name OLD"), err, user)
	}

	nested, err := parseRunSpec([]byte(diff))
	require.NoError(t, err)
	broken := errors.New("broken")
	_, _, err = expandRun(nested.Args, nil, func(string) (string, error) { return "", broken })
	assert.ErrorIs(t, err, broken)
}

var badRunSpecs = []string{
	``, `[]`, `{}`, `null`, `{"args": []}`, `{"args": null}`, `{"args": "verify"}`, `{"args": ["x"], "env": {}}`, `{"args": ["x"]} {}`, `{"args": ["x"], "verdict": 1}`, `{"args": ["x"]`,
	`{"args": [null]}`, `{"args": [1]}`, `{"args": [["x"]]}`, `{"args": [{}]}`, `{"args": [{"run": "x"}]}`, `{"args": [{"runfile": 1}]}`, `{"args": [{"runfile": null}]}`,
	`{"args": [{"arguments": false}]}`, `{"args": [{"arguments": true, "runfile": "x"}]}`, `{"args": [{"arguments": false, "runfile": "x"}]}`,
	`{"args": [{"default": {"unless": "--", "args": []}}]}`, `{"args": [{"default": {"unless": "wheels", "args": []}}]}`,
	`{"args": [{"default": {"unless": "--wheels", "args": [{}]}}]}`, `{"args": [{"default": {"unless": "FILE", "else": []}}]}`,
	`{"args": [{"require": "FILE"}]}`, `{"args": [{"message": "x"}]}`, `{"args": [{"require": "x", "message": "x"}]}`, `{"args": [{"arguments": true, "message": "x"}]}`,
}

func TestRunSpecRefused(t *testing.T) {
	for _, text := range badRunSpecs {
		_, err := parseRunSpec([]byte(text))
		assert.Error(t, err, text)
	}
}

// TestStartedByATarget runs the program as a target of the rule starts it.
func TestStartedByATarget(t *testing.T) {
	verdict := ""
	start := func(t *testing.T, spec, name string, user ...string) (code int, stdout, stderr string) {
		dir := filepath.Join(t.TempDir(), "with space", "x.runfiles")
		write(t, []byte(spec), dir, "_main", "x.args.json")
		write(t, []byte(read(t, "testdata/cases/generate_previous/in/previous.json")), dir, "_main", "m.json")
		write(t, []byte(verdict), dir, "_main", "v.json")
		t.Setenv("RUNFILES_MANIFEST_FILE", "")
		t.Setenv("RUNFILES_DIR", dir)
		t.Setenv(runVariable, name)
		// Where users are, which is not where runfiles are sought.
		t.Setenv("BUILD_WORKING_DIRECTORY", t.TempDir())
		var out, faults bytes.Buffer
		code = run(context.Background(), user, strings.NewReader(""), &out, &faults)
		assert.Empty(t, os.Getenv(runVariable), "other programs must not be started with it")
		return code, out.String(), faults.String()
	}

	code, stdout, stderr := start(t, `{"args": ["validate", {"arguments": true}, {"runfile": "_main/m.json"}]}`, "_main/x.args.json", "--format=text")
	assert.Equal(t, exitYes, code, stderr)
	assert.Contains(t, stdout, "PASSED: 1 document")
	code, stdout, _ = start(t, `{"args": ["validate", {"arguments": true}]}`, "_main/x.args.json", "--help")
	assert.Equal(t, exitYes, code)
	assert.Contains(t, stdout, "usage: wheelmanifest validate")

	// A document of the target is called the same on every machine.
	for _, args := range [][]string{{"diff", "--format=text"}, {"diff", "--format=json"}, {"diff", "--format=markdown"}} {
		code, stdout, stderr = start(t, `{"args": [{"arguments": true}, {"runfile": "_main/m.json"}, {"runfile": "_main/m.json"}]}`, "_main/x.args.json", args...)
		assert.Equal(t, exitYes, code, stderr)
		assert.Contains(t, strings.NewReplacer("&#95;", "_").Replace(stdout), "_main/m.json")
		assert.NotContains(t, stdout+stderr, "with space")
	}
	for _, verb := range []string{"diff", "report", "sources", "verify", "merge"} {
		spec := `{"args": ["` + verb + `", {"runfile": "_main/x.args.json"}]}`
		if verb == "diff" {
			spec = `{"args": ["diff", {"runfile": "_main/x.args.json"}, {"runfile": "_main/missing.json"}]}`
		}
		code, stdout, stderr = start(t, spec, "_main/x.args.json")
		assert.Contains(t, []int{exitNo, exitEnvironment}, code, verb)
		assert.Contains(t, stdout+stderr, "_main/x.args.json", verb)
		assert.NotContains(t, stdout+stderr, "with space", verb)
	}
	code, _, stderr = start(t, `{"args": ["diff", {"require": "FILE", "message": "name the older manifest"}, {"arguments": true}, {"runfile": "_main/m.json"}]}`, "_main/x.args.json")
	assert.Equal(t, exitUsage, code)
	assert.Equal(t, "wheelmanifest: name the older manifest\n", stderr)

	for _, c := range []struct {
		spec, name string
		want       int
		words      string
	}{
		{`{"args": ["validate"]}`, "_main/y.args.json", exitEnvironment, "no such file"},
		{`{"args": ["validate"]}`, "_main/../x.args.json", exitEnvironment, `".."`},
		{`{"args": ["validate"], "x": 1}`, "_main/x.args.json", exitInternal, "unknown field"},
		{`{"args": ["validate", {"runfile": "../m.json"}]}`, "_main/x.args.json", exitEnvironment, `".."`},
	} {
		code, _, stderr := start(t, c.spec, c.name)
		assert.Equal(t, c.want, code, c.spec)
		assert.Contains(t, stderr, "WHEELMANIFEST_RUN="+c.name)
		assert.Contains(t, stderr, c.words)
	}

	// Without a verdict that says pass nothing is done.
	const judged = `{"args": ["validate", {"arguments": true}, {"runfile": "_main/m.json"}], "verdict": "_main/v.json"}`
	for _, c := range []struct {
		verdict string
		want    int
		words   string
	}{
		{`{"verdict": "pass", "counts": {}, "findings": []}`, exitYes, ""},
		{`{"verdict": "fail", "counts": {}, "findings": []}`, exitNo, `_main/v.json: the manifest did not pass: got the verdict "fail", want pass`},
		{`{}`, exitNo, `got the verdict ""`},
		{`{"verdict": "pass"`, exitEnvironment, "_main/v.json: unexpected end"},
		{``, exitEnvironment, "_main/v.json: "},
	} {
		verdict = c.verdict
		code, stdout, stderr := start(t, judged, "_main/x.args.json", "--format=text")
		assert.Equal(t, c.want, code, c.verdict)
		assert.Contains(t, stderr, c.words)
		assert.Equal(t, c.want == exitYes, strings.Contains(stdout, "PASSED"))
	}
	code, _, stderr = start(t, strings.Replace(judged, "v.json", "none.json", 1), "_main/x.args.json")
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "_main/none.json: ")

	t.Run("no runfiles", func(t *testing.T) {
		t.Setenv("RUNFILES_MANIFEST_FILE", "")
		t.Setenv("RUNFILES_DIR", "")
		t.Setenv(runVariable, "_main/x.args.json")
		// Those of the test itself, where Bazel runs it, do not have it either.
		code, _, stderr := called(t, t.Context(), "version")
		assert.Equal(t, exitEnvironment, code)
		assert.Contains(t, stderr, runVariable)
	})
}

func FuzzRunSpec(f *testing.F) {
	f.Add(`{"args": ["verify", {"runfile": "_main/m.json"}, {"default": {"unless": "--wheels", "args": [{"runfile": "x"}]}}, {"arguments": true}]}`)
	for _, text := range badRunSpecs {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := parseRunSpec([]byte(text))
		if err != nil {
			return
		}
		words, _, err := expandRun(spec.Args, []string{"user"}, func(name string) (string, error) { return name, nil })
		require.NoError(t, err)
		require.LessOrEqual(t, len(words), len(text), "each word stands in the file")
	})
}
