package inflate

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWheels holds the decoder against compress/flate on every member of real
// wheels. WHEELS names them, as the shell's PATH does folders:
//
//	WHEELS=a.whl:b.whl go test -run=Wheels -v ./tools/internal/inflate
func TestWheels(t *testing.T) {
	paths := filepath.SplitList(os.Getenv("WHEELS"))
	if len(paths) == 0 {
		t.Skip("WHEELS names no wheels")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			wheel, err := zip.OpenReader(path)
			require.NoError(t, err)
			defer func() { require.NoError(t, wheel.Close()) }()
			members, size := 0, int64(0)
			decoder := again()
			for _, m := range wheel.File {
				if m.Method != zip.Deflate {
					continue
				}
				n, err := together(m, decoder)
				require.NoError(t, err, m.Name)
				require.Equal(t, m.UncompressedSize64, uint64(n), m.Name)
				members++
				size += n
			}
			require.Positive(t, members)
			t.Logf("%d members, %d bytes, equal in output and end", members, size)
		})
	}
}

// together reads a member by both decoders, piece by piece, with other bytes
// after it. It returns the output's size.
func together(m *zip.File, decoder func(*bufio.Reader) io.Reader) (n int64, err error) {
	const after = "\x00\xffafter the member"
	var sources, decoders [2]*bufio.Reader
	for i, decoder := range []func(*bufio.Reader) io.Reader{decoder, standard} {
		raw, err := m.OpenRaw()
		if err != nil {
			return 0, err
		}
		sources[i] = bufio.NewReaderSize(io.MultiReader(raw, bytes.NewReader([]byte(after))), 64<<10)
		decoders[i] = bufio.NewReaderSize(decoder(sources[i]), 256<<10)
	}
	var pieces [2][256 << 10]byte
	for {
		x, errX := io.ReadFull(decoders[0], pieces[0][:])
		y, errY := io.ReadFull(decoders[1], pieces[1][:])
		if !bytes.Equal(pieces[0][:x], pieces[1][:y]) {
			return n, fmt.Errorf("outputs differ after %d bytes", n)
		}
		n += int64(x)
		if !errors.Is(errX, errY) {
			return n, fmt.Errorf("after %d bytes: %w, want %w", n, errX, errY)
		}
		if errX == nil {
			continue
		}
		if errX != io.EOF && errX != io.ErrUnexpectedEOF || decoders[0].Buffered() > 0 {
			return n, errX
		}
		for i, src := range sources {
			rest, err := io.ReadAll(src)
			if err != nil || string(rest) != after {
				return n, fmt.Errorf("decoder %d left %d bytes, want %d: %w", i, len(rest), len(after), err)
			}
		}
		return n, nil
	}
}
