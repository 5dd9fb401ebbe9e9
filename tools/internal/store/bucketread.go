package store

import (
	"context"
	"io"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// object is an object of a bucket as it is read.
type object struct {
	bucket *bucket
	key    string
	// tag is the ETag of what is read.
	tag *string
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
	w := newWatch(ctx)
	// The SDK makes all its tries within this time.
	stop := w.over(attempts * b.o.header)
	got, err := b.client.GetObject(w.ctx, input)
	if stop(); err != nil {
		err = w.cause(err)
		w.cancel(context.Canceled)
		return part{}, b.fail(o.key, "s3:GetObject, or s3:ListBucket if nothing is there,", err)
	}
	body := &watched{got.Body, w, b.o.stall}
	p := part{body, 0, -1}
	if got.ContentLength != nil {
		p.size = *got.ContentLength
	}
	if ranged && got.ContentRange != nil {
		p.from, _, p.size, err = contentRange(*got.ContentRange)
		if err == nil && p.from != from {
			err = errRange
		}
		if err != nil {
			body.Close()
			return part{}, fail(b.where(o.key), err)
		}
	}
	if o.tag == nil {
		o.tag = got.ETag
	}
	return p, nil
}
