package judgement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// Cell says how a wheel, or a component of the set, serves a device.
type Cell uint8

const (
	// Served is machine code.
	Served Cell = iota
	// Portable is PTX or SPIR-V alone, which the driver compiles.
	Portable
	// Images is AOTriton's images alone: attention kernels are not all kernels.
	Images
	// Missing is declared and not served: what Judge calls device_not_served.
	Missing
	// NotDeclared is neither declared for the wheel nor served.
	NotDeclared
	// NoCode is a wheel without device code of the vendor.
	NoCode
	// NotRead is a wheel, or one of a component, whose members nobody read.
	NotRead
)

// Column is a device of a Coverage.
type Column struct {
	// Target is the device as it is declared, else as its own target is spelt.
	Target string
	// Declared says that it is declared for some wheel. Those come first, in
	// the order of the document.
	Declared bool
	// PTX says that it is declared PTX, which the set must hold and not each
	// component.
	PTX bool
}

// Row is the cells of one wheel, one a column.
type Row struct {
	Artifact *document.Artifact
	Cells    []Cell
}

// Component is what is judged as one. The row is the verdict on it, by the
// wheel that it is named after.
type Component struct {
	Row
	// Wheels are what each wheel of a split component brings, the host first
	// and at most 100 others: never Missing. Other components have none.
	Wheels []Row
	// Others is how many device and family wheels there are.
	Others int
}

// Coverage is which wheel serves which device. Rows of equal cells share them.
type Coverage struct {
	Columns []Column
	// Left is how many further devices are not among the columns: there are at
	// most 200.
	Left       int
	Components []Component
	// Without are the wheels that have no device code and belong to no
	// component, Unread those of which nobody knows.
	Without, Unread []*document.Artifact
	// Set is the verdict on the whole set in the columns of PTX, NotDeclared in
	// the others; nil where none is judged.
	Set []Cell
}

const (
	maxMembers = 100
	maxColumns = 200
)

// Matrix returns the coverage of a document that is valid, in order of the
// wheels' paths. A cell of a component, or of the set, is Missing exactly where
// Judge tells device_not_served of a device that is among the columns.
func Matrix(m *document.Manifest) *Coverage {
	j := &matrix{judge: newJudge(m, nil), rows: map[string][]Cell{}}
	j.columns()
	if j.out.Left = max(0, len(j.out.Columns)-maxColumns); j.out.Left > 0 {
		j.out.Columns = j.out.Columns[:maxColumns]
	}
	nvidias := false
	for _, c := range j.components() {
		nvidias = j.row(c) || nvidias
	}
	if ptx, unread := j.portable(); nvidias && !unread && j.judged(nvidia) {
		j.whole(ptx)
	}
	return &j.out
}

// matrix fills in a coverage.
type matrix struct {
	*judge
	out Coverage
	// rows remembers the cells of wheels that hold and must serve the same.
	rows map[string][]Cell
}

// row adds a component, and says whether it must serve NVIDIA's devices.
func (j *matrix) row(c component) bool {
	var reaches [2]*reach
	unread := false
	for v := range reaches {
		r, is := c.reach(vendor(v))
		if unread = r.unread; is {
			reaches[v] = &r
		}
	}
	switch {
	case reaches[amd] != nil || reaches[nvidia] != nil:
	case unread:
		j.out.Unread = append(j.out.Unread, c.Artifact)
		return false
	default:
		j.out.Without = append(j.out.Without, c.Artifact)
		return false
	}
	var must [2][]string
	for v := range must {
		if v := vendor(v); j.judged(v) {
			must[v] = j.declared(c.wheelOf, v)
		}
	}
	out := Component{Row: Row{c.Artifact, j.cells(reaches, unread, must)}}
	if c.devices != nil {
		out.Others = c.devices.count
		for _, w := range append([]*wheelOf{c.wheelOf}, c.devices.wheels...) {
			var own [2]*reach
			for v := range own {
				if len(w.code.proved[v]) > 0 {
					own[v] = &reach{w.code.proved[v], w.code.solid[v], w.code.unread}
				}
			}
			out.Wheels = append(out.Wheels, Row{w.Artifact, j.brings(j.cells(own, w.code.unread, [2][]string{}), own[amd])})
		}
	}
	j.out.Components = append(j.out.Components, out)
	return reaches[nvidia] != nil
}

// cells are those of code, for which a vendor's devices must be served; a nil
// reach is no code.
func (j *matrix) cells(reaches [2]*reach, unread bool, must [2][]string) []Cell {
	key := fmt.Sprint(unread, must)
	for _, r := range reaches {
		if r != nil {
			key += fmt.Sprint(r.proved, r.solid)
		}
		key += "\n"
	}
	if cells := j.rows[key]; cells != nil {
		return cells
	}
	cells := make([]Cell, len(j.out.Columns))
	for i, column := range j.out.Columns {
		v := amd
		if strings.HasPrefix(column.Target, "sm_") || column.PTX {
			v = nvidia
		}
		cells[i] = NoCode
		if r := reaches[v]; r != nil {
			cells[i] = j.serving(*r, column.Target)
			if cells[i] == Missing && (column.PTX || !slices.Contains(must[v], column.Target)) {
				cells[i] = NotDeclared
			}
		}
		if unread && cells[i] > Images {
			cells[i] = NotRead
		}
	}
	j.rows[key] = cells
	return cells
}

// brings are the cells of one wheel of a component. One that holds images alone
// is not judged by itself, where those would be all that it should hold.
func (j *matrix) brings(cells []Cell, r *reach) []Cell {
	if r == nil || len(r.solid) > 0 {
		return cells
	}
	key := fmt.Sprint("images ", r.proved)
	if known := j.rows[key]; known != nil {
		return known
	}
	cells = slices.Clone(cells)
	for i, cell := range cells {
		if cell == Served && !strings.HasPrefix(j.out.Columns[i].Target, "sm_") {
			cells[i] = Images
		}
	}
	j.rows[key] = cells
	return cells
}

// whole judges declared PTX by that of all wheels.
func (j *matrix) whole(ptx []string) {
	var set []Cell
	any := false
	for _, column := range j.out.Columns {
		cell := NotDeclared
		if column.PTX {
			any = true
			if cell = Portable; !j.served(ptx, column.Target) {
				cell = Missing
			}
		}
		set = append(set, cell)
	}
	if any {
		j.out.Set = set
	}
}
