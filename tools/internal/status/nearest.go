package status

import (
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/nearest"
)

// maxNear is how many keys an error offers instead of a missing one.
const maxNear = 3

// nearestKeys returns up to three stable keys that may have been meant, the
// nearest first. Bazel's own keys never are.
func nearestKeys(key string, keys []string) []string {
	stable := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return !strings.HasPrefix(k, stablePrefix) })
	near := nearest.Words(key, stable)
	return near[:min(len(near), maxNear)]
}
