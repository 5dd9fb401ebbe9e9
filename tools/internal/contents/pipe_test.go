package contents

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readers starts one that reads and one that gives up at once, and returns what
// the first saw.
func readers(p *pipe) (done chan struct{}, got *bytes.Buffer, err *error) {
	done, got, err = make(chan struct{}), &bytes.Buffer{}, new(error)
	go func() {
		defer close(done)
		_, *err = io.Copy(got, p.readers[0])
	}()
	go p.readers[1].drain()
	return done, got, err
}

func TestPipe(t *testing.T) {
	blocks := newBlocks()
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 3*blockCount*blockSize + 7} {
		data := noise(size)
		p := newPipe(2, blocks)
		done, got, err := readers(p)
		require.NoError(t, p.fill(t.Context(), iotest.HalfReader(bytes.NewReader(data))))
		<-done
		require.NoError(t, *err)
		assert.True(t, bytes.Equal(data, got.Bytes()), size)
	}
	require.Eventually(t, func() bool { return len(blocks) == blockCount }, time.Minute, time.Millisecond, "every block comes back")
}

func TestPipeFails(t *testing.T) {
	broken := errors.New("broken")
	p := newPipe(2, newBlocks())
	done, got, err := readers(p)
	require.ErrorIs(t, p.fill(t.Context(), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken))), broken)
	<-done
	require.ErrorIs(t, *err, broken)
	assert.Equal(t, "abc", got.String(), "what came before")
}

func TestPipeStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := newPipe(2, newBlocks())
	done, _, err := readers(p)
	require.ErrorIs(t, p.fill(ctx, strings.NewReader("abc")), context.Canceled)
	<-done
	require.ErrorIs(t, *err, context.Canceled)
}

func TestPanicsComeBack(t *testing.T) {
	var caught panics
	stopped := false
	func() {
		defer caught.keep(func() { stopped = true })
		panic("a")
	}()
	assert.True(t, stopped)
	assert.PanicsWithValue(t, "a", caught.again)
}
