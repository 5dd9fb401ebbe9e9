package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Why --out may not be written to.
var (
	errFolder  = errors.New("is a folder, want a file")
	errInput   = errors.New("is an input too, want another file")
	errForeign = errors.New("is not a manifest; remove it or name another file")
)

// ready makes sure, before anything is read, that --out is none of the inputs
// and can be written.
func (f *flags) ready(inputs ...string) error {
	if f.options.out == "" {
		return nil
	}
	if err := f.apart(inputs...); err != nil {
		return err
	}
	name, regular, err := target(f.env.path(f.options.out))
	if err == nil && regular {
		err = try(name)
	}
	if err != nil {
		return environmentf("--out=%s: %w", f.options.out, plainly(err))
	}
	return nil
}

// try makes sure that a file can be made beside name.
func try(name string) error {
	file, err := beside(name)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// apart makes sure that --out is none of the inputs, under no other name
// either: a link, another spelling or a file:// URL. Empty names are passed over.
func (f *flags) apart(inputs ...string) error {
	if f.options.out == "" {
		return nil
	}
	out, err := os.Stat(f.env.path(f.options.out))
	if err != nil || !out.Mode().IsRegular() {
		return nil // nothing is there to be destroyed
	}
	for _, input := range inputs {
		input = localFile(input)
		if input == "" {
			continue
		}
		if info, err := os.Stat(f.env.path(input)); err == nil && os.SameFile(info, out) {
			return usagef("--out=%s: %w", f.options.out, errInput)
		}
	}
	return nil
}

// localFile is the path of a file that is named by path or by a file:// URL, or
// "".
func localFile(name string) string {
	if !isURL(name) {
		return name
	}
	u, err := url.Parse(name)
	switch {
	case err != nil || !strings.EqualFold(u.Scheme, "file"):
		return ""
	case runtime.GOOS == "windows":
		return filepath.FromSlash(strings.TrimPrefix(u.Path, "/")) // of /C:/wheels
	}
	return u.Path
}

// ours makes sure that what stands at --out may be lost: what an earlier call of
// the verb wrote, as far as that can be told, or an empty file.
func (f *flags) ours() error {
	if f.options.out == "" {
		return nil
	}
	name := f.env.path(f.options.out)
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return ignoreMissing(err)
	}
	file, err := os.Open(name)
	if err != nil {
		return environmentf("--out: %w", err)
	}
	is := f.wrote(file)
	if err := file.Close(); err != nil {
		return environmentf("--out: %w", err)
	}
	if !is {
		return environmentf("--out=%s: %w", f.options.out, errForeign)
	}
	return nil
}

// maxMark is how much of an answer is looked at to tell whose it is.
const maxMark = 4 << 10

// wrote says whether a file is like what the verb writes.
func (f *flags) wrote(file *os.File) bool {
	if mark := f.options.mark; mark != nil {
		return mark.MatchReader(bufio.NewReader(io.LimitReader(file, maxMark)))
	}
	return endsAsManifest(file) || isManifest(io.LimitReader(file, document.MaxBytes))
}

// maxEnd is how much of a manifest's end is looked at.
const maxEnd = 1 << 20

var (
	manifestBegin = []byte("{\n  \"")
	manifestField = regexp.MustCompile(`\n  "schema_version": "[0-9.]+",\n  "sources": \{`)
	manifestEnd   = []byte("\n}\n")
)

// endsAsManifest says whether a file begins and ends as we write manifests: the
// fields are sorted, a line each, so that schema_version stands behind the
// artifacts, which need not be read. No text of JSON holds a line break.
func endsAsManifest(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() > document.MaxBytes {
		return false
	}
	begin := make([]byte, len(manifestBegin))
	end := make([]byte, min(info.Size(), maxEnd))
	if _, err := file.ReadAt(begin, 0); err != nil {
		return false
	}
	if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return false
	}
	return bytes.Equal(begin, manifestBegin) && bytes.HasSuffix(end, manifestEnd) && manifestField.Match(end)
}

// abandon ends a call that failed: no answer of an earlier one stands at --out
// then. What is not like an answer of the verb stays.
func (f *flags) abandon(err error) error {
	withdrawn := f.withdraw()
	if errors.Is(withdrawn, errForeign) {
		f.env.say("kept %s as it was: it is of an earlier call", finding.Escape(f.options.out))
		return err
	}
	if withdrawn != nil {
		withdrawn = environmentf("%w", withdrawn)
	}
	return errors.Join(withdrawn, err)
}

// isManifest says whether r is a JSON object with the field schema_version, of
// any version. A manifest's fields are sorted, so that it is among the last.
func isManifest(r io.Reader) bool {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return false
		}
		if key == "schema_version" {
			return true
		}
		if skip(d) != nil {
			return false
		}
	}
	return false
}

// maxNesting is how deep a value of a manifest may be, and more than any is. The
// decoder remembers each bracket.
const maxNesting = 64

// skip passes over one value, keeping nothing of it.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxNesting {
				return errForeign
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
