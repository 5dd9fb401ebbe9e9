//go:build unix

package main

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A key may come through a pipe, as a shell makes one, so that it never is in a
// file.
func TestAKeyFromAPipe(t *testing.T) {
	plain, _ := plainKey(t, 0o600)
	_, want, _ := called(t, t.Context(), attesting(plain)...)
	pipe := fifo(t)
	go func() { _ = os.WriteFile(pipe, []byte(read(t, plain)), 0) }()
	within(t, pipe, func() {
		code, stdout, stderr := called(t, t.Context(), attesting(pipe)...)
		assert.Equal(t, exitYes, code, stderr)
		assert.Equal(t, want, stdout)
	})
}

// An interrupt ends the wait for a pipe that nobody writes to.
func TestInterruptedWhileAKeyIsAwaited(t *testing.T) {
	pipe := fifo(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	within(t, pipe, func() {
		code, stdout, _ := called(t, ctx, attesting(pipe)...)
		assert.Equal(t, exitInterrupted, code)
		assert.Empty(t, stdout)
	})
}

// The caller's descriptor holds the passphrase.
func TestPassphraseFromADescriptor(t *testing.T) {
	reading, writing, err := os.Pipe()
	require.NoError(t, err)
	defer reading.Close()
	_, err = writing.WriteString("geheim\r\n")
	require.NoError(t, err)
	require.NoError(t, writing.Close())
	descriptor, err := syscall.Dup(int(reading.Fd()))
	require.NoError(t, err)
	code, stdout, stderr := called(t, t.Context(), attesting(attestCase+"/in/cosign.key", "--passphrase-fd", strconv.Itoa(descriptor))...)
	assert.Equal(t, exitYes, code, stderr)
	assert.Equal(t, read(t, attestCase+"/stdout"), stdout)
}
