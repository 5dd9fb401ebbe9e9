package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/verification"
)

// The codes of findings about the folder.
const (
	distOccupied = "dist_occupied" // something else lies where a file is to be put
	distFailed   = "dist_failed"   // a file cannot be looked at or put there
)

// How a file came into the folder.
const (
	linked  = "linked"
	copied  = "copied"
	present = "there" // it was there before, with the same bytes
)

// linking makes a hard link as os.Link does, or says why there can be none.
type linking func(old, new string) error

// cargo is what goes into a folder; a manifest is the last of it.
type cargo struct {
	files []*shipped
	link  linking
}

// shipped is a file in the folder.
type shipped struct {
	// Path is below the folder, with `/`.
	Path   string `json:"path"`
	Size   int64  `json:"size_bytes"`
	SHA256 string `json:"sha256"`
	How    string `json:"how"`

	from     string // a wheel's place on this machine
	data     []byte // of a manifest
	findings []finding.Finding
}

func manifestOf(path string, data []byte) *shipped {
	sum := sha256.Sum256(data)
	return &shipped{Path: path, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), data: data}
}

// ship puts all files into the folder: each is brought aside first and held
// against its digest there, and only when all are right the first one gets its
// name. An interrupt leaves files that are whole, and no manifest without its
// wheels.
func (c *cargo) ship(ctx context.Context, dir string, each func(n int, do func(i int)) error) (findings []finding.Finding, err error) {
	step := func(do func(i int, one *shipped)) error {
		err := each(len(c.files), func(i int) { do(i, c.files[i]) })
		for _, one := range c.files {
			findings = append(findings, one.findings...)
			one.findings = nil
		}
		return err
	}
	if err := step(func(_ int, one *shipped) { one.look(ctx, dir) }); err != nil || finding.HasErrors(findings) {
		return findings, err
	}
	if err := errors.Join(ctx.Err(), os.MkdirAll(dir, 0o777)); err != nil {
		return findings, err
	}
	// One folder for all that is aside: of a call that was killed, it is all
	// that is left.
	aside, err := asideFolder(filepath.Join(dir, "dist"))
	if err != nil {
		return findings, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	at := func(i int) string { return filepath.Join(aside, strconv.Itoa(i)) }
	if err := step(func(i int, one *shipped) { one.bring(ctx, c.link, at(i)) }); err != nil || finding.HasErrors(findings) {
		return findings, err
	}
	for i, one := range c.files {
		if ctx.Err() != nil {
			return findings, ctx.Err()
		}
		if one.put(ctx, c.link, at(i), dir); one.findings != nil {
			return append(findings, one.findings...), nil
		}
	}
	return findings, nil
}

func (s *shipped) failed(what string, err error) {
	s.findings = append(s.findings, finding.Errorf(distFailed, "the file cannot be %s: %v", what, plainly(err)).On(s.Path))
}

// look finds out whether the file is there already, or another in its place.
func (s *shipped) look(ctx context.Context, dir string) {
	name := filepath.Join(dir, filepath.FromSlash(s.Path))
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		s.failed("looked for", err)
		return
	case !info.Mode().IsRegular():
		s.findings = append(s.findings, finding.Errorf(distOccupied, "something is there that is no file, and it is not replaced").On(s.Path))
		return
	}
	_, digest, err := digestOf(ctx, name)
	switch {
	case err != nil:
		s.failed("read", err)
	case digest != s.SHA256:
		s.findings = append(s.findings, finding.Errorf(distOccupied, "a file with other bytes is there, and none is overwritten: remove it, or name another folder").
			On(s.Path).At("/sha256").GotWant(digest, s.SHA256))
	default:
		s.How = present
	}
}

// bring makes the file under another name, and reads it there: what is verified
// is what is put.
func (s *shipped) bring(ctx context.Context, link linking, aside string) {
	if s.How == present || ctx.Err() != nil {
		return
	}
	var err error
	if s.from == "" {
		s.How, err = copied, newFile(aside, s.data)
	} else {
		s.How, err = bring(ctx, link, s.from, aside)
	}
	if err != nil {
		s.failed("put there", err)
		return
	}
	size, digest, err := digestOf(ctx, aside)
	differs := func(code, field, got, want string) {
		s.findings = append(s.findings, finding.Errorf(code, "the wheel is not the one of the manifest").On(s.Path).At(field).GotWant(got, want))
	}
	switch {
	case err != nil:
		s.failed("read", err)
	case size != s.Size:
		differs(verification.ArtifactSizeDiffers, "/size_bytes", strconv.FormatInt(size, 10), strconv.FormatInt(s.Size, 10))
	case digest != s.SHA256:
		differs(verification.ArtifactDigestDiffers, "/sha256", digest, s.SHA256)
	}
}

// put gives the file its name: by a link, since a rename would replace what came
// there meanwhile.
func (s *shipped) put(ctx context.Context, link linking, aside, dir string) {
	if s.How == present {
		return
	}
	name := filepath.Join(dir, filepath.FromSlash(s.Path))
	err := os.MkdirAll(filepath.Dir(name), 0o777)
	if err == nil && link(aside, name) != nil {
		if _, missing := os.Lstat(name); !errors.Is(missing, fs.ErrNotExist) {
			s.look(ctx, dir) // somebody else was faster
			return
		}
		err = os.Rename(aside, name) // the file system has no hard links
	}
	if err != nil {
		s.failed("put there", err)
	}
}
