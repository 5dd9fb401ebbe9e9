package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

func TestPlacesThatAreRefused(t *testing.T) {
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "hidden")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	t.Setenv("AWS_CONFIG_FILE", "none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
	for place, want := range map[string]string{
		"ftp://hidden@host/x":        "ftp://: want a path, or a URL of file, http, https or s3",
		"S3://hidden:hidden@b/x":     "want a bucket's name",
		"s3://":                      "want a bucket's name",
		"s3:///x":                    "want a bucket's name",
		"s3://bucket//x":             "s3://bucket: key \"/x\": the path is absolute",
		"s3://bucket/a//b":           "empty element",
		"s3://bucket/a/../b":         "the element ..",
		"http://":                    "the URL has no host",
		"https://:80/":               "the URL has no host",
		"http://h idden/":            "not a URL",
		"http://u:hid/den@host:80/x": "not a URL",
		"https://u:80/hid@host/x":    "a @ and no user name",
		"https://u:80?hid@host/x":    "a @ and no user name",
		"https:/u:hidden@host/x":     "https:/: want https://",
		"S3:/hidden@bucket/x":        "S3:/: want S3://",
		"file:/hidden":               "file:/: want file://",
		"file://u:hidden@host/x":     "on no other host than localhost",
	} {
		_, err := Open(t.Context(), place, quick())
		harmless(t, err, "hid", "den@")
		assert.ErrorContains(t, err, want, place)
		_, err = Read(t.Context(), place, 1)
		harmless(t, err, "hid", "den@")
	}
	for _, place := range []string{"s3://bucket", "s3://bucket/", "s3://bucket/a/b+c ?#%/"} {
		s, err := Open(t.Context(), place, quick())
		require.NoError(t, err)
		assert.Contains(t, place, s.Name())
		_, err = s.Find(t.Context(), want("../x"))
		require.ErrorContains(t, err, "the element ..")
		_, err = s.Read(t.Context(), Object{Key: "x"}, 1)
		require.ErrorContains(t, err, "was not found in this place")
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	_, err := Open(t.Context(), "s3://bucket", quick())
	require.ErrorContains(t, err, "s3://bucket: no region is set: want AWS_REGION")
}
