package diff

import (
	"cmp"
	"slices"
	"strings"
)

// Change is one difference. What does not apply is empty.
type Change struct {
	Kind Kind
	// Artifact is the wheel's path in NEW, or in OLD where NEW does not have
	// it; Was is its path in OLD where that is another.
	Artifact, Was string
	// Label is what people call the wheel where its path in OLD is another: its
	// distribution, with its tags where there are others.
	Label string
	// Distribution is a project by its PEP 503 name, where all its wheels are
	// meant or the wheels have different paths.
	Distribution string
	// Source is the name of a source, or therock.
	Source string
	// Member is a file in the wheel.
	Member string
	// Field is the dotted path of the field in the document, with no name of a
	// source and no index of an artifact in it.
	Field string
	// Old and New are nil, bool, int64, string, []string, json.RawMessage (a
	// field that is not known), *document.Build or Wheel.
	Old, New any
	// Gained and Lost are what a list has more and less.
	Gained, Lost []string
	// Direction is upgrade or downgrade.
	Direction string
	// Percent is how much a size grew.
	Percent *float64
	// Link shows the commits between: always https.
	Link string
}

// Wheel is what is told of a wheel that was added or removed. SHA256 is empty
// where the document has no digests.
type Wheel struct {
	Version   string
	SizeBytes int64
	SHA256    string
}

// The values of Change.Direction.
const (
	Upgrade   = "upgrade"
	Downgrade = "downgrade"
)

// order puts changes in the one order in which all formats show them.
func order(changes []Change) {
	ranks := map[Kind]int{}
	for i, k := range kinds {
		ranks[k.kind] = i
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(
			cmp.Compare(ranks[a.Kind], ranks[b.Kind]),
			strings.Compare(a.Artifact, b.Artifact),
			strings.Compare(a.Distribution, b.Distribution),
			strings.Compare(a.Source, b.Source),
			strings.Compare(a.Member, b.Member),
			strings.Compare(a.Field, b.Field),
		)
	})
}
