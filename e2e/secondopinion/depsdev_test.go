package secondopinion

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"deps.dev/util/pypi"
	"deps.dev/util/semver"
	"github.com/stretchr/testify/assert"
)

var (
	// long is a number that deps.dev cannot hold.
	long = difference{regexp.MustCompile(`[0-9]{19}`), "deps.dev's numbers have 64 bits"}

	// depsRefuses are versions of PEP 440 that deps.dev does not read.
	depsRefuses = []difference{
		long,
		{regexp.MustCompile(`^[vV][0-9]+!`), "appendix B of PEP 440 has the v before the epoch"},
		{regexp.MustCompile(`^[vV]?[0-9]+[_A-Za-z]`), "a lone release number before a capital letter or an underscore is no version to its first look"},
	}
	// depsTakes are texts that are no versions of PEP 440.
	depsTakes = []difference{
		{regexp.MustCompile(`\*`), "it reads wildcards of specifiers in the same place"},
		{regexp.MustCompile(`!v`), "it wants the v after the epoch"},
		{regexp.MustCompile(`[._-]{2}`), "it takes empty segments and doubled separators"},
	}
)

// Its wheel reader checks little: it is a second opinion on what is taken.
func TestNamesAgainstDepsDev(t *testing.T) {
	for _, ours := range parseNames(t, names(t)) {
		if !ours.OK {
			continue
		}
		theirs, err := pypi.ParseWheelName(ours.Filename)
		if err != nil {
			assert.True(t, known([]difference{long}, ours.Filename), "deps.dev refuses: %v", err)
			continue
		}
		assert.Equal(t, pypi.CanonPackageName(theirs.Name), ours.Name, "%q", ours.Filename)
		var tags []string
		for _, tag := range theirs.Platforms {
			tags = append(tags, strings.ToLower(tag.Python+"-"+tag.ABI+"-"+tag.Platform))
		}
		assert.Equal(t, tags, ours.tags(), "%q", ours.Filename)
		if build := ours.build(); build != nil {
			assert.Equal(t, []string{strconv.Itoa(theirs.BuildTag.Num), theirs.BuildTag.Tag}, build, "%q", ours.Filename)
		}
		compareVersions(t, theirs.Version, ours.Version)
	}
}

func TestVersionsAgainstDepsDev(t *testing.T) {
	for _, line := range read(t, "version/testdata/normal.tsv") {
		spelt, normal, _ := strings.Cut(line, "\t")
		compareVersions(t, spelt, normal)
	}
	for _, text := range read(t, "version/testdata/refused.txt") {
		if v, err := semver.PyPI.Parse(text); err == nil {
			assert.True(t, known(depsTakes, text), "deps.dev takes %q as %s", text, v.Canon(true))
		}
	}
}

// compareVersions holds that deps.dev takes two spellings as one version. It
// does not normalise the local part.
func compareVersions(t *testing.T, spelt, normal string) {
	spelt, _, _ = strings.Cut(spelt, "+")
	normal, _, _ = strings.Cut(normal, "+")
	a, err := semver.PyPI.Parse(spelt)
	if err != nil {
		assert.True(t, known(depsRefuses, spelt), "deps.dev refuses %q: %v", spelt, err)
		return
	}
	b, err := semver.PyPI.Parse(normal)
	if assert.NoError(t, err, normal) {
		assert.Equal(t, a.Canon(true), b.Canon(true), "%q and its normal form", spelt)
	}
}

// depsOrders are versions that deps.dev orders otherwise than PEP 440.
var depsOrders = append([]difference{
	{regexp.MustCompile(`\+.*[A-Z_-]|\+(.*\.)?0[0-9]`), "it compares the local part as it is spelt"},
	{regexp.MustCompile(`[a-z].*\+`), "it compares the local part before the post-release"},
	{regexp.MustCompile(`^[0-9.]+(a|b).*(post|r|-)`), "it takes post-release 0 of a pre-release for none"},
	{regexp.MustCompile(`(post|r|rev|-|_)0?(\.dev[0-9]+)?$`), "it takes post-release 0 for none"},
}, depsRefuses...)

func TestOrderAgainstDepsDev(t *testing.T) {
	var versions []string
	var rank []int
	for i, line := range read(t, "version/testdata/order.txt") {
		for version := range strings.FieldsSeq(line) {
			if !known(depsOrders, version) {
				versions, rank = append(versions, version), append(rank, i)
			}
		}
	}
	assert.Greater(t, len(versions), 60)
	for i, a := range versions {
		for j, b := range versions {
			assert.Equal(t, sign(rank[i]-rank[j]), semver.PyPI.Compare(a, b), "%s and %s", a, b)
		}
	}
}
