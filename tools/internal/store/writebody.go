package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
)

var (
	digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	namePattern   = regexp.MustCompile(`^[a-z0-9-]+$`)
	valuePattern  = regexp.MustCompile(`^[\x20-\x7e]*$`)
)

// check says what is wrong with content before anything of it is read.
func (c Content) check() error {
	switch {
	case !digestPattern.MatchString(c.SHA256):
		return errors.New("the content's sha256 is not 64 lower-case hex digits")
	case c.Size < 0:
		return fmt.Errorf("the content's size is %d", c.Size)
	}
	for name, value := range c.Metadata {
		if !namePattern.MatchString(name) || !valuePattern.MatchString(value) || name == metadataSHA256 {
			return fmt.Errorf("metadata %s: want a name of lower-case letters, digits and -, other than %s, and a value of printable ASCII", name, metadataSHA256)
		}
	}
	return nil
}

// sending is content as it is sent, as often as it takes. Its last bytes come
// out only when all of them are known to be what they should be, so that nobody
// can take changed content for whole.
type sending struct {
	ctx  context.Context
	c    Content
	file io.ReadSeekCloser
	at   int64
	sum  hash.Hash
	// begun counts how often sending began.
	begun int
	// failed is what is wrong with the content: another try would not help.
	failed error
}

func begin(ctx context.Context, c Content) (*sending, error) {
	file, err := c.Open()
	if err != nil {
		return nil, err
	}
	s := &sending{ctx: ctx, c: c, file: file, sum: sha256.New()}
	size, err := file.Seek(0, io.SeekEnd)
	switch {
	case err != nil:
	case size != c.Size:
		err = fmt.Errorf("%w: it has %d bytes, want %d", ErrSource, size, c.Size)
	default:
		if _, err = s.Seek(0, io.SeekStart); err == nil && size == 0 {
			err = s.whole()
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return s, nil
}

// whole compares the digest of all that was read.
func (s *sending) whole() error {
	if got := hex.EncodeToString(s.sum.Sum(nil)); got != s.c.SHA256 {
		return fmt.Errorf("%w: got sha256 %s, want %s", ErrSource, got, s.c.SHA256)
	}
	return nil
}

func (s *sending) Read(p []byte) (int, error) {
	switch {
	case s.failed != nil:
		return 0, s.failed
	case s.ctx.Err() != nil:
		return 0, s.ctx.Err()
	case s.at == s.c.Size:
		return 0, io.EOF
	case s.at == 0:
		s.begun++
	}
	n, err := s.file.Read(p[:min(int64(len(p)), s.c.Size-s.at)])
	s.sum.Write(p[:n])
	s.at += int64(n)
	switch {
	case s.at == s.c.Size:
		s.failed = s.whole()
	case err == io.EOF:
		s.failed = fmt.Errorf("%w: it ends after %d bytes, want %d", ErrSource, s.at, s.c.Size)
	default:
		s.failed = err
	}
	if s.failed != nil {
		return 0, s.failed
	}
	return n, nil
}

// Seek goes to the start or, without reading, to the end: more is not asked for.
func (s *sending) Seek(offset int64, whence int) (int64, error) {
	switch {
	case offset == 0 && whence == io.SeekStart:
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
		s.at = 0
		s.sum.Reset()
	case offset == 0 && whence == io.SeekEnd:
		s.at = s.c.Size
	case offset != 0 || whence != io.SeekCurrent:
		return 0, errors.New("content is sent from its start alone")
	}
	return s.at, nil
}

func (s *sending) Close() error { return s.file.Close() }
