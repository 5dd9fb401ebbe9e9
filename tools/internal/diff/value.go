package diff

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/version"
)

// optional is the text, or nil.
func optional(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// list is the list, or nil where it is unknown.
func list(l document.List) any {
	if l == nil {
		return nil
	}
	return []string(l)
}

// texts is a list that is never unknown.
func texts(l []string) any {
	if l == nil {
		return []string{}
	}
	return l
}

// compact is JSON without white space.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw // cannot be: it was read as JSON
	}
	return b.Bytes()
}

// extras compares the fields that this version does not know.
func (c *comparison) extras(about Change, prefix string, old, new document.Extra) {
	names := slices.Collect(maps.Keys(old))
	for name := range new {
		if _, both := old[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		change := about
		change.Kind, change.Field = Format, prefix+name
		a, was := old[name]
		b, is := new[name]
		if was {
			change.Old = compact(a)
		}
		if is {
			change.New = compact(b)
		}
		if was != is || !bytes.Equal(compact(a), compact(b)) {
			c.add(change)
		}
	}
}

// equal compares values of a field.
func equal(a, b any) bool {
	x, isX := a.([]string)
	y, isY := b.([]string)
	if isX && isY {
		return slices.Equal(x, y)
	}
	return isX == isY && a == b
}

// listChange is what a list gained and lost, where both are known.
func listChange(a, b any) (gained, lost []string) {
	x, isX := a.([]string)
	y, isY := b.([]string)
	if !isX || !isY {
		return nil, nil
	}
	return minus(y, x), minus(x, y)
}

// minus are the members of a that b does not have, in a's order.
func minus(a, b []string) (rest []string) {
	there := make(map[string]bool, len(b))
	for _, s := range b {
		there[s] = true
	}
	for _, s := range a {
		if !there[s] {
			rest = append(rest, s)
		}
	}
	return rest
}

// sameVersion says whether two texts are one version by PEP 440. Manifests
// write `-` where a wheel's name has `+` or, in a local version, `.`.
func sameVersion(a, b any) bool { return same(a, b, "") }

// sameSuffix is sameVersion for the local part alone.
func sameSuffix(a, b any) bool { return same(a, b, "0") }

func same(a, b any, public string) bool {
	x, isX := a.(string)
	y, isY := b.(string)
	if !isX || !isY {
		return false
	}
	v, okV := lenient(public + x)
	w, okW := lenient(public + y)
	return okV && okW && v.Equal(w)
}

func lenient(text string) (version.Version, bool) {
	v, err := version.Parse(text)
	if err != nil {
		v, err = version.Parse(strings.Replace(text, "-", "+", 1))
	}
	return v, err == nil
}

// sameRef says whether two names are of one branch, with or without where git
// keeps it.
func sameRef(a, b any) bool {
	x, isX := a.(string)
	y, isY := b.(string)
	return isX && isY && strings.TrimPrefix(x, "refs/heads/") == strings.TrimPrefix(y, "refs/heads/")
}
