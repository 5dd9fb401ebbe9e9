package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// bucket is a prefix of an S3 bucket.
type bucket struct {
	client *s3.Client
	o      Options
	name   string
	// prefix is empty or ends in `/`.
	prefix string
}

// openBucket returns the store at a bucket and prefix, without asking for
// anything yet.
func openBucket(ctx context.Context, rest string, o Options) (Store, error) {
	name, prefix, err := splitBucket(rest)
	if err != nil {
		return nil, err
	}
	o = o.defaults()
	client, err := newS3(ctx, o)
	if err != nil {
		return nil, fail("s3://"+name, err)
	}
	if prefix = strings.TrimSuffix(prefix, "/"); prefix != "" {
		if err := key.Check(prefix); err != nil {
			return nil, fail("s3://"+name, err)
		}
		prefix += "/"
	}
	return &bucket{client, o, name, prefix}, nil
}

// openObject opens the object that an s3:// URL names.
func openObject(ctx context.Context, rest string, limit int64, o Options) (io.ReadCloser, string, error) {
	name, k, err := splitBucket(rest)
	if err == nil {
		err = key.Check(k)
	}
	if err != nil {
		return nil, "", err
	}
	o = o.defaults()
	client, err := newS3(ctx, o)
	if err != nil {
		return nil, "", fail("s3://"+name, err)
	}
	b := &bucket{client, o, name, ""}
	return b.read(ctx, k, limit)
}

func (b *bucket) Name() string { return strings.TrimSuffix(b.where(b.prefix), "/") }

// where is a whole key for messages.
func (b *bucket) where(k string) string { return "s3://" + b.name + "/" + finding.Escape(k) }

func (b *bucket) Find(ctx context.Context, w Wanted) (Object, error) {
	if err := key.Check(w.Key); err != nil {
		return Object{}, fail(b.Name(), err)
	}
	k := b.prefix + w.Key
	got, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &k, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return Object{}, b.fail(k, "s3:GetObject, or s3:ListBucket if nothing is there,", err)
	}
	o := Object{Key: w.Key, Size: -1, SHA256: claimed(got.ChecksumSHA256, got.ChecksumType), at: k}
	if got.ContentLength != nil {
		o.Size = *got.ContentLength
	}
	o.Version, o.Metadata = versionOf(got.VersionId, got.ETag), got.Metadata
	return o, nil
}

// claimed is the digest that S3 has of a whole object: that of a multipart upload
// is made of the digests of its parts.
func claimed(sum *string, of types.ChecksumType) string {
	digest, err := base64.StdEncoding.DecodeString(aws.ToString(sum))
	if err != nil || len(digest) != 32 || of == types.ChecksumTypeComposite {
		return ""
	}
	return hex.EncodeToString(digest)
}

func (b *bucket) Read(ctx context.Context, o Object, limit int64) (io.ReadCloser, error) {
	if o.at == "" {
		return nil, fail(b.where(b.prefix+o.Key), errors.New("was not found in this place"))
	}
	r, _, err := b.read(ctx, o.at, limit)
	return r, err
}

func (b *bucket) Wheels(ctx context.Context, _ []string) ([]Object, error) {
	return b.list(ctx, b.prefix, func(k string) bool { return strings.EqualFold(path.Ext(k), ".whl") })
}

// list lists the objects below the place whose whole keys begin with a prefix,
// and whose keys are wanted.
func (b *bucket) list(ctx context.Context, prefix string, wanted func(k string) bool) ([]Object, error) {
	var list []Object
	more := false
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix},
		func(o *s3.ListObjectsV2PaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		got, err := pages.NextPage(ctx)
		if err != nil {
			return list, b.fail(prefix, "s3:ListBucket", err)
		}
		more = aws.ToBool(got.IsTruncated)
		for _, one := range got.Contents {
			whole := aws.ToString(one.Key)
			k, inside := strings.CutPrefix(whole, b.prefix)
			if !inside || !wanted(k) {
				continue
			}
			o := Object{Key: k, Size: -1, at: whole}
			if one.Size != nil {
				o.Size = *one.Size
			}
			list = append(list, o)
		}
	}
	if more {
		return list, fail(b.Name(), errors.New("the listing does not come to its end"))
	}
	return list, nil
}
