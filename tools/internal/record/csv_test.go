package record

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRows holds the reader against encoding/csv: what both take they read
// alike, and this one takes nothing that the other refuses.
func FuzzRows(f *testing.F) {
	f.Add("a,b,c\nd,e\n\n\"f,\"\"g\"\"\",\"\",\"x\ny\"\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows := newRows(strings.NewReader(text))
		other := csv.NewReader(strings.NewReader(text))
		other.FieldsPerRecord = -1
		for {
			n, _, err := rows.next()
			if err != nil && !errors.Is(err, io.EOF) {
				return
			}
			want, errOther := other.Read()
			for errOther == nil && len(want) == 1 && want[0] == "" {
				want, errOther = other.Read() // a row of one empty quoted field
			}
			require.Equal(t, err, errOther)
			if err != nil {
				return
			}
			require.Len(t, want, n)
			for i := range n {
				// The other turns CRLF in quotes to LF.
				require.Equal(t, want[i], strings.ReplaceAll(string(rows.fields[i]), "\r\n", "\n"))
			}
		}
	})
}
