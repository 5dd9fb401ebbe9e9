// Package report renders a manifest as one HTML page: what the build is, what
// is wrong with it, which wheel serves which device, every wheel with its
// digest, and the sources.
//
// The page needs nothing beside itself: its style is embedded, it has no
// script, and its Content-Security-Policy allows no request. It is made of the
// document alone, so that equal documents give equal bytes. All foreign text
// passes through finding.Escape and then html/template; links are https only.
package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"regexp"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

var (
	//go:embed page.html
	pageText string
	//go:embed parts.html
	partsText string
	//go:embed style.css
	style string
)

// Mark is how a page begins, whoever wrote what it shows.
var Mark = regexp.MustCompile(`^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="wheelmanifest report">\n`)

var templates = template.Must(template.Must(template.New("page").Parse(pageText)).Parse(partsText))

// page is what the template renders; every text in it is escaped for people.
type page struct {
	Title    string
	Policy   string
	Style    template.CSS
	Facts    []fact
	Build    []fact
	Verdict  verdict
	Coverage coverage
	Wheels   wheels
	Sources  []source
	Stamped  bool
}

// HTML renders a document that is valid. warnings are what was found while it
// was read; the document is judged here.
func HTML(m *document.Manifest, warnings []finding.Finding) ([]byte, error) {
	numbers := numbered(m)
	sum := sha256.Sum256([]byte(style))
	p := page{
		Title:    title(m),
		Policy:   "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Style:    template.CSS(style),
		Facts:    headline(m),
		Build:    build(m),
		Verdict:  newVerdict(append(warnings, judgement.Judge(m, nil)...), numbers),
		Coverage: newCoverage(m, numbers),
		Wheels:   newWheels(m, numbers),
		Sources:  sources(m),
		Stamped:  m.Stamped,
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "page", p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
