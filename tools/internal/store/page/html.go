package page

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken is the largest tag or piece of text of a page, in bytes.
const maxToken = 1 << 20

// readHTML reads the links of a page. It looks at tags alone and builds no tree,
// so that what it costs grows with the page and no faster.
func readHTML(data []byte, at *url.URL) (*Page, error) {
	p := &Page{}
	base, based := at, false
	tokens := html.NewTokenizer(bytes.NewReader(data))
	tokens.SetMaxBuf(maxToken)
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			if errors.Is(tokens.Err(), io.EOF) {
				return p, nil
			}
			return nil, fmt.Errorf("an HTML page with more than %d bytes in one piece", maxToken)
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, more := tokens.TagName()
			switch atom.Lookup(tag) {
			case atom.A:
				a := attributes(tokens, more)
				if href, ok := a["href"]; ok {
					if len(p.Files) == MaxLinks {
						return nil, errTooMany
					}
					if err := p.link(at, base, href, a); err != nil {
						return nil, err
					}
				}
			case atom.Base:
				// Only the first base with an href counts (HTML, 4.2.3).
				href, ok := attributes(tokens, more)["href"]
				if len(href) > maxLink {
					return nil, errTooLong
				}
				if to, err := at.Parse(trim(href)); ok && !based && err == nil {
					base, based = to, true
				}
			case atom.Meta:
				a := attributes(tokens, more)
				if a["name"] != "pypi:repository-version" {
					continue
				}
				if err := checkVersion(trim(a["content"])); err != nil {
					return nil, err
				}
				p.Index = true
			}
		}
	}
}

// attributes are those of the tag at hand; of one that stands twice, the first
// counts.
func attributes(tokens *html.Tokenizer, more bool) map[string]string {
	all := map[string]string{}
	for more {
		var name, value []byte
		name, value, more = tokens.TagAttr()
		if _, twice := all[string(name)]; !twice {
			all[string(name)] = string(value)
		}
	}
	return all
}

// trim takes off the spaces that URLs in HTML may have around them.
func trim(s string) string { return strings.Trim(s, " \t\r\n\f") }

// link notes a link that leads to a file, or to a folder below the page's own.
// The file's name is the last element of the URL's path, as pip has it: servers
// cut the text of a link short.
func (p *Page) link(at, base *url.URL, href string, attributes map[string]string) error {
	if len(href) > maxLink {
		return errTooLong
	}
	to, err := base.Parse(trim(href))
	if err != nil {
		return nil // a link that names no place names no file
	}
	path := to.EscapedPath()
	if to.Opaque != "" { // such as javascript:
		path, _, _ = strings.Cut(to.Opaque, "?")
	}
	if strings.HasSuffix(path, "/") {
		return p.folder(at, to)
	}
	name, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil || !isName(name) {
		return nil
	}
	f := File{Name: name, Size: -1}
	f.point(at, to)
	for part := range strings.SplitSeq(to.Fragment, "&") {
		if digest, ok := strings.CutPrefix(part, "sha256="); ok {
			f.claim(digest)
		}
	}
	if err := f.Claims.attributes(attributes); err != nil {
		return err
	}
	return p.add(f)
}

// folder notes a link that leads to a folder, the first of those that it leads
// through. The root of an index has any number of them, which tell nothing; of
// the page of a folder no more are noted than files.
func (p *Page) folder(at, to *url.URL) error {
	own := at.EscapedPath()
	own = own[:max(strings.LastIndexByte(own, '/'), 0)] + "/" // a URL may have no path
	below, inside := strings.CutPrefix(to.EscapedPath(), own)
	name, _, _ := strings.Cut(below, "/")
	if to.Host != at.Host || !inside || name == "" || p.Index || len(p.Folders) == MaxLinks {
		return nil
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	if p.length += len(name); p.length > MaxLength {
		return errTooMuch
	}
	p.Folders = append(p.Folders, strings.Clone(name))
	return nil
}
