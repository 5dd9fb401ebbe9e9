package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
)

// noVersion is the version of nothing: as an ETag it is that of no content that
// anybody knows.
const noVersion Version = `"00000000000000000000000000000000"`

// probe tries to overwrite an object of its own, which must be refused.
func probe(ctx context.Context, w Writer, remove func(ctx context.Context, key string) error) (err error) {
	key, first, second := probes()
	_, err = w.Create(ctx, key, first)
	defer func() {
		if removed := remove(ctx, key); err == nil {
			err = removed
		}
	}()
	if err != nil {
		return err
	}
	switch _, err = w.Create(ctx, key, second); {
	case err == nil:
		return ignored(w, "overwrites an object although If-None-Match: * forbids it")
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	switch _, err = w.Replace(ctx, key, noVersion, second); {
	case err == nil:
		return ignored(w, "replaces an object although If-Match names another version")
	case !errors.Is(err, ErrChanged):
		return err
	}
	return nil
}

// probes are a key and two contents for it.
func probes() (key string, first, second Content) {
	key = ours + "probe-" + rand.Text()
	return key, Bytes([]byte("a probe that may be deleted: " + key + "\n")), Bytes([]byte("overwritten: " + key + "\n"))
}

func ignored(w Writer, what string) error {
	return fail(w.Name(), errors.New("the place "+what+": what is published there could be overwritten"))
}

// probeParts tries once to overwrite an object with a multipart upload: stores
// that honour conditions for one kind of request may ignore them for the other.
func (s *shop) probeParts(ctx context.Context) error {
	s.partsProbed.Do(func() { s.partsFault = s.overwriteInParts(ctx) })
	return s.partsFault
}

func (s *shop) overwriteInParts(ctx context.Context) (err error) {
	key, first, second := probes()
	defer func() {
		if removed := s.remove(ctx, key); err == nil {
			err = removed
		}
	}()
	if _, err := s.Create(ctx, key, first); err != nil {
		return err
	}
	k, body, err := s.begin(ctx, key, second)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err = s.parts(ctx, k, body); err == nil {
		return ignored(s, "completes a multipart upload over an object although If-None-Match: * forbids it")
	}
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}
