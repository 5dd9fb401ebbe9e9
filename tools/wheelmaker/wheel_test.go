package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWheelIsCorrectAndReproducible(t *testing.T) {
	var w wheel
	require.NoError(t, w.named("amd_torch-1.0+rocm7-1-py2.py3-none-any.whl"))
	for _, m := range []struct{ name, text string }{{"b.py", "b = 1\n"}, {"a.py", ""}} {
		made, err := file(m.name, []byte(m.text))
		require.NoError(t, err)
		w.members = append(w.members, made)
	}
	w.requires = []string{"torch==2.9.1"}

	var data, again bytes.Buffer
	require.NoError(t, w.write(&data))
	require.NoError(t, w.write(&again))
	assert.True(t, bytes.Equal(data.Bytes(), again.Bytes()))

	contents := read(t, data.Bytes())
	assert.Contains(t, contents["amd_torch-1.0+rocm7.dist-info/METADATA"], "Name: amd-torch\nVersion: 1.0+rocm7\n")
	assert.Contains(t, contents["amd_torch-1.0+rocm7.dist-info/METADATA"], "Requires-Dist: torch==2.9.1\n")
	assert.Contains(t, contents["amd_torch-1.0+rocm7.dist-info/WHEEL"], "Tag: py2-none-any\nTag: py3-none-any\nBuild: 1\n")

	rows, err := csv.NewReader(strings.NewReader(contents["amd_torch-1.0+rocm7.dist-info/RECORD"])).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(contents))
	for _, row := range rows[:len(rows)-1] {
		digest := sha256.Sum256([]byte(contents[row[0]]))
		assert.Equal(t, "sha256="+base64.RawURLEncoding.EncodeToString(digest[:]), row[1], row[0])
		assert.Equal(t, strconv.Itoa(len(contents[row[0]])), row[2], row[0])
	}
}

func TestMalformedFilenamesAreRefused(t *testing.T) {
	for _, name := range []string{"", "torch.whl", "torch-1.0-py3-none-any.zip", "a-1-1-1-py3-none-any.whl"} {
		assert.Error(t, new(wheel).named(name), name)
	}
}

func read(t *testing.T, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	contents := map[string]string{}
	for _, file := range archive.File {
		body, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		contents[file.Name] = string(text)
	}
	return contents
}
