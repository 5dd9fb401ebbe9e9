package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// tries makes the tries of a request end when its content is at fault.
func (s *shop) tries(body *sending) func(*s3.Options) {
	atFault := retry.IsErrorRetryableFunc(func(error) aws.Ternary {
		if body.failed != nil {
			return aws.FalseTernary
		}
		return aws.UnknownTernary
	})
	return func(o *s3.Options) { o.Retryer = newRetryer(s.o, atFault) }
}

// signed spares a request the reading of its body for the signature.
func signed(sha256 string) func(*s3.Options) {
	known := middleware.FinalizeMiddlewareFunc("KnownPayloadHash", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error,
	) {
		return next.HandleFinalize(v4.SetPayloadHash(ctx, sha256), in)
	})
	return s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(known, "ComputePayloadHash", middleware.Before)
	})
}

// metadata is what goes along as user metadata.
func (c Content) metadata() map[string]string {
	m := map[string]string{metadataSHA256: c.SHA256}
	maps.Copy(m, c.Metadata)
	return m
}

// base64Of is a digest as S3 writes it.
func base64Of(digest string) *string {
	raw, err := hex.DecodeString(digest)
	if err != nil {
		panic(fmt.Sprintf("the digest %s was not checked", digest))
	}
	return aws.String(base64.StdEncoding.EncodeToString(raw))
}

func set(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// versionOf is the version of an object in messages: buckets that keep no
// versions have `null` or nothing.
func versionOf(id, tag *string) string {
	if v := aws.ToString(id); v != "" && v != "null" {
		return v
	}
	return strings.Trim(aws.ToString(tag), `"`)
}
