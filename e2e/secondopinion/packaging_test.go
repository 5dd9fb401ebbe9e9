package secondopinion

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packagingRelease is the first release that refuses empty members of tags.
const packagingRelease = "packaging==26.3"

// opinion is what opinion.py prints.
type opinion struct {
	Names []*struct {
		Name, Version string
		Build         []string
		Tags          []string
	}
	Versions []*string
	Order    [][]int
}

// installed is Python, and the folder of the test's own into which a release was
// installed. Where that cannot be had, the test is skipped and says so.
func installed(t *testing.T, release string) (python, dir string) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("SKIPPED: no python3: nothing was held against %s", release)
	}
	dir = t.TempDir()
	if output, err := exec.Command(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", dir, release).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: pip cannot install %s: nothing was held against it: %v: %s", release, err, output)
	}
	return python, dir
}

// ask runs opinion.py.
func ask(t *testing.T, names, versions []string) opinion {
	python, dir := installed(t, packagingRelease)
	question, err := json.Marshal(map[string][]string{"names": names, "versions": versions})
	require.NoError(t, err)
	command := exec.Command(python, "opinion.py")
	command.Env = append(os.Environ(), "PYTHONPATH="+dir)
	command.Stdin, command.Stderr = bytes.NewReader(question), os.Stderr
	answer, err := command.Output()
	require.NoError(t, err)
	var o opinion
	require.NoError(t, json.Unmarshal(answer, &o))
	require.Len(t, o.Names, len(names))
	require.Len(t, o.Versions, len(versions))
	return o
}

// stricter are our refusals, by what they say, of names that packaging takes.
var stricter = []difference{
	{regexp.MustCompile(`distribution: characters that may not stand there`), "packaging takes letters of every alphabet; index and installer names are ASCII (core metadata, Name)"},
	{regexp.MustCompile(`distribution: it does not begin and end with a letter or digit`), "core metadata, Name"},
	{regexp.MustCompile(`build tag: characters that may not stand there`), "packaging takes any text after the first digit"},
	{regexp.MustCompile(`(abi|platform) tag: characters that may not stand there`), "packaging checks the interpreter's tags alone"},
	{regexp.MustCompile(`python tag: characters that may not stand there`), "packaging takes identifiers of Python, letters of every alphabet"},
	{regexp.MustCompile(`file name: (white space|control|format) character`), "packaging trims white space around a version and takes any in a build, ABI or platform tag"},
	{regexp.MustCompile(`file name: path separator`), "packaging takes any in a build, ABI or platform tag"},
}

func TestNamesAgainstPackaging(t *testing.T) {
	all := names(t)
	lines := parseNames(t, all)
	for i, theirs := range ask(t, all, nil).Names {
		ours := lines[i]
		if !ours.OK {
			if theirs != nil {
				assert.True(t, known(stricter, ours.Error), "packaging takes what we refuse: %s", ours.Error)
			}
			continue
		}
		if !assert.NotNil(t, theirs, "packaging refuses %q", all[i]) {
			continue
		}
		assert.Equal(t, theirs.Name, ours.Name, "%q", all[i])
		assert.Equal(t, theirs.Version, ours.Version, "%q", all[i])
		assert.Equal(t, theirs.Build, ours.build(), "%q", all[i])
		tags := ours.tags()
		slices.Sort(tags)
		assert.Equal(t, theirs.Tags, slices.Compact(tags), "%q", all[i])
	}
}

func TestVersionsAgainstPackaging(t *testing.T) {
	normal, refused := read(t, "version/testdata/normal.tsv"), read(t, "version/testdata/refused.txt")
	var versions, want []string
	for _, line := range normal {
		spelt, normalised, _ := strings.Cut(line, "\t")
		versions, want = append(versions, spelt), append(want, normalised)
	}
	said := ask(t, nil, append(versions, refused...)).Versions
	for i, theirs := range said[:len(versions)] {
		if assert.NotNil(t, theirs, versions[i]) {
			assert.Equal(t, want[i], *theirs, versions[i])
		}
	}
	for i, theirs := range said[len(versions):] {
		assert.Nil(t, theirs, "packaging takes %q", refused[i])
	}
}

func TestOrderAgainstPackaging(t *testing.T) {
	var versions []string
	var rank []int
	for i, line := range read(t, "version/testdata/order.txt") {
		for _, version := range strings.Fields(line) {
			versions, rank = append(versions, version), append(rank, i)
		}
	}
	order := ask(t, nil, versions).Order
	require.Len(t, order, len(versions))
	for i, a := range versions {
		for j, b := range versions {
			assert.Equal(t, sign(rank[i]-rank[j]), order[i][j], "%s and %s", a, b)
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }
