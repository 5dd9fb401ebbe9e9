package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const goodManifest = "testdata/cases/report_out/in/m.json"

// answering are calls that give an answer of a manifest, in every format; a
// second manifest stands for diff's OLD.
func answering(manifest string) [][]string {
	calls := [][]string{{"report", manifest}}
	for _, format := range []string{"text", "json", "therock-1"} {
		calls = append(calls, []string{"sources", "--format=" + format, manifest})
	}
	for _, format := range []string{"text", "json", "markdown"} {
		calls = append(calls, []string{"diff", "--fail-on=none", "--format=" + format, "testdata/cases/diff_out/in/old.json", manifest})
	}
	return calls
}

// TestNoAnswerOfAnEarlierCall writes an answer and then fails in every way: what
// stands at --out afterwards must not be taken for the answer of the later call.
func TestNoAnswerOfAnEarlierCall(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for i, good := range answering("testdata/cases/sources_out/in/m.json") {
		for _, failing := range []struct {
			ctx  context.Context
			file string
			want []int
		}{
			{t.Context(), "testdata/cases/report_invalid/in/bad.json", []int{exitNo, exitEnvironment}},
			{t.Context(), "testdata/nowhere.json", []int{exitEnvironment}},
			{t.Context(), server.URL + "/m.json?token=secret", []int{exitEnvironment}},
			{interrupted, goodManifest, []int{exitInterrupted}},
		} {
			dir := t.TempDir()
			out := "--out=" + filepath.Join(dir, "answer")
			code, _, stderr := called(t, t.Context(), append(good, out)...)
			require.Equal(t, exitYes, code, "%s: %s", good, stderr)
			require.NotEmpty(t, read(t, filepath.Join(dir, "answer")))

			code, stdout, stderr := called(t, failing.ctx, append(answering(failing.file)[i], out)...)
			assert.Contains(t, failing.want, code, "%s: %s", good, stderr)
			assert.Empty(t, stdout)
			assert.NoFileExists(t, filepath.Join(dir, "answer"), "%s after %s", failing.file, good)
			assert.Contains(t, stderr, "answer, which an earlier call wrote")
			assert.NotContains(t, stderr, "secret")
			assert.NotContains(t, stderr, "wheelmanifest: \n")
			noTemporaryFiles(t, dir)
		}
	}
}

// TestUnstampedSourcesAreOurs: the answer without sources is short.
func TestUnstampedSourcesAreOurs(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		out := filepath.Join(t.TempDir(), "s")
		code, _, stderr := called(t, t.Context(), "sources", "--format="+format, "--out="+out, goodManifest)
		require.Equal(t, exitYes, code, stderr)
		require.FileExists(t, out)
		assert.Contains(t, stderr, "[sources_unknown]")
		code, _, _ = called(t, t.Context(), "sources", "--format="+format, "--out="+out, "testdata/nowhere.json")
		assert.Equal(t, exitEnvironment, code)
		assert.NoFileExists(t, out)
	}
}

// TestFilesOfOthersStay: what is not like an answer of the verb.
func TestFilesOfOthersStay(t *testing.T) {
	for _, foreign := range []string{"before", "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>", "# Wheel manifests", read(t, goodManifest),
		"{\n  \"name\": \"x\"\n}\n", "OLDER\n", "sources of the build\n"} {
		for _, call := range answering("testdata/nowhere.json") {
			dir := t.TempDir()
			out := write(t, []byte(foreign), dir, "notes")
			code, _, stderr := called(t, t.Context(), append(call, "--out="+out)...)
			assert.Equal(t, exitEnvironment, code)
			assert.Equal(t, foreign, read(t, out), "%s", call)
			assert.Contains(t, stderr, "kept "+out+" as it was: it is of an earlier call")
		}
	}
}

// TestInputsNamedByURLStay names the input by a file:// URL.
func TestInputsNamedByURLStay(t *testing.T) {
	manifest := read(t, goodManifest)
	dir := t.TempDir()
	file := write(t, []byte(manifest), dir, "a b.json")
	place := (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
	calls := append(answering(place), []string{"verify", place}, []string{"merge", place})
	for _, call := range calls {
		code, _, stderr := called(t, t.Context(), append(call, "--out="+file)...)
		assert.Equal(t, exitUsage, code, "%s: %s", call, stderr)
		assert.Contains(t, stderr, "is an input too")
		assert.Equal(t, manifest, read(t, file), "%s", call)
	}
	// --previous may be replaced, and not be lost.
	require.NoError(t, os.Mkdir(filepath.Join(dir, "dist"), 0o755))
	write(t, makeWheel("a-1-py3-none-any.whl", "truncated"), dir, "dist", "a-1-py3-none-any.whl")
	code, _, stderr := called(t, t.Context(), "generate", "--accelerator=cpu", "--wheels="+filepath.Join(dir, "dist"), "--previous="+place, "--out="+file)
	assert.Equal(t, exitNo, code, stderr)
	assert.Equal(t, manifest, read(t, file))
	assert.Contains(t, stderr, "it is --previous too")
}

// TestUnreadableIsToldAlike: a path and a URL, in every verb.
func TestUnreadableIsToldAlike(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for place, name := range map[string]string{
		"testdata/nowhere.json": "testdata/nowhere.json",
		strings.Replace(server.URL, "//", "//user:secret@", 1) + "/m.json?token=secret": server.URL + "/m.json",
		"file:///nowhere/m.json": "file:///nowhere/m.json",
	} {
		calls := append(answering(place), []string{"verify", "--format=text", place}, []string{"merge", place},
			[]string{"generate", "--accelerator=cpu", "--wheels=" + t.TempDir(), "--previous=" + place})
		for _, call := range calls {
			code, stdout, stderr := called(t, t.Context(), call...)
			assert.Equal(t, exitEnvironment, code, "%s", call)
			assert.Regexp(t, `(?m)^error: `+regexp.QuoteMeta(name)+`: .*cannot be read: .* \[unreadable\]$`, stdout+stderr, "%s", call)
			assert.NotContains(t, stdout+stderr, "secret", "%s", call)
		}
	}
}

func TestPanicAsideIsOneLine(t *testing.T) {
	assert.PanicsWithValue(t, "x", func() { _, _ = aside(t.Context(), func() (int, error) { panic("x") }) })
}
