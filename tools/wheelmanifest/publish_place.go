package main

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// checkPlace refuses a place that nothing can be put to.
func checkPlace(flag, place string) error {
	if scheme, _, _ := strings.Cut(strings.ToLower(place), "://"); isURL(place) && scheme != "s3" && scheme != "file" {
		return usagef("--%s=%s: want s3://BUCKET/PREFIX or file:///FOLDER", flag, shown(place))
	}
	return nil
}

// openPlace opens the place that a flag names, with an AWS profile or that of the
// environment.
func (f *flags) openPlace(ctx context.Context, flag, place, profile string) (store.Writer, error) {
	if !isURL(place) {
		var err error
		if place, err = filepath.Abs(f.env.path(place)); err != nil {
			return nil, environmentf("--%s: %w", flag, err)
		}
	}
	w, err := aside(ctx, func() (store.Writer, error) { return store.Write(ctx, place, store.Options{Profile: profile}) })
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, environmentf("--%s: %w", flag, err)
	}
	return w, nil
}
