package store

import (
	"context"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// object is an object of a bucket as it is read.
type object struct {
	bucket *bucket
	key    string
	// tag is the ETag of what is read.
	tag *string
	// checked asks for the digest that the store has of it, sum.
	checked bool
	sum     string
}

// read opens an object at its whole key.
func (b *bucket) read(ctx context.Context, k string, limit int64) (io.ReadCloser, string, error) {
	o := &object{bucket: b, key: k}
	where := b.where(k)
	return newResumed(ctx, where, limit, b.o, o.open).begun(where)
}

// open asks for the object from a byte on, of the same object only.
func (o *object) open(ctx context.Context, from int64) (part, error) {
	b := o.bucket
	input := &s3.GetObjectInput{Bucket: &b.name, Key: &o.key}
	ranged := from > 0 && o.tag != nil
	if ranged {
		input.Range, input.IfMatch = aws.String("bytes="+strconv.FormatInt(from, 10)+"-"), o.tag
	}
	if o.checked && from == 0 {
		input.ChecksumMode = types.ChecksumModeEnabled
	}
	got, err := b.client.GetObject(ctx, input)
	if err != nil {
		return part{}, b.fail(o.key, "s3:GetObject, or s3:ListBucket if nothing is there,", err)
	}
	p := part{got.Body, 0, -1}
	if got.ContentLength != nil {
		p.size = *got.ContentLength
	}
	if ranged && got.ContentRange != nil {
		p.from, _, p.size, err = contentRange(*got.ContentRange)
		if err == nil && p.from != from {
			err = errRange
		}
		if err != nil {
			got.Body.Close()
			return part{}, fail(b.where(o.key), err)
		}
	}
	if o.tag == nil {
		o.tag, o.sum = got.ETag, claimed(got.ChecksumSHA256, got.ChecksumType)
	}
	return p, nil
}
