package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Of names it is enough that they cannot be taken for anything else; the rules
// differ between stores.
var bucketPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`)

// splitBucket reads what follows s3://. Keys are not percent-encoded there.
func splitBucket(rest string) (bucket, key string, err error) {
	bucket, key, _ = strings.Cut(rest, "/")
	if !bucketPattern.MatchString(bucket) {
		return "", "", errors.New("s3://: want a bucket's name and a prefix, such as s3://bucket/prefix, and no credentials")
	}
	return bucket, key, nil
}

// newS3 is a client with the profile, region, credentials and endpoint of the
// environment. It asks nothing of the network but for credentials, where the
// environment holds none.
func newS3(ctx context.Context, o Options) (*s3.Client, error) {
	c, err := config.LoadDefaultConfig(ctx,
		config.WithLogger(logging.Nop{}),
		config.WithClientLogMode(0),
		config.WithSharedConfigProfile(o.Profile),
		config.WithRetryer(func() aws.Retryer { return newRetryer(o) }))
	if err != nil {
		return nil, fmt.Errorf("the configuration of the AWS SDK cannot be read: %w", err)
	}
	if c.Region == "" {
		return nil, errors.New("no region is set: want AWS_REGION, or a region in the profile")
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("no credentials in the environment, the profile or the machine's role: %w", cause(err))
	}
	return s3.NewFromConfig(c, func(s *s3.Options) {
		s.HTTPClient = &patient{unmoved(c.HTTPClient), o.header, o.stall}
		s.UsePathStyle = s.BaseEndpoint != nil
		// Bytes are proved by digests of our own, and many stores have no checksums.
		s.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		s.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		s.DisableLogOutputChecksumValidationSkipped = true
	}), nil
}

// newRetryer makes the tries of one request. Each request has all of them,
// however many of the others fail.
func newRetryer(o Options, first ...retry.IsErrorRetryable) aws.Retryer {
	return retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts = attempts
		s.RateLimiter = ratelimit.None
		s.Backoff = retry.BackoffDelayerFunc(func(try int, _ error) (time.Duration, error) { return o.backoff(max(try, 1)), nil })
		s.Retryables = slices.Concat(first, s.Retryables, []retry.IsErrorRetryable{retry.RetryableHTTPStatusCode{
			Codes: map[int]struct{}{http.StatusRequestTimeout: {}, http.StatusTooManyRequests: {}},
		}})
	})
}

// unmoved is the SDK's HTTP client, with the certificates of the environment,
// which follows no redirect: requests are signed for one server, and none needs
// them.
func unmoved(client aws.HTTPClient) aws.HTTPClient {
	built, ok := client.(*awshttp.BuildableClient)
	if !ok {
		built = awshttp.NewBuildableClient()
	}
	return &http.Client{
		Transport:     built.GetTransport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fail makes a failure of what the SDK says. needs are the permissions that are
// missing where it says 403.
func (b *bucket) fail(k, needs string, err error) error {
	f := &failure{where: b.where(k), what: plain(cause(err)), kind: kindOf(err)}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		f.code = api.ErrorCode()
		f.what = plain(errors.New(strings.TrimSpace(api.ErrorCode() + " " + api.ErrorMessage())))
	}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.HTTPStatusCode() != 0 {
		f.status = response.HTTPStatusCode()
		f.what = fmt.Sprintf("%d %s", f.status, f.what)
	} else if f.kind == nil {
		f.what = "no answer: " + f.what
	}
	if f.status >= 300 && f.status < 400 {
		f.what += ": a redirect, which is not followed"
	}
	switch f.status {
	case http.StatusNotFound:
		f.kind = fs.ErrNotExist
		if f.code == "NoSuchBucket" {
			f.kind = ErrNoPlace
		}
	case http.StatusForbidden:
		f.kind = fs.ErrPermission
		f.what += ": the credentials lack " + strings.TrimSuffix(needs, ",") + " or are not valid"
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		f.kind = ErrChanged
	}
	return f
}

// cause is what lies under the SDK's layers, whose texts hold the request.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
