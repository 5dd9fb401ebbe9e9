package entry_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive/ziptest"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/entry"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

func read(t testing.TB, filename string, data []byte) (Entry, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	e, metadata, err := Read(t.Context(), path, filename, "", Options{})
	require.NoError(t, err)
	return e, metadata
}

func codes(e Entry) []string {
	list := []string{}
	for _, f := range e.Faults {
		list = append(list, f.Code)
	}
	return list
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func ref(s string) *string { return &s }

func TestRead(t *testing.T) {
	const name = "Demo_Project-1.0+rocm7-2abc-py2.py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"
	core := "Metadata-Version: 2.1\r\nName: demo.project\r\nVersion: v1.0.0+ROCM7\r\nRequires-Python: >=3\r\nRequires-Dist: torch (==2.9.1)\r\n\r\nbody \xc3\xa9"
	a := ziptest.Wheel("demo_project", "1.0+rocm7", "py3-none-manylinux_2_28_x86_64", "py2-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64", "py3-none-manylinux_2_27_x86_64")
	a.Members[1].Data = []byte(core)
	a.Members[2].Data = append(a.Members[2].Data, "Build: 2abc\n"...)
	data := a.Bytes()
	e, text := read(t, name, data)
	assert.Equal(t, core, string(text), "byte for byte")
	assert.Equal(t, Entry{
		Filename: name, SizeBytes: int64(len(data)), SHA256: digest(data),
		Name: &Name{"Demo_Project", "1.0+rocm7", ref("2abc"), "py2.py3", "none", "manylinux_2_27_x86_64.manylinux_2_28_x86_64"},
		Metadata: &Metadata{
			Name: "demo.project", Version: "v1.0.0+ROCM7", RequiresPython: ref(">=3"), RequiresDist: []string{"torch (==2.9.1)"},
			Tags:   []string{"py3-none-manylinux_2_28_x86_64", "py2-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64", "py3-none-manylinux_2_27_x86_64"},
			SHA256: digest([]byte(core)),
		},
		Faults: e.Faults,
	}, e)
	assert.Empty(t, e.Faults)
	assert.NotNil(t, e.Faults)
}

func TestReadFaults(t *testing.T) {
	const name = "demo-1.0-py3-none-any.whl"
	const info = "demo-1.0.dist-info/"
	type archived = ziptest.Archive
	text := func(member int, old, new string) func(*archived) {
		return func(a *archived) {
			a.Members[member].Data = []byte(strings.ReplaceAll(string(a.Members[member].Data), old, new))
		}
	}
	rename := func(member int, name string) func(*archived) {
		return func(a *archived) { a.Members[member].Name = name }
	}
	add := func(name string) func(*archived) {
		return func(a *archived) { a.Members = append(a.Members, ziptest.Member{Name: name}) }
	}
	for _, c := range []struct {
		name, filename string
		change         func(*archived)
		codes          []string
		facts          bool // METADATA and WHEEL are in the entry nevertheless
	}{
		{"honest", name, func(*archived) {}, []string{}, true},
		{"no build line", "demo-1.0-1-py3-none-any.whl", func(*archived) {}, []string{}, true},
		{"build line with zeros", "demo-1.0-01-py3-none-any.whl", text(2, "Tag:", "Build: 1\nTag:"), []string{}, true},
		{"other spelling", "Demo-1-py3-none-any.whl", text(1, "1.0", "v1.0.0"), []string{}, true},
		{"one compressed Tag line", "demo-1.0-py2.py3-none-any.whl", text(2, "py3-", "py2.py3-"), []string{}, true},
		{"folder entries", name, add("demo/"), []string{}, true},

		{"malformed name", "demo-1.0.whl", func(*archived) {}, []string{wheel.CodeNameParts}, true},
		{"malformed name, archive and tags", "demo 1.0-py3-none-any.whl", func(a *archived) {
			text(1, "Name: demo\n", "")(a)
			a.After = []byte("x")
		}, []string{wheel.CodeNameCharacter, wheel.CodeNameParts, archive.BytesAfterEnd, metadata.Missing}, true},
		{"other project", "other-1.0-py3-none-any.whl", func(*archived) {}, []string{DistInfoDisagrees, NameDisagrees}, true},
		{"other version", "demo-1.1-py3-none-any.whl", func(*archived) {}, []string{DistInfoDisagrees, VersionDisagrees}, true},
		{"other local version", "demo-1.0+rocm7-py3-none-any.whl", func(*archived) {}, []string{DistInfoDisagrees, VersionDisagrees}, true},
		{"other name in METADATA", name, text(1, "demo", "evil"), []string{NameDisagrees}, true},
		{"unusable version in METADATA", name, text(1, "1.0", "one"), []string{VersionDisagrees}, true},
		{"other tag", "demo-1.0-py3-none-win_amd64.whl", func(*archived) {}, []string{wheel.CodeTagExtra, wheel.CodeTagsMissing}, true},
		{"tag missing", "demo-1.0-py2.py3-none-any.whl", func(*archived) {}, []string{wheel.CodeTagsMissing}, true},
		{"tag too many", name, text(2, "Tag:", "Tag: py2-none-any\nTag:"), []string{wheel.CodeTagExtra}, true},
		{"malformed tag", name, text(2, "Tag:", "Tag: py3-none\nTag:"), []string{wheel.CodeTagLine}, true},
		{"other build", "demo-1.0-1-py3-none-any.whl", text(2, "Tag:", "Build: 2\nTag:"), []string{BuildDisagrees}, true},
		{"build in WHEEL only", name, text(2, "Tag:", "Build: 0\nTag:"), []string{BuildDisagrees}, true},
		{"wheel version", name, text(2, "Wheel-Version: 1.0", "Wheel-Version: 2.0"), []string{metadata.UnknownFormat}, true},
		{"text not UTF-8", name, text(1, "A wheel", "\xe9"), []string{metadata.NotUTF8}, true},
		{"all of it", "other-2-py3-none-any.whl", text(2, "py3", "py2"), []string{DistInfoDisagrees, NameDisagrees, VersionDisagrees, wheel.CodeTagExtra, wheel.CodeTagsMissing}, true},

		{"no members", name, func(a *archived) { a.Members = nil }, []string{NoDistInfo}, false},
		{"METADATA missing", name, rename(1, info+"METADAT"), []string{NoMetadataFile}, false},
		{"METADATA in other case", name, rename(1, info+"metadata"), []string{NoMetadataFile}, false},
		{"WHEEL missing", name, rename(2, info+"WHEELS"), []string{NoWheelFile}, false},
		{"RECORD missing", name, rename(3, info+"RECORDS"), []string{NoRecordFile}, true},
		{"files missing", name, func(a *archived) { a.Members = []ziptest.Member{{Name: info}} }, []string{NoMetadataFile, NoWheelFile, NoRecordFile}, false},
		{"METADATA as a folder", name, func(a *archived) { a.Members[1] = ziptest.Member{Name: info + "METADATA/"} }, []string{NoMetadataFile}, false},
		{"dist-info not at the top", name, func(a *archived) {
			for i := range a.Members {
				a.Members[i].Name = "sub/" + a.Members[i].Name
			}
		}, []string{NoDistInfo}, false},
		{"dist-info is a file", name, func(a *archived) { a.Members = []ziptest.Member{{Name: "demo-1.0.dist-info"}} }, []string{NoDistInfo}, false},
		{"two dist-infos", name, add("evil-1.0.dist-info/METADATA"), []string{SeveralDistInfos}, true},
		{"two dist-infos by case", name, add("evil-1.0.DIST-INFO/METADATA"), []string{SeveralDistInfos}, true},
		{"two spellings of one", name, add("demo-1.dist-info/METADATA"), []string{SeveralDistInfos}, false},
		{"METADATA twice", name, add(info + "METADATA"), []string{archive.DuplicateName}, true},
		{"METADATA damaged", name, func(a *archived) { a.Members[1].Both = func(h *ziptest.Header) { h.CRC32++ } }, []string{archive.ChecksumFailed}, false},
		{"WHEEL encrypted", name, func(a *archived) { a.Members[2].Flags = 1 }, []string{archive.Encrypted, archive.Encrypted}, false},
		{"METADATA too large", name, func(a *archived) { a.Members[1].Data = make([]byte, metadata.MaxBytes+1) }, []string{archive.MemberTooLarge}, false},
		{"RECORD too large", name, func(a *archived) { a.Members[3].Both = func(h *ziptest.Header) { h.Size = MaxRecordBytes + 1 } }, []string{archive.SizeMismatch, archive.MemberTooLarge}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ziptest.Wheel("demo", "1.0", "py3-none-any")
			c.change(&a)
			e, _ := read(t, c.filename, a.Bytes())
			assert.Equal(t, c.codes, codes(e))
			assert.Equal(t, c.facts, e.Metadata != nil)
			for _, f := range e.Faults {
				assert.Equal(t, c.filename, f.Artifact)
			}
		})
	}
}

func TestMetadataOfExactlyTheLimit(t *testing.T) {
	a := ziptest.Wheel("demo", "1.0", "py3-none-any")
	a.Members[1].Data = append(a.Members[1].Data, make([]byte, metadata.MaxBytes-len(a.Members[1].Data))...)
	e, text := read(t, "demo-1.0-py3-none-any.whl", a.Bytes())
	assert.Empty(t, e.Faults)
	assert.Len(t, text, metadata.MaxBytes)
}

func TestFaultsAreBounded(t *testing.T) {
	a := ziptest.Wheel("demo", "1.0", "py3-none-any")
	for i := range 1000 {
		a.Members = append(a.Members, ziptest.Member{Name: fmt.Sprintf("../%d%s\xff", i, strings.Repeat("x", 4000)), Flags: 1 << 11})
	}
	e, _ := read(t, "demo-1.0-py3-none-any.whl", a.Bytes())
	require.Len(t, e.Faults, MaxFaults+1)
	assert.Equal(t, MoreFaults, e.Faults[MaxFaults].Code)
	assert.Contains(t, e.Faults[MaxFaults].Message, "1900 more")
	for _, f := range e.Faults {
		assert.Less(t, len(f.Member), 2000)
	}
}

// TestSpareProcessor: how the machine is used changes no fact, whether a file
// ends before, with or after a buffer.
func TestSpareProcessor(t *testing.T) {
	const name = "demo-1.0-py3-none-any.whl"
	for _, n := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 5<<20 + 77} {
		data := bytes.Repeat([]byte("0123456789abcdef!"), n/17+1)[:n]
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		shared, _, err := Read(t.Context(), path, name, "", Options{})
		require.NoError(t, err)
		spare, _, err := Read(t.Context(), path, name, "", Options{SpareProcessor: true})
		require.NoError(t, err)
		assert.Equal(t, shared, spare)
		want := sha256.Sum256(data)
		assert.Equal(t, hex.EncodeToString(want[:]), spare.SHA256)
		assert.EqualValues(t, n, spare.SizeBytes)
	}
}

func TestReadOfWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	e, _, err := Read(t.Context(), dir, "demo-1.0-py3-none-any.whl", "", Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{IsADirectory}, codes(e))
	_, _, err = Read(t.Context(), filepath.Join(dir, "gone"), "demo-1.0-py3-none-any.whl", "", Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = Read(t.Context(), "/dev/null", "demo-1.0-py3-none-any.whl", "", Options{})
	require.ErrorContains(t, err, "not a regular file")
}

func TestWalkBoundsItsDepth(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, strings.Repeat("d/", MaxDepth))
	require.NoError(t, os.MkdirAll(deep, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(deep, "demo.WHL"), nil, 0o600))
	list, err := Walk(root)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.True(t, list[0].IsWheel())
	require.NoError(t, os.Mkdir(filepath.Join(deep, "d"), 0o700))
	list, err = Walk(root)
	require.NoError(t, err)
	require.Len(t, list, 2, "the others are there all the same")
	require.ErrorContains(t, list[0].Err, "more than 32 folders deep")
	_, _, err = list[0].Read(t.Context(), Options{})
	require.ErrorIs(t, err, list[0].Err)
}

func TestWalkGoesOnAfterAFault(t *testing.T) {
	root := t.TempDir()
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	link("gone", "latest")
	link("loop", "loop")
	link("whole-1-py3-none-any.whl/x", "through")
	link("gone", "gone-1-py3-none-any.WHL")
	require.NoError(t, os.WriteFile(filepath.Join(root, "whole-1-py3-none-any.whl"), nil, 0o600))
	list, err := Walk(root)
	require.NoError(t, err)
	faulty := map[string]error{}
	for _, s := range list {
		require.NoError(t, s.Err, s.Filename)
		if s.IsWheel() {
			_, _, faulty[s.Filename] = s.Read(t.Context(), Options{})
		}
	}
	assert.Len(t, faulty, 2)
	assert.ErrorIs(t, faulty["gone-1-py3-none-any.WHL"], os.ErrNotExist)
	assert.NoError(t, faulty["whole-1-py3-none-any.whl"])
}

func TestWalkOfALockedFolder(t *testing.T) {
	root := t.TempDir()
	locked := filepath.Join(root, "locked")
	require.NoError(t, os.Mkdir(locked, 0))
	require.NoError(t, os.WriteFile(filepath.Join(root, "z.whl"), nil, 0o600))
	if _, err := os.ReadDir(locked); err == nil {
		t.Skip("no folder is locked for this user")
	}
	list, err := Walk(root)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "locked", list[0].Filename)
	assert.ErrorIs(t, list[0].Err, os.ErrPermission)
	_, err = Walk(locked)
	assert.ErrorIs(t, err, os.ErrPermission, "of what was named itself")
}

// asked is a context that acts when it is first asked whether it has ended:
// that is while a wheel is read.
type asked struct {
	context.Context
	act func()
}

func (a *asked) Err() error {
	if act := a.act; act != nil {
		a.act = nil
		act()
	}
	return a.Context.Err()
}

func TestReadOfAWheelThatIsReplaced(t *testing.T) {
	const name = "demo-1.0-py3-none-any.whl"
	data := ziptest.Wheel("demo", "1.0", "py3-none-any").Bytes()
	for what, act := range map[string]func(path string) error{
		"renamed over": func(path string) error {
			return errors.Join(os.WriteFile(path+".new", data, 0o600), os.Rename(path+".new", path))
		},
		"removed": os.Remove,
		"longer":  func(path string) error { return os.Truncate(path, 1<<20) },
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
	} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, _, err := Read(&asked{t.Context(), func() { require.NoError(t, act(path)) }}, path, name, "", Options{})
		assert.ErrorIs(t, err, ErrChanged, what)
	}
}

func TestReadEndsWithTheContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo-1.0-py3-none-any.whl")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, 1<<40))
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := Read(&asked{ctx, cancel}, path, filepath.Base(path), "", Options{})
	require.ErrorIs(t, err, context.Canceled)
}
