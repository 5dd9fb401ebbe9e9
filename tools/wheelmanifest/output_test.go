package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALinkIsFollowedAndStays(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file.json"), filepath.Join(dir, "latest.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o644))
	if err := os.Symlink(file, link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	require.NoError(t, replace(t.Context(), link, []byte(`{"schema_version": "new"}`)))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(data), "new")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeSymlink)

	f := &flags{env: &environment{stderr: &bytes.Buffer{}}}
	f.options = &options{out: link}
	require.NoError(t, f.withdraw())
	assert.NoFileExists(t, file)
	// A link to nothing is nothing to withdraw.
	require.NoError(t, f.withdraw())
}

// TestOnlyAManifestIsWithdrawn: what no call of generate can have written is
// left, and said.
func TestOnlyAManifestIsWithdrawn(t *testing.T) {
	for text, ours := range map[string]bool{
		`{"schema_version": "1.0"}`:                                         true,
		`{"artifacts": [{"a": {"b": [1, "x"]}}], "schema_version": "1.0", `: true,
		"": true, // mktemp made it
		"{\n  \"artifacts\": [],\n  \"schema_version\": \"1.0\",\n  \"sources\": {}\n}\n": true, // as it is written
		"{\n  \"of\": {\n  \"schema_version\": \"1.0\" }\n}\n":                            false,
		`{"of": {"schema_version": "1.0"}}`:                                               false,
		`{"schema": "schema_version"}`:                                                    false,
		`["schema_version"]`:                                                              false,
		`"schema_version"`:                                                                false,
		`{"a": nonsense, "schema_version":`:                                               false,
		"PK\x03\x04":                                                                      false,
		`{"a": ` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `, "schema_version": 1}`: false,
		"#!/bin/sh\n": false,
	} {
		dir := t.TempDir()
		out := write(t, []byte(text), dir, "out")
		wheels := write(t, nil, dir, "dist", "a-1-py3-none-any.whl")
		code, _, stderr := called(t, t.Context(), "generate", "--wheels="+filepath.Dir(wheels), "--accelerator=cpu", "--out="+out)
		if ours {
			assert.Equal(t, exitNo, code, text)
			assert.NoFileExists(t, out)
			continue
		}
		assert.Equal(t, exitEnvironment, code, text)
		assert.Equal(t, text, read(t, out))
		assert.Contains(t, stderr, "is not a manifest; remove it or name another file")
		assert.NotContains(t, stderr, "a-1-py3", "no wheel is read before")
	}
}

// TestOutIsNoInput: no name of an input may be --out, links included.
func TestOutIsNoInput(t *testing.T) {
	dir := t.TempDir()
	wheel := write(t, makeWheel("a-1-py3-none-any.whl", ""), dir, "dist", "a-1-py3-none-any.whl")
	linked := filepath.Join(dir, "m.json")
	require.NoError(t, os.Link(wheel, linked))
	config := write(t, []byte(`{"schema_version": "1.0"}`), dir, "config.json")
	before := read(t, wheel)
	for _, args := range [][]string{
		{"generate", "--wheels=" + filepath.Join(dir, "dist"), "--accelerator=cpu", "--out=" + linked},
		{"generate", "--wheels=" + filepath.Join(dir, "dist"), "--accelerator=cpu", "--dry-run", "--out=" + linked},
		{"generate", "--config=" + config, "--out=" + config},
		{"generate", "--config=" + config + ".not", "--entry=" + config, "--out=" + config},
		{"generate", "--config=" + config + ".not", "--status=" + config, "--out=" + config},
		{"inspect", wheel, "--out=" + linked},
		{"schema", "--out=" + filepath.Join(dir, "new.Whl")},
	} {
		code, _, stderr := called(t, t.Context(), args...)
		assert.Equal(t, exitUsage, code, args)
		assert.Contains(t, stderr, "--out=", args)
	}
	assert.Equal(t, before, read(t, linked))
	assert.NotEmpty(t, read(t, config))
	assert.NoFileExists(t, filepath.Join(dir, "new.Whl"))
}

func FuzzIsManifest(f *testing.F) {
	f.Add([]byte(`{"artifacts": [{"a": 1}], "schema_version": "1.0"}`))
	f.Add([]byte(`{"a": {"schema_version": 1}}`))
	f.Add([]byte(`{"a": [}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		is := isManifest(bytes.NewReader(data))
		var fields map[string]json.RawMessage
		if json.Unmarshal(data, &fields) == nil {
			_, want := fields["schema_version"]
			assert.True(t, want || !is)
			deep := bytes.Count(data, []byte("[")) + bytes.Count(data, []byte("{"))
			assert.True(t, is || !want || deep > maxNesting)
		}
	})
}
