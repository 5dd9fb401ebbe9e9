package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
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
// either: a link or another spelling. Empty names are passed over.
func (f *flags) apart(inputs ...string) error {
	if f.options.out == "" {
		return nil
	}
	out, err := os.Stat(f.env.path(f.options.out))
	if err != nil || !out.Mode().IsRegular() {
		return nil // nothing is there to be destroyed
	}
	for _, input := range inputs {
		if input == "" {
			continue
		}
		if info, err := os.Stat(f.env.path(input)); err == nil && os.SameFile(info, out) {
			return usagef("--out=%s: %w", f.options.out, errInput)
		}
	}
	return nil
}

// ours makes sure that what stands at --out may be lost: a manifest, which an
// earlier call wrote, or an empty file.
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
	is := isManifest(io.LimitReader(file, document.MaxBytes))
	if err := file.Close(); err != nil {
		return environmentf("--out: %w", err)
	}
	if !is {
		return environmentf("--out=%s: %w", f.options.out, errForeign)
	}
	return nil
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
