package diff

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Text is the difference for people. Every line begins with words of ours, and
// foreign text is escaped.
func (d *Difference) Text() []byte {
	var b bytes.Buffer
	for _, side := range []struct {
		word string
		head *Head
	}{{"OLD", &d.Old}, {"NEW", &d.New}} {
		fmt.Fprintf(&b, "%s %s: %s\n", side.word, finding.Escape(side.head.Name), finding.Escape(strings.Join(side.head.words(), ", ")))
		if side.head.RunURL != "" {
			fmt.Fprintf(&b, "    %s\n", finding.Escape(side.head.RunURL))
		}
	}
	for _, sentence := range d.NotCompared {
		fmt.Fprintf(&b, "note: %s\n", finding.Escape(sentence))
	}
	for _, g := range d.groups() {
		fmt.Fprintf(&b, "\n%s (%s, %d)\n", g.heading, g.kind, len(g.changes))
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for i := range g.changes {
			c := &g.changes[i]
			what, column := finding.Escape(c.what()), ""
			if what != "" {
				what, column = what+"\t", "\t"
			}
			for j, line := range c.details() {
				if j == 0 {
					fmt.Fprintf(w, "  - %s%s\n", what, finding.Escape(line))
				} else {
					fmt.Fprintf(w, "    %s%s\n", column, finding.Escape(line))
				}
			}
			if c.Link != "" {
				fmt.Fprintf(w, "    %s\n", c.Link)
			}
		}
		if err := w.Flush(); err != nil {
			panic("diff: write to a buffer: " + strconv.Quote(err.Error()))
		}
	}
	if len(d.Changes) == 0 {
		b.WriteString("\nno difference\n")
	}
	return b.Bytes()
}

// group is the changes of one kind.
type group struct {
	kind    Kind
	heading string
	changes []Change
}

// groups are the kinds of which there is a change.
func (d *Difference) groups() (groups []group) {
	begin := 0
	for i := range d.Changes {
		if kind := d.Changes[i].Kind; i+1 == len(d.Changes) || d.Changes[i+1].Kind != kind {
			groups = append(groups, group{kind, kinds[rank(kind)].heading, d.Changes[begin : i+1]})
			begin = i + 1
		}
	}
	return groups
}
