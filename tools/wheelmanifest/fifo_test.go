//go:build unix

package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// fifo makes a named pipe that nobody writes to.
func fifo(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(name, 0o600))
	return name
}

// within fails where do waits for the pipe; the pipe's end then lets it go.
func within(t *testing.T, pipe string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("it waits for the pipe")
		f, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		<-done
	}
}

func TestAPipeIsRefused(t *testing.T) {
	pipe := fifo(t)
	dir := t.TempDir()
	data, err := json.Marshal(document.Config{Sources: []string{}, Expected: []string{}, AllowRecordDefects: []string{}, SourceOf: map[string]string{}, Wheels: []document.Input{}})
	require.NoError(t, err)
	config := write(t, data, dir, "config.json")
	for _, args := range [][]string{
		{"status", "--stable-status=" + pipe},
		{"generate", "--wheels=" + dir, "--stable-status=" + pipe},
		{"generate", "--config=" + pipe},
		{"generate", "--config=" + config, "--status=" + pipe},
		{"generate", "--config=" + config, "--entry=" + pipe},
	} {
		within(t, pipe, func() {
			code, _, stderr := called(t, t.Context(), args...)
			assert.Equal(t, exitEnvironment, code, args)
			assert.Contains(t, stderr, "not a regular file")
		})
	}
}

// TestInterruptedAtAPipe: what is allowed to be a pipe does not keep the
// program from ending.
func TestInterruptedAtAPipe(t *testing.T) {
	for _, args := range [][]string{{"validate"}, {"@"}, {"generate", "@"}, {"schema", "--out="}} {
		pipe := fifo(t)
		if last := &args[len(args)-1]; *last == "validate" {
			args = append(args, pipe)
		} else {
			*last += pipe
		}
		within(t, pipe, func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			assert.Equal(t, exitInterrupted, first(called(t, ctx, args...)), args)
		})
	}
}
