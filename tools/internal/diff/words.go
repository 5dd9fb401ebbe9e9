package diff

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// what is what a change is about, for people: foreign text that is not escaped.
func (c *Change) what() string {
	name := c.Artifact
	switch {
	case c.Label != "":
		name = c.Label
	case name == "":
		name = c.Distribution
	}
	var parts []string
	for _, part := range []string{name, c.Source, c.Member, c.field()} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// field is the name of the field where the heading of the kind does not say it.
func (c *Change) field() string {
	switch c.Kind {
	case Bytes, Removed, Added, Version, Rebuilt, Moved, Size, Device, Dirty, Stamp, ROCm, CUDA, Repository:
		return ""
	case Python, Platform:
		if c.Distribution != "" && c.Artifact == "" {
			return ""
		}
	case Source:
		if c.Field == "sources" || c.Field == "therock" {
			return ""
		}
	}
	field := c.Field
	for _, prefix := range []string{"sources.", "therock.", "artifacts.contents.device_code.", "artifacts.contents.module.", "artifacts.contents.", "artifacts.metadata.", "artifacts.labels.", "artifacts."} {
		if rest, is := strings.CutPrefix(field, prefix); is {
			return rest
		}
	}
	return field
}

// details are how it changed, for people: foreign text that is not escaped, a
// line for each member of a list whose members are no single words.
func (c *Change) details() []string {
	words := func(s string) bool { return strings.ContainsAny(s, " ,;") }
	if !slices.ContainsFunc(c.Lost, words) && !slices.ContainsFunc(c.Gained, words) {
		return []string{c.detail()}
	}
	var lines []string
	for _, s := range c.Lost {
		lines = append(lines, "lost "+s)
	}
	for _, s := range c.Gained {
		lines = append(lines, "gained "+s)
	}
	return lines
}

func (c *Change) detail() string {
	switch {
	case c.Field == "artifacts.contents":
		if c.Old == nil {
			return "not read in OLD"
		}
		return "not read in NEW"
	case c.Kind == Removed || c.Kind == Added:
		w, _ := c.Old.(Wheel)
		if c.Kind == Added {
			w, _ = c.New.(Wheel)
		}
		return amount(w.SizeBytes)
	case c.Field == "artifacts.size_bytes" && c.Kind == Bytes:
		return "no digest to compare, and another size"
	case c.Kind == Source && c.Old == nil && (c.Field == "sources" || c.Field == therock):
		return "added at " + said(c.New, "")
	case c.Kind == Source && c.New == nil && (c.Field == "sources" || c.Field == therock):
		return "removed, was at " + said(c.Old, "")
	case c.Gained != nil || c.Lost != nil:
		return changed(c.Lost, c.Gained)
	case isList(c.Old) && isList(c.New):
		return "in another order"
	}
	text := said(c.Old, c.Field) + " -> " + said(c.New, c.Field)
	if c.Direction != "" {
		text += ", " + c.Direction
	}
	if c.Percent != nil {
		text += fmt.Sprintf(", %+.1f %%", *c.Percent)
	}
	return text
}

func isList(v any) bool { _, is := v.([]string); return is }

// changed tells what a list has less and more.
func changed(lost, gained []string) string {
	var parts []string
	if len(lost) > 0 {
		parts = append(parts, "lost "+strings.Join(lost, ", "))
	}
	if len(gained) > 0 {
		parts = append(parts, "gained "+strings.Join(gained, ", "))
	}
	return strings.Join(parts, "; ")
}

// said is one value in words.
func said(v any, field string) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		if strings.HasSuffix(field, "size_bytes") {
			return amount(v)
		}
		return strconv.FormatInt(v, 10)
	case string:
		if strings.HasSuffix(field, "sha256") {
			return v[:min(len(v), 16)] + "..."
		}
		return v
	case []string:
		if len(v) == 0 {
			return "none"
		}
		return strings.Join(v, ", ")
	case json.RawMessage:
		return string(v)
	case *document.Build:
		return built(v)
	}
	return fmt.Sprint(v)
}

// built names the build that made a wheel.
func built(b *document.Build) string {
	var parts []string
	for _, part := range []struct {
		name  string
		value *string
	}{{"run ", b.RunID}, {"attempt ", b.RunAttempt}, {"at ", b.Timestamp}, {"of ", b.Commit}} {
		if part.value != nil {
			parts = append(parts, part.name+*part.value)
		}
	}
	if parts == nil {
		return "an unknown build"
	}
	return strings.Join(parts, " ")
}

// amount is a size in decimal units, as download pages show it.
func amount(n int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	value := float64(n)
	for i, unit := range units {
		if value /= 1000; value < 999.95 || i == len(units)-1 {
			return strconv.FormatFloat(value, 'f', 1, 64) + " " + unit
		}
	}
	return ""
}

// Summary is one line: whether the documents differ, and how often in what.
func (d *Difference) Summary() string {
	if len(d.Changes) == 0 {
		return "SAME: no difference"
	}
	var parts []string
	for _, k := range kinds {
		if n := d.Counts[k.kind]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+string(k.kind))
		}
	}
	return "DIFFERS: " + strings.Join(parts, ", ")
}

// words are what a head says of a document beside its name.
func (h *Head) words() []string {
	words := []string{}
	for _, part := range []struct{ name, value string }{
		{"", h.Project}, {"", h.Component}, {"", h.Accelerator}, {"ROCm ", h.ROCm}, {"CUDA ", h.CUDA}, {"", h.Platform}, {"Python ", h.Python},
	} {
		if part.value != "" {
			words = append(words, part.name+part.value)
		}
	}
	if h.Wheels > 0 {
		noun := " wheels, "
		if h.Wheels == 1 {
			noun = " wheel, "
		}
		words = append(words, strconv.Itoa(h.Wheels)+noun+amount(h.SizeBytes))
	}
	if !h.Stamped {
		words = append(words, "not stamped")
	}
	for _, part := range []struct{ name, value string }{
		{"run ", h.RunID}, {"attempt ", h.RunAttempt}, {"job ", h.JobID}, {"therock ", h.TheRock}, {"built from ", h.FirstBuilt},
	} {
		if part.value != "" {
			words = append(words, part.name+part.value)
		}
	}
	if h.LastBuilt != h.FirstBuilt {
		words = append(words, "to "+h.LastBuilt)
	}
	return words
}
