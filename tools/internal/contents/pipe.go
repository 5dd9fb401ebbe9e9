package contents

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
)

// A large member goes through a pipe: while one goroutine inflates it, others
// hash and scan the blocks before.
const (
	blockSize  = 256 << 10
	blockCount = 12
)

// block is a part of a member's content. It goes back when nobody uses it.
type block struct {
	buffer []byte
	data   []byte
	users  atomic.Int32
}

// pipe hands every block of one member to several readers.
type pipe struct {
	free    chan *block
	readers []*pipeReader
	// backlog counts the blocks that wait for a reader, of all pipes that share
	// it; yield is called before each block.
	backlog *atomic.Int64
	yield   func()
}

// newPipe returns a pipe with n readers; free holds its blocks and can be used
// again by the next.
func newPipe(n int, free chan *block) *pipe {
	p := &pipe{free: free, backlog: &atomic.Int64{}, yield: func() {}}
	for range n {
		p.readers = append(p.readers, &pipeReader{pipe: p, blocks: make(chan *block, blockCount)})
	}
	return p
}

// newBlocks returns the blocks of one worker.
func newBlocks() chan *block {
	free := make(chan *block, blockCount)
	for range blockCount {
		free <- &block{buffer: make([]byte, blockSize)}
	}
	return free
}

// fill reads r to its end and hands out what it gives. Readers see the end, or
// r's error after everything that came before it.
func (p *pipe) fill(ctx context.Context, r io.Reader) (err error) {
	defer func() {
		for _, reader := range p.readers {
			if reader.err = io.EOF; err != nil {
				reader.err = err
			}
			close(reader.blocks)
		}
	}()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.yield()
		b := <-p.free
		n, err := fill(r, b.buffer)
		b.data = b.buffer[:n]
		b.users.Store(int32(len(p.readers)))
		if n == 0 || len(p.readers) == 0 {
			p.free <- b
		} else {
			p.backlog.Add(int64(len(p.readers)))
			for _, reader := range p.readers {
				reader.blocks <- b
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// fill reads until p is full or r fails. Other than io.ReadFull it leaves r's
// error as it is.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = r.Read(p[n:])
		n += more
	}
	return n, err
}

// pipeReader is one reader of a pipe; it must read to the end.
type pipeReader struct {
	pipe   *pipe
	blocks chan *block
	// err is set before blocks is closed.
	err error

	current *block
	data    []byte
}

// next makes data the next part of the content.
func (r *pipeReader) next() error {
	r.release()
	b, ok := <-r.blocks
	if !ok {
		return r.err
	}
	r.current, r.data = b, b.data
	return nil
}

func (r *pipeReader) release() {
	if r.current != nil {
		r.pipe.backlog.Add(-1)
		if r.current.users.Add(-1) == 0 {
			r.pipe.free <- r.current
		}
	}
	r.current, r.data = nil, nil
}

func (r *pipeReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.data)
	r.data = r.data[n:]
	return n, nil
}

// writeTo writes everything to w, whose Write keeps nothing and cannot fail.
func (r *pipeReader) writeTo(w io.Writer) error {
	for {
		if err := r.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := w.Write(r.data); err != nil {
			return err
		}
	}
}

// drain reads what is left, so that the pipe does not wait for this reader.
func (r *pipeReader) drain() {
	for r.next() == nil {
		continue
	}
}
