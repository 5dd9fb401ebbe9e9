package index

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
)

// apiVersion is that of the pages (PEP 629, PEP 700).
const apiVersion = "1.1"

// generator is how the pages name their maker: a folder with such a page is an
// index that may be replaced.
const generator = "wheelmanifest index"

// The pages in HTML. Foreign text is in attributes and between tags alone, where
// html/template escapes it.
var (
	listHTML = template.Must(template.New("list").Parse(head + `    <title>Simple index</title>
  </head>
  <body>
{{- range .}}
    <a href="{{.}}/">{{.}}</a><br>
{{- end}}
  </body>
</html>
`))
	projectHTML = template.Must(template.New("project").Parse(head + `    <title>Links for {{.Name}}</title>
  </head>
  <body>
    <h1>Links for {{.Name}}</h1>
{{- range .Files}}
    <a href="{{.URL}}#sha256={{.Hashes.SHA256}}"
       {{- with .RequiresPython}} data-requires-python="{{.}}"{{end}}
       {{- with .CoreMetadata}} data-core-metadata="sha256={{.SHA256}}" data-dist-info-metadata="sha256={{.SHA256}}"{{end}}
       {{- with .Yank}} data-yanked="{{.Reason}}"{{end}}>{{.Filename}}</a><br>
{{- end}}
  </body>
</html>
`))
)

const (
	mark = `<meta name="generator" content="` + generator + `">`
	head = `<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <meta name="pypi:repository-version" content="` + apiVersion + `">
    ` + mark + `
`
)

// The pages in JSON, in PEP 691's words.
type (
	meta struct {
		APIVersion string `json:"api-version"`
	}
	listPage struct {
		Meta     meta       `json:"meta"`
		Projects []listItem `json:"projects"`
	}
	listItem struct {
		Name string `json:"name"`
	}
	projectPage struct {
		Meta     meta       `json:"meta"`
		Name     string     `json:"name"`
		Versions []string   `json:"versions"`
		Files    []pageFile `json:"files"`
	}
	pageFile struct {
		Filename       string `json:"filename"`
		URL            string `json:"url"`
		Size           int64  `json:"size"`
		Hashes         hashes `json:"hashes"`
		RequiresPython string `json:"requires-python,omitempty"`
		// CoreMetadata is nil where nobody has METADATA of the wheel.
		CoreMetadata *hashes `json:"core-metadata,omitempty"`
		// Yanked is false, true or a reason.
		Yanked any   `json:"yanked"`
		Yank   *Yank `json:"-"`
	}
	hashes struct {
		SHA256 string `json:"sha256"`
	}
)

// pages puts the pages of all projects into a tree.
func pages(tree Tree, projects []project, base string) {
	list := listPage{Meta: meta{apiVersion}, Projects: []listItem{}}
	names := []string{}
	for _, p := range projects {
		names = append(names, p.name)
		list.Projects = append(list.Projects, listItem{p.name})
		page := p.page(base)
		tree[simple+p.name+"/"+pageHTML] = rendered(projectHTML, page)
		tree[simple+p.name+"/"+pageJSON] = encoded(page)
	}
	tree[simple+pageHTML] = rendered(listHTML, names)
	tree[simple+pageJSON] = encoded(list)
}

// page is what both forms of a project's page say.
func (p project) page(base string) projectPage {
	page := projectPage{Meta: meta{apiVersion}, Name: p.name}
	for _, r := range p.releases {
		page.Versions = append(page.Versions, r.version.String())
		for _, f := range r.files {
			one := pageFile{
				Filename: f.filename, URL: f.url(base), Size: f.SizeBytes, Hashes: hashes{f.SHA256},
				Yanked: false, Yank: r.yank,
			}
			if !f.bare {
				one.CoreMetadata = &hashes{f.Metadata.SHA256}
			}
			if f.Metadata.RequiresPython != nil {
				one.RequiresPython = *f.Metadata.RequiresPython
			}
			if r.yank != nil {
				one.Yanked = true
				if r.yank.Reason != "" {
					one.Yanked = r.yank.Reason
				}
			}
			page.Files = append(page.Files, one)
		}
	}
	return page
}

// rendered and encoded write into memory, from types of our own.
func rendered(t *template.Template, data any) []byte {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		panic(fmt.Sprintf("page %s: %v", t.Name(), err))
	}
	return b.Bytes()
}

func encoded(page any) []byte {
	data, err := json.MarshalIndent(page, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("page: %v", err))
	}
	return append(data, '\n')
}
