package status

import (
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// Project returns the keys that begin with a prefix and those that are named,
// with every fault of them. A named key that is not there is an error that
// gives the keys nearest to it; a prefix without keys is none.
//
// Addresses of repositories lose what must not be published, so that no
// action's output ever holds a token.
func (v Values) Project(prefixes, named []string) Status {
	out := Status{Faults: []finding.Finding{}, Values: Values{}}
	for _, key := range v.keys() {
		if !slices.Contains(named, key) && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			continue
		}
		value := v[key]
		if fault := textFault(value); fault != "" {
			out.Faults = append(out.Faults, finding.Errorf("status_value_malformed", "%s", fault).At(key).GotWant("", "one line of UTF-8"))
			continue
		}
		if isRemoteKey(key) {
			public, warning := publicRemote(value)
			if warning != "" {
				out.Faults = append(out.Faults, finding.Warningf("status_remote_not_public", "%s", warning).At(key))
			}
			value = public
		}
		out.Values[key] = value
	}
	missing := slices.Clone(named)
	slices.Sort(missing)
	for _, key := range slices.Compact(missing) {
		if _, there := v[key]; !there {
			out.Faults = append(out.Faults, v.missing(key, "a declared value names a key that the stamp lacks", wantKey))
		}
	}
	return out
}

// missing is the fault of a key that is asked for and not there. What to do
// about it is remedy, unless no status command ran at all.
func (v Values) missing(key, message, remedy string) finding.Finding {
	near := nearestKeys(key, v.keys())
	got := "nearest keys: " + strings.Join(near, ", ")
	if len(near) == 0 {
		got, remedy = "no STABLE_ keys at all", "a status command: set --workspace_status_command, as --config=release does"
	}
	return finding.Errorf("status_key_missing", "%s", message).At(key).GotWant(got, remedy)
}

// wantKey is the remedy where only the user knows what the key was to be.
const wantKey = "a key that the status command writes"

// keys returns all keys, sorted by bytes.
func (v Values) keys() []string {
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
