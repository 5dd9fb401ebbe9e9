package store

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

const (
	// maxSingle is the largest object that S3 takes in one request.
	maxSingle = 5 << 30
	// lookFirst is the size above which it is asked whether an object is there
	// before it is sent.
	lookFirst = 1 << 20
)

// shop is a prefix of an S3 bucket that is written to.
type shop struct {
	*bucket
	// single is the largest object that is put in one request.
	single int64
	// partsProbed says whether multipart uploads honour conditions too.
	partsProbed sync.Once
	partsFault  error
}

func newShop(ctx context.Context, rest string, o Options) (Writer, error) {
	in, err := openBucket(ctx, rest, o)
	if err != nil {
		return nil, err
	}
	s := &shop{bucket: in.(*bucket), single: maxSingle}
	if o.single > 0 {
		s.single = o.single
	}
	return s, nil
}

func (s *shop) Head(ctx context.Context, key string) (Object, error) {
	return s.Find(ctx, Wanted{Key: key})
}

func (s *shop) Create(ctx context.Context, key string, c Content) (Written, error) {
	k, body, err := s.begin(ctx, key, c)
	if err != nil {
		return Written{}, err
	}
	defer body.Close()
	if c.Size > lookFirst {
		// Who may not list is told 403 of what is not there.
		there, err := s.settle(ctx, key, c)
		if !errors.Is(err, errGone) && !isStatus(err, http.StatusForbidden) {
			return there, err
		}
	}
	send := s.whole
	if c.Size > s.single {
		send = s.parts
		if err := s.probeParts(ctx); err != nil {
			return Written{}, err
		}
	}
	for try := 1; ; try++ {
		version, err := send(ctx, k, body)
		if err == nil {
			return Written{Key: key, Size: c.Size, SHA256: c.SHA256, Version: version, Sent: true}, nil
		}
		var there Written
		if errors.Is(err, errTaken) {
			there, err = s.settle(ctx, key, c)
		}
		// 409 is another request for the key at the same time; what was taken can
		// be gone again.
		if again := isStatus(err, http.StatusConflict) || errors.Is(err, errGone); !again || try == attempts {
			return there, err
		}
		if err := s.o.pause(ctx, s.o.backoff(try)); err != nil {
			return Written{}, fail(s.where(k), err)
		}
	}
}

var (
	errTaken = errors.New("something is there already")
	errGone  = errors.New("what was there is gone again")
)

// begin opens content for a key.
func (s *shop) begin(ctx context.Context, k string, c Content) (string, *sending, error) {
	if err := key.Check(k); err != nil {
		return "", nil, fail(s.Name(), err)
	}
	k = s.prefix + k
	if err := c.check(); err != nil {
		return "", nil, fail(s.where(k), err)
	}
	body, err := begin(ctx, c)
	if err != nil {
		return "", nil, fail(s.where(k), err)
	}
	return k, body, nil
}

// whole puts an object with one request.
func (s *shop) whole(ctx context.Context, k string, body *sending) (version string, err error) {
	got, err := s.put(ctx, k, body, nil, aws.String("*"))
	switch {
	case err == nil:
		return versionOf(got.VersionId, got.ETag), nil
	case isStatus(err, http.StatusPreconditionFailed):
		return "", errTaken
	}
	return "", err
}

// put sends a PutObject under conditions. The digest goes along as checksum and
// as signed digest of the payload: no store takes other bytes.
func (s *shop) put(ctx context.Context, k string, body *sending, match, noneMatch *string) (*s3.PutObjectOutput, error) {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return nil, fail(s.where(k), err)
	}
	c := body.c
	got, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &s.name, Key: &k, Body: body, ContentLength: &c.Size, IfMatch: match, IfNoneMatch: noneMatch,
		ChecksumSHA256: base64Of(c.SHA256), Metadata: c.metadata(), ContentType: set(c.Type), CacheControl: set(c.CacheControl),
	}, s.tries(body), signed(c.SHA256))
	if err != nil {
		return nil, s.failPut(k, body, err)
	}
	if there := aws.ToString(got.ChecksumSHA256); there != "" && there != *base64Of(c.SHA256) {
		return nil, fail(s.where(k), errors.New("the store took other bytes than were sent"))
	}
	return got, nil
}

// failPut is the failure of a request that sends content.
func (s *shop) failPut(k string, body *sending, err error) error {
	if body.failed != nil {
		return fail(s.where(k), body.failed)
	}
	switch codeOf(err) {
	case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch":
		return &failure{where: s.where(k), what: "the store refuses what arrived: its digest is not that of the file that was verified", status: http.StatusBadRequest}
	}
	return s.fail(k, "s3:PutObject", err)
}

// remove deletes an object, also when the work that it belongs to was called off.
func (s *shop) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	k := s.prefix + key
	if _, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.name, Key: &k}); err != nil {
		return s.fail(k, "s3:DeleteObject", err)
	}
	return nil
}

func (s *shop) Probe(ctx context.Context) error { return probe(ctx, s, s.remove) }
