package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// ours begins the names of what a writer puts for itself: probes, files that are
// not whole, locks. They are never listed.
const ours = ".wheelmanifest-"

// replaced says that a mutable object has another version.
func replaced(where string) error {
	return &failure{where: where, what: "was replaced by somebody else since it was read", kind: ErrChanged}
}

// Current reads bytes and version of one state: stores were seen to answer the
// version of one and the bytes of another while it was being replaced.
func (s *shop) Current(ctx context.Context, k string, limit int64) ([]byte, Version, error) {
	if err := key.Check(k); err != nil {
		return nil, "", fail(s.Name(), err)
	}
	k = s.prefix + k
	for try := 1; ; try++ {
		data, o, err := s.state(ctx, k, limit)
		switch {
		case err != nil:
			return nil, "", err
		case int64(len(data)) > limit:
			return nil, "", fail(s.where(k), fmt.Errorf("has more than %d bytes", limit))
		case aws.ToString(o.tag) == "":
			return nil, "", fail(s.where(k), errors.New("the store tells no ETag"))
		case o.sum == "" || o.sum == sumOf(data):
			return data, Version(*o.tag), nil
		case try == attempts:
			return nil, "", fail(s.where(k), fmt.Errorf("the store says sha256 %s, and sends %s", o.sum, sumOf(data)))
		}
		if err := s.o.pause(ctx, s.o.backoff(try)); err != nil {
			return nil, "", fail(s.where(k), err)
		}
	}
}

// state reads an object with what the store says of it.
func (s *shop) state(ctx context.Context, k string, limit int64) ([]byte, *object, error) {
	o := &object{bucket: s.bucket, key: k, checked: true}
	body, _, err := newResumed(ctx, s.where(k), limit+1, s.o, o.open).begun(s.where(k))
	if err != nil {
		return nil, nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return data, o, err
}

func (s *shop) Replace(ctx context.Context, name string, was Version, c Content) (Version, error) {
	k, body, err := s.begin(ctx, name, c)
	if err != nil {
		return "", err
	}
	defer body.Close()
	match, noneMatch := aws.String(string(was)), (*string)(nil)
	if was == "" {
		match, noneMatch = nil, aws.String("*")
	}
	got, err := s.put(ctx, k, body, match, noneMatch)
	switch {
	case err == nil && aws.ToString(got.ETag) == "":
		return "", fail(s.where(k), errors.New("the store tells no ETag"))
	case err == nil:
		return Version(*got.ETag), nil
	case !isStatus(err, http.StatusPreconditionFailed) && !isStatus(err, http.StatusConflict) && !(was != "" && isCode(err, "NoSuchKey")):
		return "", err
	}
	// The answer to an earlier try may have been lost.
	if body.begun > 1 {
		data, now, err := s.Current(ctx, name, c.Size)
		if err == nil && sumOf(data) == c.SHA256 {
			return now, nil
		}
	}
	return "", replaced(s.where(k))
}

// List asks for the keys; what a writer puts for itself is left out.
func (s *shop) List(ctx context.Context, prefix string) ([]Object, error) {
	return s.list(ctx, s.prefix+prefix, func(k string) bool { return !private(k) })
}

// private says whether a key is one that a writer puts for itself.
func private(k string) bool { return strings.HasPrefix(k[strings.LastIndex(k, "/")+1:], ours) }

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Bytes is small content that is at hand.
func Bytes(data []byte) Content {
	return Content{
		Open: func() (io.ReadSeekCloser, error) { return nopCloser{bytes.NewReader(data)}, nil },
		Size: int64(len(data)), SHA256: sumOf(data),
	}
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }
