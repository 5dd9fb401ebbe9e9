package inflate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadsOfEverySize(t *testing.T) {
	want := plain(t)
	for _, s := range recorded(t) {
		src := bufio.NewReader(bytes.NewReader(s.data))
		require.NoError(t, iotest.TestReader(NewReader(src), want), s.name)
	}
}

func TestEndAndErrorsStay(t *testing.T) {
	for _, data := range [][]byte{recorded(t)[0].data, {7}, {1, 2}} {
		r := NewReader(bufio.NewReader(bytes.NewReader(data)))
		_, first := io.Copy(io.Discard, onlyReader{r})
		if first == nil {
			first = io.EOF
		}
		for range 3 {
			n, err := r.Read(make([]byte, 10))
			assert.Zero(t, n)
			assert.Equal(t, first, err)
		}
	}
}

type onlyReader struct{ io.Reader }

// A Reader that was left in the middle of one stream reads the next from its
// beginning, and knows nothing of the first.
func TestReset(t *testing.T) {
	streams := recorded(t)
	r := NewReader(bufio.NewReader(bytes.NewReader(streams[0].data)))
	for i, s := range streams {
		_, err := io.CopyN(io.Discard, r, int64(i*1000))
		require.NoError(t, err)
		r.Reset(bufio.NewReader(bytes.NewReader(s.data)))
	}
	var w bitWriter
	l, d := fixedEncoders()
	w.header(true, 1)
	match(&w, l, d, 257, 10, 0)
	r.Reset(bufio.NewReader(bytes.NewReader(w.data)))
	n, err := r.Read(make([]byte, 10))
	assert.Zero(t, n)
	assert.ErrorContains(t, err, "flate: corrupt input before offset 3")
}

// An error of the source comes as it is, after all output before it.
func TestErrorOfTheSource(t *testing.T) {
	broken := errors.New("broken disk")
	for _, s := range recorded(t) {
		half := s.data[:len(s.data)/2]
		want := outcomeOf(t, bytes.NewReader(half), 4096, 1<<20, standard)
		src := bufio.NewReader(io.MultiReader(bytes.NewReader(half), iotest.ErrReader(broken)))
		got, err := io.ReadAll(NewReader(src))
		require.Equal(t, broken, err, s.name)
		require.True(t, bytes.Equal(want.output, got), s.name)
	}
}

// Where the stream is all that a source ever gives, nothing more is asked for:
// a connection that stays open does not hold the end up.
func TestNothingIsAskedForBeyondTheEnd(t *testing.T) {
	want := plain(t)
	beyond := readerFunc(func([]byte) (int, error) {
		t.Error("asked for more")
		return 0, io.EOF
	})
	for _, s := range recorded(t) {
		for _, size := range []int{16, 64, 4096, len(s.data)} {
			src := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(s.data), beyond), size)
			got, err := io.ReadAll(NewReader(src))
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got), s.name)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// What was decoded before a flush of the encoder is given before the source is
// asked for more.
func TestFlushedOutputIsGiven(t *testing.T) {
	var w bitWriter
	w.stored(false, []byte("hello"))
	w.stored(false, nil)
	ask := readerFunc(func([]byte) (int, error) {
		t.Error("asked for more")
		return 0, io.EOF
	})
	r := NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(w.data), ask)))
	p := make([]byte, 10)
	n, err := r.Read(p)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(p[:n]))
}

func TestMemory(t *testing.T) {
	assert.Less(t, reflect.TypeFor[Reader]().Size(), uintptr(320<<10))
	r, src := &Reader{}, bufio.NewReader(nil)
	data := recorded(t)[0].data
	from := bytes.NewReader(nil)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		from.Reset(data)
		src.Reset(from)
		r.Reset(src)
		_, err := io.Copy(io.Discard, r)
		require.NoError(t, err)
	}))
}
