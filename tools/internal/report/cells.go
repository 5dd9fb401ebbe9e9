package report

import (
	"html/template"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/judgement"
)

// sign is how a cell looks: a letter for its style, a symbol, and words that a
// screen reader says in its place.
type sign struct{ Class, Symbol, Words, Meaning string }

// legend has the signs by cell.
var legend = []sign{
	judgement.Served:      {"s", "✓", "served", "by machine code"},
	judgement.Portable:    {"p", "◐", "portable", "by PTX or SPIR-V only, which the driver compiles when it is loaded"},
	judgement.Images:      {"i", "△", "images only", "by nothing but AOTriton's attention kernels"},
	judgement.Missing:     {"m", "✖", "missing", "declared and not served"},
	judgement.NotDeclared: {"n", "·", "not declared", "not asked of this wheel, and not served"},
	judgement.NoCode:      {"n", "–", "no code", "no device code for GPUs of this vendor"},
	judgement.NotRead:     {"u", "?", "not read", "nobody read the wheel's members"},
}

// painted are the cells as HTML: there are many, of few kinds.
var painted = func() (all []string) {
	for _, s := range legend {
		all = append(all, `<td class="`+s.Class+`">`+s.Symbol+`<span> `+s.Words+`</span></td>`)
	}
	return all
}()

// cells is a row of cells. No foreign text is in it.
func (p *painter) cells(cells []judgement.Cell) template.HTML {
	if len(cells) == 0 {
		return ""
	}
	done, ok := p.painted[&cells[0]]
	if !ok {
		var b strings.Builder
		for _, cell := range cells {
			b.WriteString(painted[cell])
		}
		done = template.HTML(b.String())
		p.painted[&cells[0]] = done
	}
	return done
}
