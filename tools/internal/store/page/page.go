// Package page reads the pages of package indexes and of web servers' listings,
// which are hostile input. It does no I/O.
//
// It knows PEP 691 (JSON, with the sizes of PEP 700) and PEP 503 (HTML, with the
// version of PEP 629); the listing of a plain web server is HTML with links. Of
// API versions it reads those with the major number 1, as PEP 629 asks. That a
// file is yanked is of no interest: a file that is listed is there.
package page

import (
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
)

// Accept is what is sent to a server as the Accept header: all that Read reads.
const Accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1, */*;q=0.01"

// MaxLinks is how many files one page may link to.
const MaxLinks = 500_000

// MaxLength is how long all links of one page may be together, resolved, in bytes:
// a base can make each of them longer than the page.
const MaxLength = 64 << 20

// maxLink is how long one link, a base and the page's own URL may be, in bytes.
const maxLink = 8 << 10

var (
	errTooMany = fmt.Errorf("more than %d links", MaxLinks)
	errTooLong = fmt.Errorf("a link of more than %d bytes", maxLink)
	errTooMuch = fmt.Errorf("links of more than %d bytes together", MaxLength)
)

// Page is what a page says.
type Page struct {
	// Index says that the page calls itself one of a package index, by its
	// version or its media type: its files are found by name alone.
	Index bool
	// Projects says that the page is the root of such an index, which lists
	// projects and no files.
	Projects bool
	// Project says that the page is that of one project, even if it has no files.
	Project bool
	// Files are the links to files, in the order of the page; a name can be
	// there twice.
	Files []File
	// Folders are the names of the folders below the page's own that it links to;
	// a name can be there twice. That of an index has none.
	Folders []string
	// length is how long all that is noted is together, in bytes.
	length int
}

// File is a link to one file.
type File struct {
	// Name is the file's name. It has no `/` and is a valid key.
	Name string
	// URL is where it is, without user name, password and fragment; nil where
	// Fault is not empty.
	URL *url.URL
	// SHA256 is the digest that the page claims, in lower case; empty where it
	// claims none.
	SHA256 string
	// Size is in bytes, -1 where the page does not tell.
	Size int64
	// Claims are what else the page says of it.
	Claims Claims
	// Fault says why the link is not to be followed.
	Fault string
}

// Length is how long the link is, in bytes.
func (f *File) Length() int {
	n := len(f.Name) + len(f.Fault) + f.Claims.length()
	if f.URL != nil {
		n += len(f.URL.Host) + len(f.URL.Path) + len(f.URL.RawPath) + len(f.URL.RawQuery)
	}
	return n
}

// add notes a file.
func (p *Page) add(f File) error {
	if p.length += f.Length(); p.length > MaxLength {
		return errTooMuch
	}
	p.Files = append(p.Files, f)
	return nil
}

// Read reads a page with the media type that its server named. at is the page's
// own URL, which links are relative to. The page is nil where the media type is
// that of no page, or JSON that is not an index's.
func Read(mediaType string, data []byte, at *url.URL) (*Page, error) {
	if len(at.String()) > maxLink {
		return nil, errTooLong
	}
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return nil, nil // most often it is empty: no server of pages says that
	}
	if m := simplePattern.FindStringSubmatch(kind); m != nil {
		if m[1] != "1" {
			return nil, fmt.Errorf("an index page of version %s, want 1", finding.Quote(m[1]))
		}
		kind = m[2]
		if kind == "json" {
			return readJSON(data, at, true)
		}
		p, err := readHTML(data, at)
		if p != nil {
			p.Index = true
		}
		return p, err
	}
	switch kind {
	case "application/json":
		return readJSON(data, at, false)
	case "text/html", "application/xhtml+xml":
		return readHTML(data, at)
	}
	return nil, nil
}

var (
	simplePattern  = regexp.MustCompile(`^application/vnd\.pypi\.simple\.v([0-9]+)\+(json|html)$`)
	versionPattern = regexp.MustCompile(`^([0-9]+)\.[0-9]+$`)
	digestPattern  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// checkVersion refuses an API version that cannot be read.
func checkVersion(version string) error {
	if m := versionPattern.FindStringSubmatch(version); m == nil || m[1] != "1" {
		return fmt.Errorf("an index page of API version %s, want 1.x", finding.Quote(version))
	}
	return nil
}

// HasFiles says whether the page links to a file of the kinds that projects
// publish.
func (p *Page) HasFiles() bool {
	for _, f := range p.Files {
		name := strings.ToLower(f.Name)
		for _, end := range []string{".whl", ".tar.gz", ".tar.bz2", ".zip", ".egg"} {
			if strings.HasSuffix(name, end) {
				return true
			}
		}
	}
	return false
}

// isName says whether a text is the name of a file and nothing more. Others
// name nothing that anybody looks for.
func isName(s string) bool { return !strings.Contains(s, "/") && key.Check(s) == nil }

// point gives the file its URL, or the reason not to follow it.
func (f *File) point(at, to *url.URL) {
	switch {
	case to.Scheme != "http" && to.Scheme != "https":
		f.Fault = fmt.Sprintf("a link of the scheme %s, want https or http", finding.Quote(to.Scheme))
	case to.Host == "" || to.Opaque != "":
		f.Fault = "a link without a host"
	case at.Scheme == "https" && to.Scheme == "http":
		f.Fault = "a link from https to http"
	default:
		clean := *to
		clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
		f.URL = &clean
	}
}

// claim gives the file the digest that the page claims.
func (f *File) claim(digest string) {
	f.SHA256 = strings.ToLower(digest)
	if !digestPattern.MatchString(f.SHA256) {
		f.SHA256, f.URL, f.Fault = "", nil, fmt.Sprintf("a sha256 of %s, want 64 hex digits", finding.Quote(digest))
	}
}
