package main

import (
	"bytes"
	"os"
	"path/filepath"
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
	require.NoError(t, replace(t.Context(), link, []byte("new")))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "new", string(data))
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
