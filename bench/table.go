package main

import (
	"fmt"
	"io"
	"strings"
)

// row is one line of the table; empty cells are left out.
type row struct {
	what string
	// wall and cpu are seconds, rate bytes a second, peak bytes.
	wall, cpu, rate float64
	peak            int64
	ratio           string
	// note is what else was counted.
	note string
	goal goal
}

// goal is what a figure is to be, and whether it is.
type goal struct {
	text    string
	reached bool
}

func atMost(name string, got, want float64) goal {
	return goal{fmt.Sprintf("%s ≤ %.4g: %.3g", name, want, got), got <= want}
}

func atLeast(name string, got, want float64) goal {
	return goal{fmt.Sprintf("%s ≥ %.4g: %.3g", name, want, got), got >= want}
}

// and joins goals of one row.
func (g goal) and(other goal) goal {
	return goal{g.String() + "; " + other.text, other.reached}
}

func (g goal) String() string {
	switch {
	case g.text == "":
		return ""
	case g.reached:
		return g.text + ", reached"
	}
	return g.text + ", **missed**"
}

// table is a Markdown table in the making.
type table struct {
	rows []row
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

var head = []string{"", "s", "CPU s", "MB/s", "peak MB", "ratio", "counted", "goal, and whether it is reached"}

// print writes the table, columns aligned.
func (t *table) print(w io.Writer) {
	lines := [][]string{head}
	for _, r := range t.rows {
		lines = append(lines, []string{
			r.what, seconds(r.wall), seconds(r.cpu), number("%.0f", r.rate/1e6), number("%.0f", float64(r.peak)/1e6), r.ratio, r.note, r.goal.String(),
		})
	}
	widths := make([]int, len(head))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for i, line := range lines {
		print(w, line, widths, " ")
		if i == 0 {
			print(w, make([]string, len(head)), widths, "-")
		}
	}
}

func print(w io.Writer, line []string, widths []int, fill string) {
	var b strings.Builder
	for i, cell := range line {
		b.WriteString("| " + cell + strings.Repeat(fill, widths[i]-len([]rune(cell))) + " ")
	}
	fmt.Fprintln(w, b.String()+"|")
}

func seconds(n float64) string {
	if n > 0 && n < 0.1 {
		return fmt.Sprintf("%.3f", n)
	}
	return number("%.2f", n)
}

func number(format string, n float64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(format, n)
}
