package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

// coverage is the matrix as the page shows it.
type coverage struct {
	Declared, Beyond []string
	// All is how many columns there are, Few that they leave room for words.
	All    int
	Few    bool
	Lacks  []lack
	Bodies [][]row
	Set    *row
	// Notes say what the matrix leaves out.
	Notes           []string
	Without, Unread quiet
	Legend          []sign
}

// lack is a declared device that is not served.
type lack struct{ Device, Where string }

// row is a component, or one wheel of it.
type row struct {
	Name, Note string
	// Number is that of the wheel's anchor, 0 for a row of several wheels.
	Number int
	// Missing are the devices that are not served.
	Missing string
	Cells   template.HTML
	// Member says that it is one wheel of the component above.
	Member bool
	// Same are the wheels of a row that several share.
	Same []string
}

// quiet are wheels with nothing to show: a line each, or one for all.
type quiet struct {
	Rows []row
	Many bool
}

const (
	maxRows  = 1_000
	maxQuiet = 20
	fewest   = 12
)

func newCoverage(m *document.Manifest, numbers map[string]int) coverage {
	matrix := judgement.Matrix(m)
	p := painter{matrix: matrix, numbers: numbers, painted: map[*judgement.Cell]template.HTML{}}
	out := coverage{
		All: len(matrix.Columns), Few: len(matrix.Columns) <= fewest, Lacks: p.lacks(), Legend: legend,
		Without: p.quiet(matrix.Without), Unread: p.quiet(matrix.Unread),
	}
	for _, c := range matrix.Columns {
		if c.Declared {
			out.Declared = append(out.Declared, plain(c.Target))
		} else {
			out.Beyond = append(out.Beyond, plain(c.Target))
		}
	}
	if matrix.Left > 0 {
		out.Notes = append(out.Notes, count(matrix.Left, "further device")+" not shown.")
	}
	var note string
	out.Bodies, note = p.bodies()
	if note != "" {
		out.Notes = append(out.Notes, note)
	}
	if matrix.Set != nil {
		out.Set = &row{Name: "The whole set", Note: "declared PTX: one wheel that holds it is enough", Missing: p.missing(matrix.Set), Cells: p.cells(matrix.Set)}
	}
	return out
}

// painter turns a matrix into rows.
type painter struct {
	matrix  *judgement.Coverage
	numbers map[string]int
	// painted remembers rows of cells; equal rows share theirs.
	painted map[*judgement.Cell]template.HTML
}

func (p *painter) row(r judgement.Row) row {
	name, note := label(r.Artifact)
	return row{Name: name, Note: note, Number: p.numbers[r.Artifact.RelativePath], Missing: p.missing(r.Cells), Cells: p.cells(r.Cells)}
}

// missing are the declared devices that a row does not serve.
func (p *painter) missing(cells []judgement.Cell) string {
	var list []string
	for i, cell := range cells {
		if cell == judgement.Missing {
			list = append(list, plain(p.matrix.Columns[i].Target))
		}
	}
	return strings.Join(list, ", ")
}

// lacks lists the devices that any component does not serve, with the
// distributions that lack them.
func (p *painter) lacks() (list []lack) {
	const most = 4
	for i, column := range p.matrix.Columns {
		var names []string
		lacking := 0
		for _, c := range p.matrix.Components {
			if c.Cells[i] != judgement.Missing {
				continue
			}
			lacking++
			if name := plain(c.Artifact.Labels.Distribution); len(names) < most && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if p.matrix.Set != nil && p.matrix.Set[i] == judgement.Missing {
			list = append(list, lack{plain(column.Target), "the whole set"})
		} else if lacking > 0 {
			where := strings.Join(names, ", ")
			if lacking > len(names) {
				where += fmt.Sprintf(" (%d in all)", lacking)
			}
			list = append(list, lack{plain(column.Target), where})
		}
	}
	return list
}

func (p *painter) quiet(list []*document.Artifact) quiet {
	q := quiet{Many: len(list) > maxQuiet}
	for _, a := range list {
		name, note := label(a)
		q.Rows = append(q.Rows, row{Name: name, Note: note, Number: p.numbers[a.RelativePath]})
	}
	return q
}

// bodies are the components, those with missing devices first, and what is to
// be said of them.
func (p *painter) bodies() (bodies [][]row, note string) {
	list := slices.Clone(p.matrix.Components)
	slices.SortStableFunc(list, func(a, b judgement.Component) int { return worst(a.Cells) - worst(b.Cells) })
	rows := 0
	for _, c := range list {
		rows += 1 + len(c.Wheels)
	}
	if rows > maxRows {
		return p.shared(list)
	}
	for _, c := range list {
		head := p.row(c.Row)
		body := []row{head}
		if len(c.Wheels) > 0 {
			body[0].Note = "component: the host with " + count(c.Others, "device and family wheel") + "; " + head.Note
		}
		for _, w := range c.Wheels {
			member := p.row(w)
			member.Member = true
			body = append(body, member)
		}
		if more := c.Others + 1 - len(c.Wheels); len(c.Wheels) > 0 && more > 0 {
			body[0].Note += "; " + count(more, "further wheel") + " not shown"
		}
		bodies = append(bodies, body)
	}
	return bodies, ""
}

// worst orders components: missing devices first, then images alone.
func worst(cells []judgement.Cell) int {
	switch {
	case slices.Contains(cells, judgement.Missing):
		return 0
	case slices.Contains(cells, judgement.Images):
		return 1
	}
	return 2
}

// shared is a row for all components of equal coverage: of one distribution,
// and where those are too many rows still, of any.
func (p *painter) shared(list []judgement.Component) (bodies [][]row, note string) {
	note = "Too many for a row each: wheels of one distribution with equal coverage share a row. The wheels of split components are not shown."
	groups := alike(list, func(c judgement.Component) string { return c.Artifact.Labels.Distribution })
	if len(groups) > maxRows {
		note = "Too many for a row each: wheels with equal coverage share a row. The wheels of split components are not shown."
		groups = alike(list, func(judgement.Component) string { return "" })
	}
	if left := len(groups) - maxRows; left > 0 {
		note += fmt.Sprintf(" The %d rows with the fewest problems are left out.", left)
		groups = groups[:maxRows]
	}
	for _, same := range groups {
		r := p.row(same[0].Row)
		if len(same) > 1 {
			first := r.Name
			r.Name, r.Note, r.Number = count(len(same), "wheel"), "such as "+first, 0
			for _, c := range same {
				r.Same = append(r.Same, plain(c.Artifact.RelativePath))
			}
		}
		bodies = append(bodies, []row{r})
	}
	return bodies, note
}

// alike gathers components of equal cells and name, in order of the first.
func alike(list []judgement.Component, name func(judgement.Component) string) (groups [][]judgement.Component) {
	index := map[string]int{}
	for _, c := range list {
		key := name(c) + "\n"
		for _, cell := range c.Cells {
			key += string(rune('a' + cell))
		}
		at, seen := index[key]
		if !seen {
			at = len(groups)
			index[key] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], c)
	}
	return groups
}
