package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// outcome is all that a decoder gives.
type outcome struct {
	output []byte
	err    error  // nil where the output has more than was asked for
	rest   []byte // of the source
}

func outcomeOf(t testing.TB, data io.Reader, size int, most int64, decoder func(*bufio.Reader) io.Reader) (o outcome) {
	t.Helper()
	src := bufio.NewReaderSize(data, size)
	var b bytes.Buffer
	_, o.err = io.CopyN(&b, decoder(src), most)
	o.output = b.Bytes()
	if o.err != nil {
		var err error
		o.rest, err = io.ReadAll(src)
		require.NoError(t, err)
	}
	return o
}

func standard(src *bufio.Reader) io.Reader { return flate.NewReader(src) }
func ours(src *bufio.Reader) io.Reader     { return NewReader(src) }

// again uses one decoder for everything.
func again() func(*bufio.Reader) io.Reader {
	r := &Reader{}
	return func(src *bufio.Reader) io.Reader {
		r.Reset(src)
		return r
	}
}

// way is how a source comes.
type way struct {
	name string
	size int // of the source's buffer; 0 is that of all data
	how  func(io.Reader) io.Reader
}

var (
	atOnce        = way{"at once", 0, func(r io.Reader) io.Reader { return r }}
	inSingleBytes = way{"in single bytes", 4096, iotest.OneByteReader}
	inPieces      = way{"in pieces of 100 bytes", 100, func(r io.Reader) io.Reader { return r }}
	everyWay      = []way{
		atOnce, inSingleBytes, inPieces,
		{"in halves", 64, iotest.HalfReader},
		{"with the end at the last byte", 300, iotest.DataErrReader},
	}
)

// equality holds a decoder against compress/flate.
type equality struct {
	decoder func(*bufio.Reader) io.Reader
	// most is how much output is compared: a bomb is not to fill the memory.
	most int64
}

// require holds that output, error with its text, and place of the stream's
// end are those of compress/flate, however the source comes. It returns them.
func (e equality) require(t testing.TB, data []byte) outcome {
	t.Helper()
	return e.requireIn(t, data, everyWay...)
}

func (e equality) requireIn(t testing.TB, data []byte, ways ...way) outcome {
	t.Helper()
	want := outcomeOf(t, bytes.NewReader(data), 4096, e.most, standard)
	for _, way := range ways {
		size := way.size
		if size == 0 {
			size = max(len(data), 16)
		}
		got := outcomeOf(t, way.how(bytes.NewReader(data)), size, e.most, e.decoder)
		require.Equal(t, want.err, got.err, way.name)
		require.True(t, bytes.Equal(want.output, got.output), "%s: output of %d bytes, want %d", way.name, len(got.output), len(want.output))
		require.True(t, bytes.Equal(want.rest, got.rest), "%s: %d bytes left, want %d", way.name, len(got.rest), len(want.rest))
	}
	return want
}
