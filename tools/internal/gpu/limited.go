package gpu

import "io"

// limited is the next left bytes of a stream, also one at a time: a decoder
// that can take single bytes takes none too many.
type limited struct {
	s    *stream
	left int64
}

// Read is io.Reader's.
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	n, err := l.s.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// ReadByte is io.ByteReader's.
func (l *limited) ReadByte() (byte, error) {
	if l.left <= 0 {
		return 0, io.EOF
	}
	b, err := l.s.ReadByte()
	if err == nil {
		l.left--
	}
	return b, err
}
