package diff

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

const (
	// collapsed is from how many rows on a table is folded away.
	collapsed = 20
	// MaxMarkdown bounds the Markdown in bytes: the summary of a step on GitHub
	// holds 1 MiB, and a larger one is not shown at all.
	MaxMarkdown = 1 << 20
	// reserved is kept free for the headings of all kinds, where no row follows.
	reserved = 16 << 10
	// maxCell is how many bytes of a text one cell shows.
	maxCell = 1 << 10
)

// Markdown is the difference for a page on GitHub or GitLab: GitHub Flavored
// Markdown with a few HTML elements. Foreign text is shown literally and nothing
// in it becomes a link, a mention or an element. Where it would grow above
// MaxMarkdown, it says what it leaves out.
func (d *Difference) Markdown() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## Wheel manifests: %s\n\n| | document | |\n| --- | --- | --- |\n", strings.ToLower(d.Summary()))
	for _, side := range []struct {
		word string
		head *Head
	}{{"OLD", &d.Old}, {"NEW", &d.New}} {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", side.word, literal(side.head.Name), literal(strings.Join(side.head.words(), ", "))+anchor(side.head.RunURL, "run"))
	}
	b.WriteByte('\n')
	for _, sentence := range d.NotCompared {
		fmt.Fprintf(&b, "> %s\n>\n", literal(sentence))
	}
	left := 0
	for _, g := range d.groups() {
		left += g.markdown(&b)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n**%d changes are not shown here: the page would be too large. The text and the JSON have all.**\n", left)
	}
	return b.Bytes()
}

// markdown writes one table, and returns how many changes it has no room for.
func (g *group) markdown(b *bytes.Buffer) (left int) {
	var table bytes.Buffer
	room := MaxMarkdown - reserved - b.Len()
	for i := range g.changes {
		c := &g.changes[i]
		row := fmt.Sprintf("| %s | %s |\n", literal(c.what()), cell(c.details())+anchor(c.Link, "compare"))
		if table.Len()+len(row) > room {
			left = len(g.changes) - i
			break
		}
		table.WriteString(row)
	}
	heading := fmt.Sprintf("%s (%d)", g.heading, len(g.changes))
	folded := len(g.changes) >= collapsed && g.kind != Bytes
	if folded {
		fmt.Fprintf(b, "<details><summary>%s</summary>\n\n", heading)
	} else {
		fmt.Fprintf(b, "### %s\n\n", heading)
	}
	if table.Len() > 0 {
		b.WriteString("| what | change |\n| --- | --- |\n")
		b.Write(table.Bytes())
	}
	b.WriteByte('\n')
	if folded {
		b.WriteString("</details>\n\n")
	}
	return left
}

// cell is lines in one cell of a table.
func cell(lines []string) string {
	shown := make([]string, len(lines))
	for i, line := range lines {
		shown[i] = literal(line)
	}
	return strings.Join(shown, "<br>")
}

// anchor is a link, if it is one of https: anything else is left out.
func anchor(link, word string) string {
	if !strings.HasPrefix(link, "https://") || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"'<>\|@`+"`", r) }) {
		return ""
	}
	return ` <a href="` + strings.ReplaceAll(link, "&", "&amp;") + `">` + word + `</a>`
}

// literal is foreign text as it shall be seen. Within code, GitHub and GitLab
// make no mentions, references and emoji; characters that mean something in
// Markdown or HTML are entities, which stand for nothing but themselves
// (CommonMark, "Entity and numeric character references"). A comment before @
// and a hidden dot behind www keep addresses from becoming links.
func literal(s string) string {
	if len(s) > maxCell {
		s = strings.ToValidUTF8(s[:maxCell], "") + "..."
	}
	if s = finding.Escape(s); s == "" {
		return ""
	}
	return "<code>" + entities(s) + "</code>"
}

// entities writes what is neither a letter, a digit nor harmless as a numeric
// reference.
func entities(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= 0x80, 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(" -/,=+%()", r):
			b.WriteRune(r)
		case r == '.' && (i < 3 || !strings.EqualFold(s[i-3:i], "www")):
			b.WriteRune(r)
		case r == '@':
			b.WriteString("<!-- -->&#64;")
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	return b.String()
}
