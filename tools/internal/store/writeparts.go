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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	partSize = 64 << 20 // held in memory
	maxParts = 10_000
)

// parts puts an object with a multipart upload, which is completed only when all
// that was read is what was verified, and else aborted.
func (s *shop) parts(ctx context.Context, k string, body *sending) (version string, err error) {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return "", fail(s.where(k), err)
	}
	c := body.c
	begun, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &s.name, Key: &k, ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
		Metadata: c.metadata(), ContentType: set(c.Type), CacheControl: set(c.CacheControl),
	})
	if err != nil {
		return "", s.fail(k, "s3:PutObject", err)
	}
	defer func() {
		if err != nil {
			err = s.abort(ctx, k, begun.UploadId, err)
		}
	}()
	var done []types.CompletedPart
	buffer := make([]byte, min(c.Size, s.single, max(partSize, (c.Size+maxParts-1)/maxParts)))
	for left := c.Size; left > 0; left -= int64(len(buffer)) {
		buffer = buffer[:min(left, int64(len(buffer)))]
		if _, err := io.ReadFull(body, buffer); err != nil {
			return "", fail(s.where(k), err)
		}
		part, err := s.part(ctx, k, begun.UploadId, int32(len(done)+1), buffer)
		if err != nil {
			return "", s.failPut(k, body, err)
		}
		done = append(done, part)
	}
	got, err := s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &s.name, Key: &k, UploadId: begun.UploadId, IfNoneMatch: aws.String("*"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: done},
	})
	if err == nil {
		return versionOf(got.VersionId, got.ETag), nil
	}
	// An upload that is not there was completed by a try whose answer was lost.
	if codeOf(err) == "NoSuchUpload" {
		return "", errTaken
	}
	if err = s.fail(k, "s3:PutObject", err); isStatus(err, http.StatusPreconditionFailed) {
		return "", errTaken
	}
	return "", err
}

// part puts one part.
func (s *shop) part(ctx context.Context, k string, id *string, number int32, data []byte) (types.CompletedPart, error) {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	got, err := s.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &s.name, Key: &k, UploadId: id, PartNumber: &number, Body: bytes.NewReader(data), ChecksumSHA256: base64Of(digest),
	}, signed(digest))
	if err != nil {
		return types.CompletedPart{}, err
	}
	return types.CompletedPart{ETag: got.ETag, PartNumber: &number, ChecksumSHA256: base64Of(digest)}, nil
}

// abort ends an upload that failed, also when it failed because it was called
// off. It adds to the reason what it could not do.
func (s *shop) abort(ctx context.Context, k string, id *string, reason error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	_, err := s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.name, Key: &k, UploadId: id})
	if err == nil || codeOf(err) == "NoSuchUpload" {
		return reason
	}
	if err = s.fail(k, "s3:AbortMultipartUpload", err); errors.Is(reason, errTaken) {
		reason = fail(s.where(k), reason)
	}
	what := fmt.Sprintf("%s; the parts of the upload %s are left there", whatOf(err), finding.Escape(aws.ToString(id)))
	return &failure{where: s.where(k), what: whatOf(reason) + "; " + what, kind: kindOf(reason)}
}
