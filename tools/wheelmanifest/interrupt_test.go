package main

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// countdown is a context that ends when it has been asked a number of times
// whether it has.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func newCountdown(t *testing.T, asked int64) *countdown {
	ctx, cancel := context.WithCancel(t.Context())
	c := &countdown{Context: ctx, cancel: cancel}
	c.left.Store(asked)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestInterruptedWhileReading: a large wheel is not read to its end.
func TestInterruptedWhileReading(t *testing.T) {
	dir := t.TempDir()
	wheel := write(t, nil, dir, "dist", "a-1-py3-none-any.whl")
	require.NoError(t, os.Truncate(wheel, 1<<40))
	for _, args := range [][]string{
		{"generate", "--wheels=" + filepath.Join(dir, "dist"), "--accelerator=cpu"},
		{"generate", "--wheels=" + filepath.Join(dir, "dist"), "--accelerator=cpu", "--dry-run"},
		{"inspect", wheel},
	} {
		code, stdout, stderr := called(t, newCountdown(t, 30), args...)
		assert.Equal(t, exitInterrupted, code, args)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "wheelmanifest: interrupted\n")
	}
}

// TestInterruptedAtTheEnd: nothing is printed, and nothing written, however
// late the interrupt comes.
func TestInterruptedAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	write(t, makeWheel("a-1-py3-none-any.whl", ""), dir, "dist", "a-1-py3-none-any.whl")
	out := filepath.Join(dir, "m.json")
	for _, target := range []string{"--dry-run", "--out=" + out} {
		done := false
		for asked := int64(1); !done && asked < 1000; asked++ {
			ctx := newCountdown(t, asked)
			code, stdout, _ := called(t, ctx, "generate", "--wheels="+filepath.Join(dir, "dist"), "--accelerator=cpu", "--quiet", target)
			if done = ctx.left.Load() > 0; done {
				assert.Equal(t, exitYes, code)
				continue
			}
			assert.Equal(t, exitInterrupted, code, asked)
			assert.Empty(t, stdout)
			assert.NoFileExists(t, out)
		}
		assert.True(t, done)
	}
}

func TestEachEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := each(ctx, 4, 1, func(int) { cancel() })
	assert.ErrorIs(t, err, context.Canceled, "the last of all may be the one interrupted")
}
