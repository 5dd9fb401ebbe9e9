package contents

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const demo = "demo-1.0-py3-none-any.whl"

// readBytes reads a wheel with one worker and with several: nobody may see how
// many there were.
func readBytes(t *testing.T, filename string, data []byte) Contents {
	t.Helper()
	path := filepath.Join(t.TempDir(), "w.whl")
	require.NoError(t, os.WriteFile(path, data, 0o666))
	var first []byte
	var c Contents
	for _, jobs := range []int{1, 2, 7, 0} {
		var err error
		c, err = Read(t.Context(), path, filename, "", Options{Jobs: jobs})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, Encode(&b, []Contents{c}))
		if first == nil {
			first = b.Bytes()
		}
		require.Equal(t, string(first), b.String(), "%d jobs", jobs)
		again, err := Decode(&b)
		require.NoError(t, err)
		require.Equal(t, c, again[0])
	}
	return c
}

// wheelOf is an honest wheel with more files.
func wheelOf(files ...ziptest.Member) ziptest.Archive {
	a := ziptest.Wheel("demo", "1.0", "py3-none-any")
	a.Members = append(files, a.Members...)
	a.Record()
	return a
}

func codes(findings []finding.Finding) []string {
	list := []string{}
	for _, f := range findings {
		list = append(list, strings.TrimSpace(f.Code+" "+f.Member))
	}
	return list
}

func classes(c Contents) []string {
	list := []string{}
	for _, d := range c.Defects {
		list = append(list, d.Path+" "+d.Class)
	}
	return list
}

// noise is text without a magic of a container, which repeats itself beyond
// what deflate can see of it.
func noise(n int) []byte {
	period := make([]byte, min(n, 40_001))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range period {
		period[i] = byte(r.Uint32() & 0x3f)
	}
	if n == 0 {
		return nil
	}
	return bytes.Repeat(period, n/len(period)+1)[:n]
}

func TestHonest(t *testing.T) {
	c := readBytes(t, demo, wheelOf(
		ziptest.Member{Name: "demo/"}, ziptest.Member{Name: "demo/empty"}, ziptest.Member{Name: "demo/b c", Data: []byte("x")},
		ziptest.Member{Name: "demo/stored.so", Data: noise(small + 1)},
		ziptest.Member{Name: "demo/large.so", Data: noise((blockCount+2)*blockSize + 1), Method: 8},
		ziptest.Member{Name: "demo/even.so", Data: noise(4 * blockSize), Method: 8},
	).Bytes())
	assert.Empty(t, c.Faults)
	assert.Empty(t, classes(c))
	assert.Equal(t, Verified, c.Record)
	assert.EqualValues(t, 10, c.Members)
	assert.Equal(t, "demo/__init__.py", c.Module.Path)
	assert.Equal(t, "1.0", *c.Module.Version)
	assert.Equal(t, empty("", "").DeviceCode, c.DeviceCode)
}

func TestDefects(t *testing.T) {
	a := wheelOf(ziptest.Member{Name: "demo/large", Data: noise(small + 1), Method: 8}, ziptest.Member{Name: "demo/new", Data: []byte("n")})
	a.Members[0].Data = noise(small + 2)
	record := &a.Members[len(a.Members)-1]
	record.Data = append(bytes.Replace(record.Data, []byte(ziptest.Row("demo/new", []byte("n"))), nil, 1), "gone,,\n"...)
	c := readBytes(t, demo, a.Bytes())
	assert.Empty(t, c.Faults)
	assert.Equal(t, Defective, c.Record)
	assert.Equal(t, []string{"demo/large hash_mismatch", "demo/large size_mismatch", "demo/new unlisted", "gone missing"}, classes(c))
	assert.Nil(t, c.Defects[2].Got)
}

// TestFaults: what cannot be read safely is told of every member at once.
func TestFaults(t *testing.T) {
	damaged := func(h *ziptest.Header) { h.CRC32++ }
	for _, c := range []struct {
		name   string
		change func(a *ziptest.Archive)
		want   []string
		record string
	}{
		{"checksums", func(a *ziptest.Archive) { a.Members[0].Both, a.Members[1].Both = damaged, damaged }, []string{"member_checksum demo/large", "member_checksum demo/small"}, Verified},
		{"longer than it says", func(a *ziptest.Archive) { a.Members[0].Both = func(h *ziptest.Header) { h.Size-- } }, []string{"member_content_size demo/large"}, Verified},
		{"shorter than it says", func(a *ziptest.Archive) { a.Members[0].Both = func(h *ziptest.Header) { h.Size++ } }, []string{"member_content_size demo/large"}, Verified},
		{"small one longer", func(a *ziptest.Archive) { a.Members[1].Both = func(h *ziptest.Header) { h.Size-- } }, []string{"member_content_size demo/small"}, Verified},
		{"no deflate data", func(a *ziptest.Archive) { a.Members[0].Raw = bytes.Repeat([]byte{0xff}, 1000) }, []string{"deflate_damaged demo/large"}, Verified},
		{"a byte more", func(a *ziptest.Archive) { a.Members[0].Raw = append(ziptest.Deflate(a.Members[0].Data), 0) }, []string{"deflate_trailing demo/large"}, Verified},
		{"damaged RECORD", func(a *ziptest.Archive) { a.Members[5].Both = damaged }, []string{"member_checksum demo-1.0.dist-info/RECORD"}, ""},
		{"malformed RECORD", func(a *ziptest.Archive) { a.Members[5].Data = []byte("\"") }, []string{"record_malformed demo-1.0.dist-info/RECORD"}, ""},
		{"malformed and damaged", func(a *ziptest.Archive) { a.Members[5].Data, a.Members[5].Both = []byte("\""), damaged }, []string{"member_checksum demo-1.0.dist-info/RECORD"}, ""},
		{"no RECORD", func(a *ziptest.Archive) { a.Members = a.Members[:5] }, []string{"no_record_file"}, ""},
		{"two RECORDs", func(a *ziptest.Archive) {
			a.Members = append(a.Members, ziptest.Member{Name: "other-1.dist-info/RECORD"})
		}, []string{}, Defective},
		{"directory", func(a *ziptest.Archive) { a.Members[1].Name, a.Members[0].Both = "../x", damaged }, []string{"name_element ../x"}, ""},
		{"overlapping", func(a *ziptest.Archive) {
			a.Members[1].Central = func(h *ziptest.Header) { h.Offset = 0 }
		}, []string{"unlisted_member", "header_mismatch demo/small"}, ""},
		{"large RECORD", func(a *ziptest.Archive) {
			a.Members[5].Data, a.Members[5].Method = noise(1<<20), 8
			a.Members[5].Both = func(h *ziptest.Header) { h.Size = 64<<20 + 1 }
		}, []string{"member_above_limit demo-1.0.dist-info/RECORD", "member_content_size demo-1.0.dist-info/RECORD"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := wheelOf(ziptest.Member{Name: "demo/large", Data: noise(small + 1), Method: 8}, ziptest.Member{Name: "demo/small", Data: []byte("small"), Method: 8})
			c.change(&a)
			got := readBytes(t, demo, a.Bytes())
			if c.name == "overlapping" {
				assert.NotEmpty(t, got.Faults)
			} else {
				assert.Equal(t, c.want, codes(got.Faults))
			}
			assert.Equal(t, c.record, got.Record)
		})
	}
}

func TestFaultsAreBounded(t *testing.T) {
	a := ziptest.Wheel("demo", "1.0", "py3-none-any")
	var many []ziptest.Member
	for i := range 300 {
		many = append(many, ziptest.Member{Name: "demo/" + string(rune('a'+i%26)) + strings.Repeat("x", i/26), Data: []byte("x"), Both: func(h *ziptest.Header) { h.CRC32++ }})
	}
	a.Members = append(many, a.Members...)
	c := readBytes(t, demo, a.Bytes())
	require.Len(t, c.Faults, MaxFaults+1)
	assert.Equal(t, "demo/a", c.Faults[0].Member)
	assert.Contains(t, c.Faults[MaxFaults].Message, "200 more")
	assert.Equal(t, demo, c.Faults[MaxFaults].Artifact)
}

func TestName(t *testing.T) {
	a := wheelOf(ziptest.Member{Name: "torch/version.py", Data: []byte("__version__ = '2.9.1+cu128'\nhip = '7.1'\ncuda = ''\ngit_version = 'a\tb'\n")})
	c := readBytes(t, "torch-2.9.1-py3-none-any.whl", a.Bytes())
	assert.Equal(t, "torch/version.py 2.9.1+cu128 7.1", c.Module.Path+" "+*c.Module.Version+" "+*c.Module.HIP)
	assert.Nil(t, c.Module.CUDA, "no text is none")
	assert.Nil(t, readBytes(t, "other-1.0-py3-none-any.whl", a.Bytes()).Module)
	c = readBytes(t, "no wheel's name", a.Bytes())
	assert.Nil(t, c.Module)
	assert.Equal(t, Verified, c.Record)
}

func TestNoWheel(t *testing.T) {
	for _, data := range []string{"", "not a zip", "PK\x03\x04"} {
		c := readBytes(t, demo, []byte(data))
		assert.NotEmpty(t, c.Faults)
		assert.Empty(t, c.Record)
	}
	folder := t.TempDir()
	c, err := Read(t.Context(), folder, demo, "a/b", Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"is_a_directory"}, codes(c.Faults))
	assert.Equal(t, "a/b/"+demo, c.Faults[0].Artifact)
	for _, path := range []string{"/dev/null", filepath.Join(folder, "gone")} {
		_, err = Read(t.Context(), path, demo, "", Options{})
		assert.ErrorContains(t, err, "reading wheel "+path)
	}
}

func TestInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), demo)
	require.NoError(t, os.WriteFile(path, wheelOf(ziptest.Member{Name: "demo/large", Data: noise(64 * blockSize), Method: 8}).Bytes(), 0o666))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Read(ctx, path, demo, "", Options{Progress: func(int64, int64) { cancel() }})
	require.ErrorIs(t, err, context.Canceled)
}

func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), demo)
	require.NoError(t, os.WriteFile(path, wheelOf(ziptest.Member{Name: "demo/large", Data: noise(5 * blockSize), Method: 8}).Bytes(), 0o666))
	var last, all int64
	_, err := Read(t.Context(), path, demo, "", Options{Jobs: 1, Progress: func(done, of int64) {
		assert.GreaterOrEqual(t, done, last)
		last, all = done, of
	}})
	require.NoError(t, err)
	assert.Equal(t, all, last)
	assert.Greater(t, all, int64(5*blockSize))
}
