package status

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// The keys that every manifest uses. Each begins with STABLE_, which is how
// Bazel knows that a changed value must run the actions again that use it.
const (
	SourcePrefix   = "STABLE_SOURCE_"
	TheRockPrefix  = "STABLE_THEROCK_"
	CIPrefix       = "STABLE_CI_"
	BuildStartedAt = "STABLE_BUILD_STARTED_AT"

	// stablePrefix is of every key that a declared value may name.
	stablePrefix = "STABLE_"
	// upstreamEnding is kept free: STABLE_SOURCE_X_UPSTREAM_COMMIT would
	// belong to x and to x_upstream.
	upstreamEnding = "_upstream"
)

// Prefixes returns what the keys that every manifest uses begin with. The
// rule hands the same list to the projection.
func Prefixes() []string {
	return []string{BuildStartedAt, CIPrefix, SourcePrefix, TheRockPrefix}
}

// The last parts of the keys, in the order in which they are reported.
var (
	sourceParts  = []string{"COMMIT", "UPSTREAM_COMMIT", "COMMIT_TIME", "DESCRIBE", "REMOTE", "BRANCH", "DIRTY", "DIR"}
	theRockParts = []string{"REPO", "COMMIT", "COMMIT_TIME", "REF", "DIRTY"}
	ciParts      = []string{"RUN_ID", "RUN_ATTEMPT", "JOB_ID", "RUN_URL"}
)

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	// Bazel takes any word for a key; other people's keys are as they like.
	keyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

// WantSourceName says in words what CheckSourceName asks for.
const WantSourceName = "[a-z][a-z0-9_]* that does not end in " + upstreamEnding

// ErrSourceName is what CheckSourceName wraps.
var ErrSourceName = errors.New("malformed source name")

// CheckSourceName returns an error where name cannot be a source's.
func CheckSourceName(name string) error {
	if !namePattern.MatchString(name) || strings.HasSuffix(name, upstreamEnding) {
		return fmt.Errorf("%w: got %q, want %s", ErrSourceName, name, WantSourceName)
	}
	return nil
}

// SourceKey returns the status key of a source, such as
// SourceKey("triton", "COMMIT") = "STABLE_SOURCE_TRITON_COMMIT".
func SourceKey(name, part string) string {
	return SourcePrefix + strings.ToUpper(name) + "_" + part
}

// splitSourceKey is the inverse of SourceKey. The name comes back as the key
// spells it, in lower case; it may be malformed.
func splitSourceKey(key string) (name, part string, ok bool) {
	rest, ok := strings.CutPrefix(key, SourcePrefix)
	if !ok {
		return "", "", false
	}
	for _, p := range sourceParts {
		// The longest ending counts: COMMIT is also one of UPSTREAM_COMMIT.
		if n, found := strings.CutSuffix(rest, "_"+p); found && n != "" && len(p) > len(part) {
			name, part = n, p
		}
	}
	if part == "" || name != strings.ToUpper(name) {
		return "", "", false
	}
	return strings.ToLower(name), part, true
}

// isRemoteKey says whether the key's value is the address of a repository.
func isRemoteKey(key string) bool {
	_, part, ok := splitSourceKey(key)
	return ok && part == "REMOTE" || key == TheRockPrefix+"REPO"
}
