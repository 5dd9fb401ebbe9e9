package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// object is a JSON object whose names are taken as they are spelt: the fields of
// a Go struct would be found under names in other case too.
type object = map[string]json.RawMessage

// readJSON reads a page of PEP 691. Where that is not sure from its media type,
// JSON of another shape is no page.
func readJSON(data []byte, at *url.URL, sure bool) (*Page, error) {
	var top, meta object
	var version string
	err := json.Unmarshal(data, &top)
	if err == nil {
		err = member(top, "meta", &meta)
	}
	if err == nil {
		err = member(meta, "api-version", &version)
	}
	switch {
	case err != nil && sure:
		return nil, fmt.Errorf("an index page that is not as PEP 691 says: %s", finding.Escape(err.Error()))
	case err != nil:
		return nil, nil
	}
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	p := &Page{Index: true}
	if _, ok := top["files"]; !ok {
		if _, ok := top["projects"]; !ok {
			return nil, errors.New("an index page that is not as PEP 691 says: neither files nor projects")
		}
		p.Projects = true
		return p, nil
	}
	p.Project = true
	if err := p.files(at, top["files"]); err != nil {
		return nil, fmt.Errorf("an index page that is not as PEP 691 says: files: %s", finding.Escape(err.Error()))
	}
	return p, nil
}

// files notes the files of a project, decoding one at a time.
func (p *Page) files(at *url.URL, list json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(list))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("want a list")
	}
	for i := 0; d.More(); i++ {
		if i == MaxLinks {
			return errTooMany
		}
		var one object
		if err := d.Decode(&one); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
		if err := p.file(at, one); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// file notes one file of a project.
func (p *Page) file(at *url.URL, o object) error {
	var link string
	var hashes map[string]string
	var size *int64
	f := File{Size: -1}
	if err := errors.Join(member(o, "filename", &f.Name), member(o, "url", &link), member(o, "hashes", &hashes)); err != nil {
		return err
	}
	if _, told := o["size"]; told {
		if err := member(o, "size", &size); err != nil {
			return err
		}
	}
	if !isName(f.Name) {
		return nil
	}
	if size != nil {
		if *size < 0 {
			return fmt.Errorf("size: got %d, want a number of bytes", *size)
		}
		f.Size = *size
	}
	if len(link) > maxLink {
		return errTooLong
	}
	if err := f.Claims.members(o); err != nil {
		return err
	}
	to, err := at.Parse(link)
	if err != nil {
		f.Fault = "a link that is no URL"
	} else {
		f.point(at, to)
	}
	if digest, ok := hashes["sha256"]; ok {
		f.claim(digest)
	}
	return p.add(f)
}

// member decodes one member of an object.
func member(o object, name string, into any) error {
	raw, ok := o[name]
	if !ok {
		return fmt.Errorf("no %s", name)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
