package index

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// fromPage leads from a project's page to the root that pages and wheels share.
const fromPage = "../../"

// CheckBase says what is wrong with Options.Base.
func CheckBase(base string) error {
	u, err := url.Parse(base)
	switch {
	case err != nil:
		// The error of url.Parse repeats the URL, and a password in it.
		return fmt.Errorf("not a URL")
	case u.User != nil:
		return fmt.Errorf("a URL with a user, want one that everybody may read")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("got %s, want an http or https URL", finding.Quote(base))
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(base, "#"):
		return fmt.Errorf("got %s, want a URL without query and fragment", finding.Quote(base))
	case finding.Escape(base) != base || strings.ContainsAny(base, ` "<>\^{|}`+"`"):
		return fmt.Errorf("got %s, want a percent-encoded URL", finding.Quote(base))
	}
	return nil
}

// url is where the wheel is fetched from, seen from its project's page. Its
// metadata is at the same URL with .metadata at its end.
func (f *file) url(base string) string {
	if base == "" {
		return fromPage + escape(f.key)
	}
	return strings.TrimRight(base, "/") + "/" + escape(f.key)
}

// escape percent-encodes a path: all but `/` and what RFC 3986 calls unreserved.
// A plus becomes %2B, since some servers take it for a space.
func escape(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
