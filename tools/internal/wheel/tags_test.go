package wheel

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestTags(t *testing.T) {
	n := parsed(t, "foo-1.0-Py2.py3.py2-none-win32.ANY.win32.whl")
	var all []string
	for tag := range n.Tags() {
		all = append(all, tag.String())
	}
	assert.Equal(t, []string{"py2-none-win32", "py2-none-any", "py3-none-win32", "py3-none-any"}, all)
	assert.EqualValues(t, 4, n.TagCount())
	assert.Equal(t, []string{"py2", "py3", "py2"}, n.Python.Members())
	assert.Equal(t, []string{"py2", "py3"}, n.Python.Distinct())
	assert.True(t, n.HasTag(Tag{"PY3", "none", "any"}))
	assert.False(t, n.HasTag(Tag{"py3", "none", "any.win32"}))
	assert.False(t, n.HasTag(Tag{"py3", "none", ""}))
	assert.False(t, n.HasTag(Tag{"py", "none", "any"}))
}

// crowd is a name of some hundred bytes that stands for 29^3 = 24,389 triples.
func crowd() string {
	var sets [3][]string
	for i := range 29 {
		member := string(rune('a'+i%26)) + string(rune('a'+i/26))
		for s := range sets {
			sets[s] = append(sets[s], member)
		}
	}
	return "foo-1-" + strings.Join(sets[0], ".") + "-" + strings.Join(sets[1], ".") + "-" + strings.Join(sets[2], ".") + ".whl"
}

func TestTagsAreLazy(t *testing.T) {
	n := parsed(t, crowd())
	assert.EqualValues(t, 24389, n.TagCount())
	assert.True(t, n.HasTag(Tag{"cb", "cb", "cb"}))
	count := 0
	for range n.Tags() {
		if count++; count == 3 {
			break
		}
	}
	assert.Equal(t, 3, count)
	allocations := testing.AllocsPerRun(5, func() {
		_, err := Parse(crowd())
		assert.NoError(t, err)
	})
	assert.Less(t, allocations, 2000.0, "parsing expands the sets")
}

func TestTagCountOfTheLongestName(t *testing.T) {
	set := strings.Repeat("a.", 2700) + "a"
	assert.EqualValues(t, 1, parsed(t, "f-1-"+set+"-"+set+"-"+set+".whl").TagCount())
}

func TestCompareTags(t *testing.T) {
	const name = "foo-1.0-py2.py3-none-any.whl"
	tests := map[string]struct {
		filename string
		tags     []string
		want     []string
	}{
		"expanded":              {name, []string{"py2-none-any", "py3-none-any"}, nil},
		"another order":         {name, []string{"py3-none-any", "py2-none-any"}, nil},
		"repeated":              {name, []string{"py3-none-any", "py2-none-any", "py3-none-any"}, nil},
		"compressed":            {name, []string{"py2.py3-none-any"}, nil},
		"compressed, turned":    {name, []string{"py3.py2-none-any"}, nil},
		"upper case":            {name, []string{"PY2-None-any", "py3-none-ANY"}, nil},
		"repeated in the name":  {"foo-1.0-py3.py3-none-any.whl", []string{"py3-none-any"}, nil},
		"one missing":           {name, []string{"py3-none-any"}, []string{CodeTagsMissing}},
		"none":                  {name, nil, []string{CodeTagsMissing}},
		"one too many":          {name, []string{"py2-none-any", "py3-none-any", "py3-none-win32"}, []string{CodeTagExtra}},
		"compressed, too many":  {name, []string{"py2.py3-none-any.win32"}, []string{CodeTagExtra}},
		"renamed for manylinux": {"cupy_rocm-1-cp312-cp312-manylinux2014_x86_64.whl", []string{"cp312-cp312-linux_x86_64"}, []string{CodeTagPlatform}},
		"another macOS":         {"foo-1-py3-none-macosx_10_9_x86_64.macosx_11_0_x86_64.whl", []string{"py3-none-macosx_10_9_x86_64"}, []string{CodeTagPlatform}},
		"another processor":     {"foo-1-py3-none-manylinux2014_x86_64.whl", []string{"py3-none-linux_aarch64"}, []string{CodeTagExtra, CodeTagsMissing}},
		"renamed and another":   {"foo-1-cp312-cp312-manylinux2014_x86_64.whl", []string{"cp313-cp313-linux_x86_64"}, []string{CodeTagExtra, CodeTagsMissing}},
		"others":                {name, []string{"cp312-cp312-any"}, []string{CodeTagExtra, CodeTagsMissing}},
		"malformed":             {name, []string{"py2-none-any", "py3-none-any", "py3-none", "", "py3-none-any-x", "3-none-any", "py3-none-a b", "py3--any"}, slices.Repeat([]string{CodeTagLine}, 6)},
		"too long":              {name, []string{"py2.py3-none-any", strings.Repeat("a.", MaxName) + "a-none-any"}, []string{CodeTagLine}},
		"a product is no union": {"foo-1-a.b-c.d-e.whl", []string{"a-c-e", "b-d-e"}, []string{CodeTagsMissing}},
		"many in one line":      {crowd(), []string{strings.TrimSuffix(crowd()[len("foo-1-"):], ".whl")}, nil},
		"many, missing":         {crowd(), []string{"aa-aa-aa"}, []string{CodeTagsMissing}},
		"too many lines":        {crowd(), slices.Repeat([]string{strings.TrimSuffix(crowd()[len("foo-1-"):], ".whl")}, 3), []string{CodeTagsTooMany}},
	}
	for about, test := range tests {
		t.Run(about, func(t *testing.T) {
			assert.Equal(t, test.want, findingCodes(parsed(t, test.filename).CompareTags(test.tags)))
		})
	}
}

func findingCodes(findings []finding.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

func TestCompareTagsRefusesToExpandAName(t *testing.T) {
	members := make([]string, 257)
	for i := range members {
		members[i] = "m" + strings.Repeat("x", i/26) + string(rune('a'+i%26))
	}
	n := parsed(t, "f-1-"+strings.Join(members, ".")+"-a-"+strings.Join(members, ".")+".whl")
	assert.EqualValues(t, 257*257, n.TagCount())
	found := n.CompareTags([]string{"py3-none-any"})
	assert.Equal(t, []string{CodeTagsTooMany}, findingCodes(found))
	assert.Equal(t, `error: Tag: the file name's tags are too many to compare: got "66049 tags", want at most 65536 [wheel_tags_too_many]`, found[0].String())
}

func TestCompareTagsSays(t *testing.T) {
	n := parsed(t, "foo-1.0-cp310.cp311.cp312.cp313-none-any.win32.whl")
	var said []string
	for _, f := range n.CompareTags([]string{"cp310-none-any", "cp314-none-any", "cp310-none"}) {
		said = append(said, f.String())
	}
	assert.Equal(t, []string{
		`error: Tag: a Tag line stands for a tag that the file name does not have: got "cp314-none-any", want cp310.cp311.cp312.cp313-none-any.win32 [wheel_tag_extra]`,
		`error: Tag: a Tag line is malformed: it has 2 parts: got "cp310-none", want {python tag}-{abi tag}-{platform tag} [wheel_tag_malformed]`,
		`error: Tag: 7 of 8 tags of the file name have no Tag line: want cp310-none-win32, cp311-none-any, cp311-none-win32, cp312-none-any, cp312-none-win32, ... [wheel_tags_missing]`,
	}, said)
}
