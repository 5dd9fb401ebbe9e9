package diff

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func TestGate(t *testing.T) {
	d := &Difference{Counts: map[Kind]int{Size: 2, Device: 1}}
	for text, fails := range map[string]bool{
		"any": true, "none": false, "bytes": false, "size": true, "bytes, device": true, "bytes,any": true,
	} {
		g, err := ParseGate(text)
		require.NoError(t, err, text)
		assert.Equal(t, fails, g.Fails(d), text)
		assert.False(t, g.Fails(&Difference{}), text)
	}
	for text, want := range map[string]string{
		"bites": "the nearest is bytes", "": "unknown kind", "size,": "unknown kind", "none,size": "want none alone", "SIZE": "unknown kind",
		"devices\n::error": `"devices\x0a::error"`,
	} {
		_, err := ParseGate(text)
		assert.ErrorContains(t, err, want, text)
	}
	for _, k := range kinds {
		assert.Contains(t, Explain(), "  "+string(k.kind)+" ")
	}
}

// hostile is text that Markdown, HTML, a terminal and CI would each take for
// something else.
const hostile = "::error::x` |<script>\n@user http://a.example www.b.example mailto:c@d.example #12 [a](b) **b** _c_ ~~d~~ $e$ &lt; \\| :tada: \u202e\x1b[31m"

func hostileDifference() *Difference {
	m := manifest(artifact("a-1-py3-none-any.whl"))
	m.RunURL, m.Project = ref("https://example.org/\"><script>"), ref(hostile)
	other := manifest(artifact("a-1-py3-none-any.whl"))
	other.RunURL = ref("http://example.org/")
	other.Artifacts[0].Contents = &document.Contents{Defects: []document.Defect{}}
	m.Artifacts[0].Contents = &document.Contents{Defects: []document.Defect{{Path: hostile, Class: "size_mismatch"}}}
	return Compare(Side{Name: hostile, Manifest: m, Limits: []string{hostile}}, Side{Name: "b.json", Manifest: other})
}

func TestForeignTextInText(t *testing.T) {
	text := string(hostileDifference().Text())
	assert.NotRegexp(t, `(?m)^\s*::`, text)
	assert.NotContains(t, text, "\x1b")
	assert.NotContains(t, text, "\u202e")
	assert.Contains(t, text, `\x0a@user`)
}

var (
	codeSpan = regexp.MustCompile(`<code>([^<]|<!-- -->)*</code>`)
	// ours is all that a line may hold beside foreign text.
	ours = regexp.MustCompile(`^(\| |OLD|NEW|---|document|what|change|compare|<br>|<a href="https://[A-Za-z0-9./&#;-]*">(run|compare)</a>| |\|)*$`)
)

func literalOnly(t require.TestingT, markdown string) {
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "|") {
			continue
		}
		require.Regexp(t, ours, codeSpan.ReplaceAllString(line, ""))
	}
	for _, span := range codeSpan.FindAllString(markdown, -1) {
		require.NotRegexp(t, "[`|*_~$\\[\\]\\\\\"']|[^&]#|:|www\\.", span)
		require.NotRegexp(t, `@`, span)
	}
}

func TestForeignTextInMarkdown(t *testing.T) {
	text := string(hostileDifference().Markdown())
	literalOnly(t, text)
	assert.NotContains(t, text, "<script")
	assert.NotContains(t, text, "http://a")
	assert.NotContains(t, text, `href="http:`)
	assert.Equal(t, 0, strings.Count(text, "<a "), "no link is left of what is no plain https")
}

func FuzzLiteral(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, s string) {
		out := literal(s)
		literalOnly(t, "| "+out+" |\n")
		assert.NotContains(t, out, "\n")
		assert.Equal(t, strings.Count(out, "<code>"), strings.Count(out, "</code>"))
	})
}

func many(n int) *Difference {
	var wheels []document.Artifact
	for i := range n {
		wheels = append(wheels, artifact(fmt.Sprintf("folder/project_%05d-2.9.1+rocm7.11.0-cp312-cp312-linux_x86_64.whl", i)))
	}
	return Compare(Side{Manifest: manifest()}, Side{Manifest: manifest(wheels...)})
}

func TestLongListsInMarkdown(t *testing.T) {
	few, some, all := string(many(3).Markdown()), string(many(100).Markdown()), string(many(20_000).Markdown())
	assert.NotContains(t, few, "<details>")
	assert.Contains(t, some, "<details><summary>wheels added (100)</summary>\n\n| what")
	assert.LessOrEqual(t, len(all), MaxMarkdown)
	assert.Contains(t, all, "wheels added (20000)")
	assert.Regexp(t, `\*\*[0-9]+ changes are not shown here`, all)
	assert.Equal(t, 20_000, strings.Count(string(many(20_000).Text()), "  - "), "the text has all")
}

func TestJSON(t *testing.T) {
	d := Compare(sourced(document.Source{Commit: commit1, Remote: optionalText("https://github.com/a/b")}), sourced(document.Source{Commit: commit2, Remote: optionalText("https://github.com/a/b")}))
	data, err := d.JSON()
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, true, got["differs"])
	assert.Equal(t, map[string]any{"source": 1.0}, got["counts"])
	assert.Equal(t, []any{map[string]any{
		"kind": "source", "artifact": nil, "was": nil, "distribution": nil, "source": "pytorch", "member": nil, "field": "sources.commit",
		"old": commit1, "new": commit2, "gained": nil, "lost": nil, "direction": nil, "percent": nil,
		"link": "https://github.com/a/b/compare/" + commit1 + "..." + commit2,
	}}, got["changes"])
	same, err := Compare(Side{Manifest: manifest()}, Side{Manifest: manifest()}).JSON()
	require.NoError(t, err)
	assert.Contains(t, string(same), `"changes": []`)
	assert.Contains(t, string(same), `"counts": {}`)
	added, err := many(1).JSON()
	require.NoError(t, err)
	assert.Contains(t, string(added), `"old": null,`)
	assert.Contains(t, string(added), `"size_bytes": 1000,`)
}

func TestLinksAndAlarmsInMarkdown(t *testing.T) {
	d := Compare(sourced(document.Source{Commit: commit1, Remote: optionalText("git@github.com:a/b.git")}), sourced(document.Source{Commit: commit2, Remote: optionalText("git@github.com:a/b.git")}))
	text := string(d.Markdown())
	literalOnly(t, text)
	assert.Contains(t, text, ` <a href="https://github.com/a/b/compare/`+commit1+"..."+commit2+`">compare</a>`)
	assert.Contains(t, string(d.Text()), "\n    https://github.com/a/b/compare/")
}

func TestAmount(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 899_700_000: "899.7 MB", 5_000_000_000_000_000: "5000.0 TB"} {
		assert.Equal(t, want, amount(n))
	}
}
