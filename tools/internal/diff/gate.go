package diff

import (
	"fmt"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/nearest"
)

// The words of a gate that are no kinds.
const (
	Any  = "any"
	None = "none"
)

// Gate is the kinds of which no change may be there.
type Gate map[Kind]bool

// ParseGate reads kinds separated by commas, `any` for all, or `none` alone.
func ParseGate(text string) (Gate, error) {
	g := Gate{}
	words := strings.Split(text, ",")
	for _, word := range words {
		word = strings.TrimSpace(word)
		switch known := rank(Kind(word)) < len(kinds); {
		case known:
			g[Kind(word)] = true
		case word == Any:
			for _, k := range kinds {
				g[k.kind] = true
			}
		case word == None && len(words) == 1:
		case word == None:
			return nil, fmt.Errorf("got %s, want none alone or without it", finding.Quote(text))
		default:
			return nil, fmt.Errorf("unknown kind %s, want kinds of difference separated by commas, any or none; the nearest is %s",
				finding.Quote(word), nearest.Words(word, vocabulary())[0])
		}
	}
	return g, nil
}

// Fails says whether a change of one of the kinds is there.
func (g Gate) Fails(d *Difference) bool {
	for kind := range d.Counts {
		if g[kind] {
			return true
		}
	}
	return false
}

// Explain lists the kinds for people, one a line.
func Explain() string {
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "  %-11s %s\n", k.kind, k.means)
	}
	return b.String()
}

func vocabulary() []string {
	all := []string{Any, None}
	for _, k := range kinds {
		all = append(all, string(k.kind))
	}
	return all
}
