package page_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store/page"
)

const (
	jsonType = "application/vnd.pypi.simple.v1+json"
	htmlType = "text/html; charset=utf-8"
)

var digest = strings.Repeat("0123456789abcdef", 4)

func at(t testing.TB, text string) *url.URL {
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// lines shows a page's files, one a line.
func lines(p *Page) []string {
	list := []string{}
	for _, f := range p.Files {
		where := "fault: " + f.Fault
		if f.URL != nil {
			where = f.URL.String()
		}
		line := f.Name + " " + where
		if f.SHA256 != "" {
			line += " " + f.SHA256[:4]
		}
		if f.Size >= 0 {
			line += fmt.Sprint(" ", f.Size)
		}
		if c := f.Claims; c.Metadata {
			line += fmt.Sprint(" METADATA ", c.MetadataSHA256)
		}
		for _, python := range f.Claims.RequiresPython {
			line += fmt.Sprintf(" Python %q", python)
		}
		list = append(list, line)
	}
	return list
}

func TestHTML(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":            {"", []string{}},
		"relative":         {`<a href="t-1.whl">x</a>`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"absolute":         {`<a href="/f/t-1.whl">`, []string{"t-1.whl https://h/f/t-1.whl"}},
		"other host":       {`<a href="//o:8/f/t-1.whl">`, []string{"t-1.whl https://o:8/f/t-1.whl"}},
		"digest":           {`<a href="t-1.whl#sha256=` + digest + `">`, []string{"t-1.whl https://h/simple/t/t-1.whl 0123"}},
		"capital digest":   {`<a href="t-1.whl#sha256=` + strings.ToUpper(digest) + `">`, []string{"t-1.whl https://h/simple/t/t-1.whl 0123"}},
		"among others":     {`<a href="t-1.whl#egg=t&amp;sha256=` + digest + `">`, []string{"t-1.whl https://h/simple/t/t-1.whl 0123"}},
		"another hash":     {`<a href="t-1.whl#md5=00">`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"malformed digest": {`<a href="t-1.whl#sha256=12">`, []string{`t-1.whl fault: a sha256 of "12", want 64 hex digits`}},
		"plus":             {`<a href="t-1%2Bcpu.whl">`, []string{"t-1+cpu.whl https://h/simple/t/t-1%2Bcpu.whl"}},
		"raw plus":         {`<a href="t-1+cpu.whl">`, []string{"t-1+cpu.whl https://h/simple/t/t-1+cpu.whl"}},
		"entities":         {`<a href="t-1&#46;whl?a=1&amp;b=2">`, []string{"t-1.whl https://h/simple/t/t-1.whl?a=1&b=2"}},
		"spaces":           {"<A\nHREF='\n t-1.whl '>", []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"yanked":           {`<a href="t-1.whl" data-yanked="broken">`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"METADATA":         {`<a href="t-1.whl" data-core-metadata="sha256=AB" DATA-dist-info-metadata="sha256=12">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA [12 ab]"}},
		"METADATA, old":    {`<a href="t-1.whl" data-dist-info-metadata="sha256=12">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA [12]"}},
		"METADATA, once":   {`<a href="t-1.whl" data-core-metadata="sha256=12" data-dist-info-metadata="sha256=12">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA [12]"}},
		"METADATA, bare":   {`<a href="t-1.whl" data-core-metadata="true">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA []"}},
		"METADATA, other":  {`<a href="t-1.whl" data-core-metadata="md5=12">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA []"}},
		"METADATA, false":  {`<a href="t-1.whl" data-core-metadata="false">`, []string{"t-1.whl https://h/simple/t/t-1.whl METADATA []"}},
		"Python":           {`<a href="t-1.whl" data-requires-python="&gt;=3.9">`, []string{`t-1.whl https://h/simple/t/t-1.whl Python ">=3.9"`}},
		"any Python":       {`<a href="t-1.whl" data-requires-python=" ">`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"base":             {`<base href="/b/"><base href="/c/"><a href="t-1.whl">`, []string{"t-1.whl https://h/b/t-1.whl"}},
		"folders":          {`<a href="../"></a><a href="sub/"></a><a href="?C=N;O=D"></a>`, nil},
		"script":           {`<script>"<a href=t-1.whl>"</script><!-- <a href=t-2.whl> --><title><a href=t-3.whl></title>`, []string{}},
		"no href":          {`<a name="t-1.whl"><a><a href>`, []string{}},
		"credentials":      {`<a href="https://u:p@o/t-1.whl">`, []string{"t-1.whl https://o/t-1.whl"}},
		"javascript":       {`<a href="javascript:x/t-1.whl">`, []string{`t-1.whl fault: a link of the scheme "javascript", want https or http`}},
		"file":             {`<a href="file:///etc/t-1.whl">`, []string{`t-1.whl fault: a link of the scheme "file", want https or http`}},
		"downgrade":        {`<a href="http://h/t-1.whl">`, []string{"t-1.whl fault: a link from https to http"}},
		"base downgrade":   {`<base href="http://o/"><a href="t-1.whl">`, []string{"t-1.whl fault: a link from https to http"}},
		"no host":          {`<a href="https:///t-1.whl">`, []string{"t-1.whl fault: a link without a host"}},
		"up":               {`<a href="x/%2e%2e"><a href="a%2Fb.whl"><a href="a%5Cb.whl"><a href="a%0Ab.whl"><a href="%00.whl"><a href="a%zz.whl">`, []string{}},
		"bidirectional":    {"<a href='\u202et-1.whl'>", []string{"\u202et-1.whl https://h/simple/t/%E2%80%AEt-1.whl"}},
		"not UTF-8":        {"<a href='%ff.whl'>", []string{}},
		"first attribute":  {`<a href="t-1.whl" href="t-2.whl">`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
		"unclosed":         {`<a href="t-1.whl"><a href="t-2.wh`, []string{"t-1.whl https://h/simple/t/t-1.whl"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Read(htmlType, []byte(c.text), at(t, "https://u:p@h/simple/t/"))
			require.NoError(t, err)
			got := lines(p)
			if name == "folders" { // the link to the page itself is no file
				assert.False(t, p.HasFiles())
				assert.Equal(t, []string{"sub"}, p.Folders)
				return
			}
			assert.Equal(t, c.want, got)
			assert.False(t, p.Index)
		})
	}
}

func TestIsIndex(t *testing.T) {
	const version = `<meta name="pypi:repository-version" content="1.3">`
	for text, want := range map[string]bool{version: true, `<meta name=x>`: false, strings.Replace(version, "1.3", " 1.0 ", 1): true} {
		p, err := Read("text/html", []byte(text), at(t, "https://h/"))
		require.NoError(t, err)
		assert.Equal(t, want, p.Index)
	}
	p, err := Read("application/vnd.pypi.simple.v1+html", nil, at(t, "https://h/"))
	require.NoError(t, err)
	assert.True(t, p.Index)
}

func TestJSON(t *testing.T) {
	const meta = `{"meta":{"api-version":"1.1"},`
	file := func(rest string) string { return meta + `"files":[{"filename":"t-1.whl",` + rest + `}]}` }
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"PyPI": {`{"alternate-locations":[],"files":[{"core-metadata":{"sha256":"00"},"data-dist-info-metadata":false,"filename":"t-1+cpu.whl",` +
			`"hashes":{"sha256":"` + digest + `"},"provenance":null,"requires-python":">=3.9","size":12,"upload-time":"2024-01-01T00:00:00Z",` +
			`"url":"https://files.h/packages/t-1%2Bcpu.whl","yanked":"why"}],"meta":{"_last-serial":1,"api-version":"1.4"},"name":"t","versions":["1"]}`,
			[]string{`t-1+cpu.whl https://files.h/packages/t-1%2Bcpu.whl 0123 12 METADATA [00] Python ">=3.9"`}},
		"METADATA":        {file(`"url":"x","hashes":{},"core-metadata":{"sha256":"AB"},"dist-info-metadata":{"sha256":"12"},"data-dist-info-metadata":{"sha256":"34"}`), []string{"t-1.whl https://h/simple/t/x METADATA [12 34 ab]"}},
		"METADATA, bare":  {file(`"url":"x","hashes":{},"dist-info-metadata":true,"core-metadata":false`), []string{"t-1.whl https://h/simple/t/x METADATA []"}},
		"METADATA, other": {file(`"url":"x","hashes":{},"core-metadata":{"sha512":"12"}`), []string{"t-1.whl https://h/simple/t/x METADATA []"}},
		"no METADATA":     {file(`"url":"x","hashes":{},"core-metadata":false,"dist-info-metadata":null`), []string{"t-1.whl https://h/simple/t/x"}},
		"any Python":      {file(`"url":"x","hashes":{},"requires-python":null`), []string{"t-1.whl https://h/simple/t/x"}},
		"relative":        {file(`"url":"../f/x","hashes":{}`), []string{"t-1.whl https://h/simple/f/x"}},
		"null size":       {file(`"url":"x","hashes":{"md5":"0"},"size":null`), []string{"t-1.whl https://h/simple/t/x"}},
		"no size":         {file(`"url":"x","hashes":{},"Size":5,"SHA256":"0"`), []string{"t-1.whl https://h/simple/t/x"}},
		"bad digest":      {file(`"url":"x","hashes":{"sha256":"\n"}`), []string{`t-1.whl fault: a sha256 of "\x0a", want 64 hex digits`}},
		"bad link":        {file(`"url":"http://[","hashes":{}`), []string{"t-1.whl fault: a link that is no URL"}},
		"javascript":      {file(`"url":"javascript:x","hashes":{}`), []string{`t-1.whl fault: a link of the scheme "javascript", want https or http`}},
		"downgrade":       {file(`"url":"http://h/x","hashes":{}`), []string{"t-1.whl fault: a link from https to http"}},
		"a name's way":    {meta + `"files":[{"filename":"../t.whl","url":"x","hashes":{}},{"filename":"a\nb","url":"x","hashes":{}},{"filename":"","url":"x","hashes":{}}]}`, []string{}},
		"no files":        {meta + `"files":[],"projects":[]}`, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []string{jsonType, "application/json"} {
				p, err := Read(kind, []byte(c.text), at(t, "https://h/simple/t/"))
				require.NoError(t, err)
				assert.Equal(t, c.want, lines(p))
				assert.True(t, p.Index)
				assert.False(t, p.Projects)
			}
		})
	}
	p, err := Read(jsonType, []byte(meta+`"projects":[{"name":"t"}]}`), at(t, "https://h/"))
	require.NoError(t, err)
	assert.True(t, p.Projects && p.Index)
}

func TestNoPage(t *testing.T) {
	for _, c := range [][2]string{
		{"", "<a href=t.whl>"}, {"application/octet-stream", "<a href=t.whl>"}, {"text/plain", ""}, {"x/;", ""},
		{"application/json", "["}, {"application/json", "[]"}, {"application/json", `{"meta":{}}`}, {"application/json", `[{"name":"t.whl"}]`},
	} {
		p, err := Read(c[0], []byte(c[1]), at(t, "https://h/"))
		require.NoError(t, err)
		assert.Nil(t, p, c[1])
	}
}

func TestRefuses(t *testing.T) {
	const meta = `{"meta":{"api-version":"1.0"},`
	for name, c := range map[string]struct{ kind, text, want string }{
		"major of the type":   {"application/vnd.pypi.simple.v2+json", "{}", `version "2"`},
		"major of HTML":       {"text/html", `<meta name="pypi:repository-version" content="2.0">`, `API version "2.0", want 1.x`},
		"no version in HTML":  {"text/html", `<meta name="pypi:repository-version">`, `API version ""`},
		"major":               {"application/json", `{"meta":{"api-version":"2.0"},"files":[]}`, `API version "2.0"`},
		"odd version":         {jsonType, `{"meta":{"api-version":"1\n"},"files":[]}`, `API version "1\x0a"`},
		"not JSON":            {jsonType, `<html>`, "not as PEP 691 says"},
		"no meta":             {jsonType, `{"files":[]}`, "no meta"},
		"name in other case":  {jsonType, `{"Meta":{"api-version":"1.0"},"files":[]}`, "no meta"},
		"nothing listed":      {jsonType, `{"meta":{"api-version":"1.0"}}`, "neither files nor projects"},
		"files are no list":   {jsonType, meta + `"files":{}}`, "want a list"},
		"a file is no object": {jsonType, meta + `"files":[[]]}`, "files: 0: "},
		"no name":             {jsonType, meta + `"files":[{"url":"x","hashes":{}}]}`, "files: 0: no filename"},
		"no URL, no hashes":   {jsonType, meta + `"files":[{"filename":"x"}]}`, "no url"},
		"negative size":       {jsonType, meta + `"files":[{"filename":"x","url":"x","hashes":{},"size":-1}]}`, "size: got -1"},
		"size of text":        {jsonType, meta + `"files":[{"filename":"x","url":"x","hashes":{},"size":"\u001b[31m"}]}`, "size: "},
		"METADATA of text":    {jsonType, meta + `"files":[{"filename":"x","url":"x","hashes":{},"core-metadata":"\u001b"}]}`, "files: 0: core-metadata: "},
		"Python of a number":  {jsonType, meta + `"files":[{"filename":"x","url":"x","hashes":{},"requires-python":3}]}`, "files: 0: requires-python: "},
		"a long claim":        {"text/html", "<a href=x data-requires-python=" + strings.Repeat("x", 8193) + ">", "claims more than 8192 bytes"},
		"long claims in JSON": {jsonType, meta + `"files":[{"filename":"x","url":"x","hashes":{},"requires-python":"` + strings.Repeat("x", 5000) + `","core-metadata":{"sha256":"` + strings.Repeat("x", 5000) + `"}}]}`, "claims more than 8192 bytes"},
		"many long claims":    {"text/html", strings.Repeat("<a href=t.whl data-requires-python="+strings.Repeat("x", 8000)+">", 8400), "links of more than 67108864 bytes"},
		"one huge tag":        {"text/html", "<a href=" + strings.Repeat("x", 2<<20), "1048576 bytes in one piece"},
		"a long link":         {"text/html", "<a href=" + strings.Repeat("x", 8193) + ">", "a link of more than 8192 bytes"},
		"a long base":         {"text/html", "<base href=" + strings.Repeat("x", 8193) + ">", "a link of more than 8192 bytes"},
		"a long link in JSON": {jsonType, meta + `"files":[{"filename":"x","url":"` + strings.Repeat("x", 8193) + `","hashes":{}}]}`, "a link of more than 8192 bytes"},
		"a base for many":     {"text/html", "<base href='" + strings.Repeat("x", 8000) + "/'>" + strings.Repeat("<a href=t.whl>", 9000), "links of more than 67108864 bytes"},
		"a base for folders":  {"text/html", "<base href='" + strings.Repeat("x", 8000) + "/'>" + strings.Repeat("<a href=t/>", 9000), "links of more than 67108864 bytes"},
		"too many links":      {"text/html", strings.Repeat("<a href=t>", MaxLinks+1), "more than 500000 links"},
		"too many files":      {jsonType, meta + `"files":[` + strings.Repeat(`{"filename":"/","url":"","hashes":{}},`, MaxLinks) + `{}]}`, "more than 500000 links"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Read(c.kind, []byte(c.text), at(t, "https://h/"))
			require.ErrorContains(t, err, c.want)
			assert.Nil(t, p)
			assert.NotContains(t, err.Error(), "\n")
			assert.NotContains(t, err.Error(), "\x1b")
		})
	}
}

// The root of a large index links to more projects than a page may to files.
func TestManyProjects(t *testing.T) {
	const version = `<meta name="pypi:repository-version" content="1.3">`
	for head, want := range map[string]int{version: 0, "": MaxLinks} {
		p, err := Read("text/html", []byte(head+strings.Repeat("<a href=t/>", MaxLinks+1)), at(t, "https://h/simple/"))
		require.NoError(t, err)
		assert.Len(t, p.Folders, want)
		assert.False(t, p.HasFiles())
	}
}

func TestFolders(t *testing.T) {
	p, err := Read(htmlType, []byte(`<a href="a/"><a href="a%20b/c/?x"><a href="/s/x/"><a href="//h/s/y/"><a href="//o/s/z/"><a href="/t/"><a href="./"><a href="a">`), at(t, "https://h/s/"))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "a b", "x", "y"}, p.Folders)
	for _, own := range []string{"https://h", "https://h/", "https://h/x"} {
		p, err = Read(htmlType, []byte("<a href=a/><a href=/b/>"), at(t, own))
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b"}, p.Folders)
	}
	_, err = Read(htmlType, nil, at(t, "https://h/"+strings.Repeat("x", 8192)))
	require.ErrorContains(t, err, "a link of more than 8192 bytes")
}

func TestManyLinks(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "<a href=\"t-%d.whl#sha256=%s\">t</a><br>\n", i, digest)
	}
	p, err := Read(htmlType, []byte(b.String()), at(t, "https://h/"))
	require.NoError(t, err)
	assert.Len(t, p.Files, 100_000)
}

func fuzz(f *testing.F, kind string) {
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(kind, data, at(t, "https://h/simple/t/"))
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		for _, file := range p.Files {
			assert.NotContains(t, file.Name, "/")
			assert.Equal(t, file.URL == nil, file.Fault != "")
			if file.URL != nil {
				assert.Equal(t, "https", file.URL.Scheme)
				assert.Nil(t, file.URL.User)
			}
			assert.Contains(t, []int{0, 64}, len(file.SHA256))
		}
	})
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte(`<base href=/b/><meta name="pypi:repository-version" content="1.0"><a href="t-1.whl#sha256=` + digest + `">`))
	f.Add([]byte(`<a href="javascript:x"><a href='//u:p@o/%2e%2e'>`))
	fuzz(f, htmlType)
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"meta":{"api-version":"1.1"},"files":[{"filename":"t-1.whl","url":"//u:p@o/x","hashes":{"sha256":"` + digest + `"},"size":1}]}`))
	f.Add([]byte(`{"meta":{"api-version":"1.0"},"projects":[]}`))
	fuzz(f, jsonType)
}
