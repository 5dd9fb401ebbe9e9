package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// settle says whether what is there is what was to be put. User metadata is no
// proof: without a digest of the whole that the store itself made, the bytes are.
func (s *shop) settle(ctx context.Context, key string, c Content) (Written, error) {
	k := s.prefix + key
	got, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.name, Key: &k, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		if err = s.fail(k, "s3:GetObject, which tells what is there,", err); isStatus(err, http.StatusNotFound) {
			err = &failure{where: s.where(k), what: errGone.Error(), kind: errGone}
		}
		return Written{}, err
	}
	there, size := claimed(got.ChecksumSHA256, got.ChecksumType), aws.ToInt64(got.ContentLength)
	if there == "" {
		if there, size, err = s.digest(ctx, k); err != nil {
			return Written{}, err
		}
	}
	if there != c.SHA256 {
		return Written{}, &ExistsError{Place: s.Name(), Key: key, SHA256: there, Size: size, Want: c.SHA256, Metadata: got.Metadata}
	}
	return Written{Key: key, Size: c.Size, SHA256: there, Version: versionOf(got.VersionId, got.ETag)}, nil
}

// digest reads a whole object.
func (s *shop) digest(ctx context.Context, k string) (sha string, size int64, err error) {
	body, _, err := s.read(ctx, k, math.MaxInt64)
	if err != nil {
		return "", 0, err
	}
	defer body.Close()
	sum := sha256.New()
	if size, err = io.Copy(sum, body); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// codeOf is the error code that the store answered.
func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// isCode says whether a failure is that of a code.
func isCode(err error, code string) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.code == code
}

// isStatus says whether a failure is that of an HTTP status.
func isStatus(err error, status int) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.status == status
}
