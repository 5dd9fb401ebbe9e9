package record

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const own = "demo-1.0.dist-info/RECORD"

// files are those of a wheel, by number.
var files = []struct{ path, data string }{
	{"demo/a.py", "a"}, {"demo/b,c.py", "bc"}, {"demo/é.py", "e"}, {own, "?"}, {own + ".jws", "signed"}, {"C:x", "x"},
}

func sha256Of(data string) string {
	sum := sha256.Sum256([]byte(data))
	return "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func sha512Of(data string) string {
	sum := sha512.Sum512([]byte(data))
	return "sha512=" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// honest is a RECORD without a defect.
func honest() string {
	return "demo/a.py," + sha256Of("a") + ",1\r\n\n" + `"demo/b,c.py",` + sha512Of("bc") + ",2\n" +
		"demo/é.py," + sha256Of("e") + ",\n" + own + ",,\n"
}

// judge holds the files against a RECORD.
func judge(t *testing.T, text string) ([]Defect, error) {
	t.Helper()
	r, err := Read(own, strings.NewReader(text), len(files), func(path string) (int, bool) {
		i := slices.IndexFunc(files, func(f struct{ path, data string }) bool { return f.path == path })
		return i, i >= 0
	})
	if err != nil {
		return nil, err
	}
	var found []Defect
	for i, f := range files {
		if f.path == "C:x" && !strings.Contains(text, "C:x") {
			continue
		}
		h := NewHashes(r.Algorithms(i))
		_, err := io.WriteString(h, f.data)
		require.NoError(t, err)
		found = append(found, r.Check(i, f.path, int64(len(f.data)), h.Sums(r.Algorithms(i)))...)
	}
	defects, dropped := r.Close(found)
	assert.Zero(t, dropped)
	return defects, nil
}

func TestHonest(t *testing.T) {
	defects, err := judge(t, honest())
	require.NoError(t, err)
	assert.Empty(t, defects)
	signed, err := judge(t, honest()+own+".jws,"+sha256Of("signed")+",6\n")
	require.NoError(t, err)
	assert.Empty(t, signed, "a signature may be listed all the same")
}

func TestDefects(t *testing.T) {
	sum := sha256.Sum256([]byte("a"))
	whole := base64.URLEncoding.EncodeToString(sum[:])
	wrong := sha256.Sum256([]byte("other"))
	for _, c := range []struct {
		name string
		// row replaces that of demo/a.py.
		row  string
		want []string
	}{
		{"mismatch", "demo/a.py," + sha256Of("x") + ",1", []string{"demo/a.py hash_mismatch"}},
		{"size", "demo/a.py," + sha256Of("a") + ",2", []string{"demo/a.py size_mismatch"}},
		{"size as text", "demo/a.py," + sha256Of("a") + ",+1", []string{"demo/a.py size_mismatch"}},
		{"size with zeros", "demo/a.py," + sha256Of("a") + ",01", []string{"demo/a.py size_mismatch"}},
		{"huge size", "demo/a.py," + sha256Of("a") + ",99999999999999999999", []string{"demo/a.py size_mismatch"}},
		{"no size", "demo/a.py," + sha256Of("a"), nil},
		{"no hash", "demo/a.py,,1", []string{"demo/a.py no_hash"}},
		{"path alone", "demo/a.py", []string{"demo/a.py no_hash"}},
		{"hex", "demo/a.py,sha256=" + hex.EncodeToString(sum[:]) + ",1", []string{"demo/a.py hex_digest"}},
		{"upper-case hex", "demo/a.py,sha256=" + strings.ToUpper(hex.EncodeToString(sum[:])) + ",1", []string{"demo/a.py hex_digest"}},
		{"bare hex", "demo/a.py," + hex.EncodeToString(sum[:]) + ",1", []string{"demo/a.py hex_digest"}},
		{"wrong hex", "demo/a.py,sha256=" + hex.EncodeToString(wrong[:]) + ",1", []string{"demo/a.py hash_mismatch", "demo/a.py hex_digest"}},
		{"padded", "demo/a.py,sha256=" + whole + ",1", []string{"demo/a.py padded_digest"}},
		{"wrong and padded", "demo/a.py," + sha256Of("x") + "=,1", []string{"demo/a.py hash_mismatch", "demo/a.py padded_digest"}},
		{"padded twice", "demo/a.py,sha256=" + whole + "=,1", []string{"demo/a.py hash_mismatch"}},
		{"the other alphabet", "demo/a.py,sha256=" + strings.NewReplacer("-", "+", "_", "/").Replace(whole[:43]) + ",1", []string{"demo/a.py hash_mismatch"}},
		{"cut", "demo/a.py," + sha256Of("a")[:40] + ",1", []string{"demo/a.py hash_mismatch"}},
		{"empty digest", "demo/a.py,sha256=,1", []string{"demo/a.py hash_mismatch"}},
		{"md5", "demo/a.py,md5=DMF1ucDxtqgxw5niaXcmYQ,1", []string{"demo/a.py weak_algorithm"}},
		{"sha1", "demo/a.py,sha1=hvfkN_qlp_zhXR3cuerq6jd2Z7g,1", []string{"demo/a.py weak_algorithm"}},
		{"wrong md5", "demo/a.py,md5=AAAAAAAAAAAAAAAAAAAAAA,1", []string{"demo/a.py hash_mismatch", "demo/a.py weak_algorithm"}},
		{"unknown", "demo/a.py,crc32=AAAA,1", []string{"demo/a.py unknown_algorithm"}},
		{"upper-case name", "demo/a.py," + strings.Replace(sha256Of("a"), "sha", "SHA", 1) + ",1", []string{"demo/a.py unknown_algorithm"}},
		{"no algorithm", "demo/a.py," + whole[:43] + ",1", []string{"demo/a.py unknown_algorithm"}},
		{"gone", "", []string{"demo/a.py unlisted"}},
		{"missing", "demo/a.py," + sha256Of("a") + ",1\ndemo/z.py,,", []string{"demo/z.py missing"}},
		{"other case", "demo/A.py," + sha256Of("a") + ",1", []string{"demo/A.py missing", "demo/a.py unlisted"}},
		{"twice", strings.Repeat("demo/a.py,"+sha256Of("a")+",1\n", 2), []string{"demo/a.py duplicate"}},
		{"twice, the second wrong", "demo/a.py," + sha256Of("a") + ",1\ndemo/a.py," + sha256Of("x") + ",1", []string{"demo/a.py duplicate", "demo/a.py hash_mismatch"}},
		{"twice, in two algorithms", "demo/a.py," + sha256Of("a") + ",1\ndemo/a.py," + sha512Of("a") + ",1", []string{"demo/a.py duplicate"}},
		{"above the root", "../demo/a.py," + sha256Of("a") + ",1", []string{"../demo/a.py bad_path", "demo/a.py unlisted"}},
		{"absolute", "/demo/a.py,,", []string{"/demo/a.py bad_path", "demo/a.py unlisted"}},
		{"dot", "./demo/a.py,,", []string{"./demo/a.py bad_path", "demo/a.py unlisted"}},
		{"backslash", `demo\a.py,,`, []string{"demo/a.py unlisted", `demo\a.py bad_path`}},
		{"folder", "demo/,,\ndemo/a.py," + sha256Of("a") + ",1", []string{"demo/ bad_path"}},
		{"no path", ",,\ndemo/a.py," + sha256Of("a") + ",1", []string{own + " bad_path"}},
		{"control", "demo/a.py," + sha256Of("a") + ",1\n\"a\nb\",,", []string{"a\nb bad_path"}},
		{"a file with a colon", "demo/a.py," + sha256Of("a") + ",1\nC:x," + sha256Of("x") + ",1", []string{"C:x bad_path"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, rest, _ := strings.Cut(honest(), "\n")
			defects, err := judge(t, c.row+"\n"+rest)
			require.NoError(t, err)
			var got []string
			for _, d := range defects {
				got = append(got, d.Path+" "+d.Class)
				assert.True(t, IsClass(d.Class))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestOwnRow(t *testing.T) {
	for row, want := range map[string]string{own + ",,1": "", own + ",,2": SizeMismatch, own + "," + sha256Of("other") + ",": HashMismatch, "": ""} {
		defects, err := judge(t, strings.Replace(honest(), own+",,\n", row+"\n", 1))
		require.NoError(t, err)
		if want == "" {
			assert.Empty(t, defects, row)
		} else if assert.Len(t, defects, 1, row) {
			assert.Equal(t, want, defects[0].Class)
		}
	}
}

func TestMalformed(t *testing.T) {
	for text, want := range map[string]string{
		"a,b,c,d\n": "more than 3", "\"a\nb": "nothing closes", "a\"b,,\n": "inside a field", "\"a\"b,,\n": "after a closing quote",
		"a\rb,,\n": "carriage return", "a,,\r": "carriage return", "\xff,,\n": "UTF-8", "a,,\n\n\"\n\",\xff,\n": "line 4",
		strings.Repeat("a", maxField+1): "more than 65536 bytes", `"` + strings.Repeat("a", maxField+1): "more than 65536 bytes",
		strings.Repeat("a,,\n", MaxRows+1): "more than 400000 rows",
	} {
		_, err := judge(t, text)
		var malformed *Malformed
		require.ErrorAs(t, err, &malformed, text[:min(20, len(text))])
		assert.ErrorContains(t, err, want)
	}
}

func TestErrorOfTheFile(t *testing.T) {
	broken := errors.New("broken disk")
	for _, start := range []string{"", "a", "a,", `"a`, `"a"`, "a\r", "a,b,c\n"} {
		_, err := Read(own, io.MultiReader(strings.NewReader(start), &failing{broken}), 0, func(string) (int, bool) { return 0, false })
		require.ErrorIs(t, err, broken, start)
		var malformed *Malformed
		assert.False(t, errors.As(err, &malformed), start)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestTooManyDefects(t *testing.T) {
	r := &Record{path: own}
	for range MaxDefects {
		r.defect(Defect{Path: "a", Class: Missing})
	}
	_, dropped := r.Close([]Defect{{Path: "b", Class: Missing}})
	assert.Equal(t, 1, dropped)
	r = &Record{path: own}
	_, dropped = r.Close([]Defect{{Path: strings.Repeat("a", maxDefectBytes), Class: Missing}, {Path: "b", Class: Missing}})
	assert.Equal(t, 1, dropped)
}

func TestClassesAreSorted(t *testing.T) {
	assert.True(t, slices.IsSorted(Classes()))
	assert.Len(t, Classes(), 11)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(honest()))
	f.Add([]byte("a,\"b\"\"c\",\"d\ne\"\r\n,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		find := func(path string) (int, bool) { return len(path) % 3, len(path)%2 == 0 }
		r, err := Read(own, bytes.NewReader(data), 3, find)
		again, errAgain := Read(own, oneByte{bytes.NewReader(data)}, 3, find)
		require.Equal(t, err, errAgain)
		if err != nil {
			return
		}
		require.Equal(t, r, again)
		defects, _ := r.Close(nil)
		require.True(t, slices.IsSortedFunc(defects, Compare))
	})
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }
