package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// table prints an artifact for people.
func table(out *bytes.Buffer, a *document.Artifact) error {
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	l, m := &a.Labels, &a.Metadata
	rows := [][2]string{
		{"file", a.RelativePath},
		{"size", strconv.FormatInt(a.SizeBytes, 10) + " bytes"},
		{"sha256", a.SHA256},
		{"distribution", l.Distribution},
		{"version", l.Version},
		{"build tag", text(l.BuildTag)},
		{"python tag", l.PythonTag},
		{"abi tag", l.ABITag},
		{"platform tag", l.PlatformTag},
		{"name in METADATA", m.Name},
		{"version in METADATA", m.Version},
		{"requires Python", text(m.RequiresPython)},
		{"requires", strings.Join(m.RequiresDist, "; ")},
		{"tags in WHEEL", strings.Join(m.Tags, " ")},
		{"root is purelib", strconv.FormatBool(m.RootIsPurelib)},
		{"sha256 of METADATA", m.SHA256},
	}
	if a.Contents != nil {
		rows = append(rows, contentsRows(a.Contents)...)
	}
	for _, row := range rows {
		fmt.Fprintf(w, "%s\t%s\n", row[0], finding.Escape(row[1]))
	}
	return w.Flush()
}

// text is a value that may be unknown.
func text(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

// contentsRows are what the members hold, for people.
func contentsRows(c *document.Contents) [][2]string {
	rows := [][2]string{
		{"members", strconv.FormatInt(c.Members, 10)},
		{"RECORD", c.Record},
	}
	for _, d := range c.Defects {
		row := d.Path + ": " + d.Class
		if d.Got != nil {
			row += ", got " + *d.Got
		}
		if d.Want != nil {
			row += ", want " + *d.Want
		}
		rows = append(rows, [2]string{"  defect", row})
	}
	if m := c.Module; m != nil {
		rows = append(rows, [2]string{"version in " + m.Path, text(m.Version)}, [2]string{"  git_version", text(m.GitVersion)},
			[2]string{"  hip", text(m.HIP)}, [2]string{"  cuda", text(m.CUDA)})
	}
	d := &c.DeviceCode
	rows = append(rows, [2]string{"AMD GPU code", some(d.ROCm)}, [2]string{"NVIDIA GPU code", some(d.CUDA)}, [2]string{"PTX", some(d.PTX)})
	if len(d.Named) > 0 {
		rows = append(rows, [2]string{"named by files only", some(d.Named)})
	}
	for _, k := range d.Kpack {
		rows = append(rows, [2]string{"code elsewhere", k.Path + ": " + k.KernelName + " in " + some(k.SearchPaths)})
	}
	for _, f := range d.Files {
		row := strings.Join(append(append(append([]string{}, f.ROCm...), f.CUDA...), f.PTX...), " ")
		row = fmt.Sprintf("%s: %s (%s", f.Path, some(strings.Fields(row)), plural(int(f.Objects), "object"))
		if f.Outside > 0 {
			row += fmt.Sprintf(", %d outside a device section", f.Outside)
		}
		if len(f.Unknown) > 0 {
			row += "; unknown: " + strings.Join(f.Unknown, ", ")
		}
		rows = append(rows, [2]string{"  code in", row + ")"})
	}
	return rows
}

// some is a list that may be empty.
func some(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, " ")
}
