package diff

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

var commit1, commit2, commit3 = strings.Repeat("1", 40), strings.Repeat("2", 40), strings.Repeat("3", 40)

func sourced(s document.Source) Side {
	m := manifest()
	m.Sources = map[string]document.Source{"pytorch": s}
	return Side{Manifest: m}
}

func TestSources(t *testing.T) {
	remote, other := ref("https://github.com/ROCm/pytorch"), ref("https://github.com/pytorch/pytorch")
	old := document.Source{Commit: commit1, Remote: remote}
	link := "https://github.com/ROCm/pytorch/compare/"
	for name, c := range map[string]struct {
		old, new document.Source
		want     []string
		link     string
	}{
		"moved":              {old, document.Source{Commit: commit2, Remote: ref("git@github.com:ROCm/pytorch.git")}, []string{"source pytorch: commit: " + commit1 + " -> " + commit2, "source pytorch: remote: https://github.com/ROCm/pytorch -> git@github.com:ROCm/pytorch.git"}, link + commit1 + "..." + commit2},
		"repository":         {old, document.Source{Commit: commit2, Remote: other}, []string{"source pytorch: commit: " + commit1 + " -> " + commit2, "repository pytorch: https://github.com/ROCm/pytorch -> https://github.com/pytorch/pytorch"}, ""},
		"dirty":              {old, document.Source{Commit: commit1, Remote: remote, Dirty: true}, []string{"dirty pytorch: false -> true"}, ""},
		"own commits":        {document.Source{Commit: commit2, UpstreamCommit: &commit1, Remote: remote}, document.Source{Commit: commit3, UpstreamCommit: &commit1, Remote: remote}, []string{"source pytorch: commit: " + commit2 + " -> " + commit3}, ""},
		"own commits, moved": {document.Source{Commit: commit2, UpstreamCommit: &commit1, Remote: remote}, document.Source{Commit: commit3, Remote: remote}, []string{"source pytorch: commit: " + commit2 + " -> " + commit3, "source pytorch: upstream_commit: " + commit1 + " -> none"}, link + commit1 + "..." + commit3},
	} {
		d := Compare(sourced(c.old), sourced(c.new))
		assert.Equal(t, c.want, brief(d), name)
		require.NotEmpty(t, d.Changes)
		assert.Equal(t, c.link, d.Changes[0].Link, name)
	}
	none := Side{Manifest: manifest()}
	assert.Equal(t, []string{"source pytorch: added at " + commit1}, brief(Compare(none, sourced(old))))
	assert.Equal(t, []string{"source pytorch: removed, was at " + commit1}, brief(Compare(sourced(old), none)))
}

// An older shape has one commit: that which others can find.
func TestUpstreamCommitOfAnOlderShape(t *testing.T) {
	older := sourced(document.Source{Commit: commit1})
	older.Known = map[string]bool{"sources.commit": true}
	d := Compare(older, sourced(document.Source{Commit: commit2, UpstreamCommit: &commit1, Dirty: true}))
	assert.Empty(t, d.Changes)
}

func TestTheRock(t *testing.T) {
	at := func(commit string, ref *string) Side {
		m := manifest()
		m.TheRock = &document.Checkout{Commit: commit, Repo: optionalText("https://github.com/ROCm/TheRock"), Ref: ref}
		return Side{Manifest: m}
	}
	d := Compare(at(commit1, ref("main")), at(commit2, ref("refs/heads/main")))
	assert.Equal(t, []string{"source therock: commit: " + commit1 + " -> " + commit2}, brief(d))
	assert.Equal(t, "https://github.com/ROCm/TheRock/compare/"+commit1+"..."+commit2, d.Changes[0].Link)
}

func optionalText(s string) *string { return &s }

func TestVersionsOfROCm(t *testing.T) {
	of := func(rocm, suffix string) Side {
		m := manifest()
		m.ROCmSDKVersion, m.VersionSuffix = &rocm, &suffix
		return Side{Manifest: m}
	}
	for _, same := range [][4]string{
		{"7.10.0.dev0-efed3c", "7.10.0.dev0+efed3c", "+rocm7.10.0.dev0-efed3c", "+rocm7.10.0.dev0.efed3c"},
		{"7.9.0rc1", "7.9.0.RC1", "+rocm7.9.0rc1", "+rocm7.9.0RC1"},
		{"10.1.0a20260811+bkc.20260814", "10.1.0a20260811+bkc-20260814", "", ""},
	} {
		assert.Empty(t, Compare(of(same[0], same[2]), of(same[1], same[3])).Changes, same)
	}
	d := Compare(of("7.14.0", "+rocm7.14.0"), of("7.11.0a20251124", "+rocm7.11.0a20251124"))
	assert.Equal(t, []string{"rocm : 7.14.0 -> 7.11.0a20251124", "declared version_suffix: +rocm7.14.0 -> +rocm7.11.0a20251124"}, brief(d))
}

func TestVersionsOfSources(t *testing.T) {
	of := func(v map[string]string) Side { return Side{Manifest: manifest(), Versions: v} }
	d := Compare(of(map[string]string{"apex": "1.9.0", "pytorch": "2.9.1", "triton": "3.5"}), of(map[string]string{"apex": "1.11.0", "pytorch": "2.9.1", "xformers": "1"}))
	assert.Equal(t, []string{"version apex: 1.9.0 -> 1.11.0, upgrade", "version triton: 3.5 -> none", "version xformers: none -> 1"}, brief(d))
	one := of(map[string]string{"apex": "1"})
	for word, d := range map[string]*Difference{"OLD": Compare(of(nil), one), "NEW": Compare(one, of(nil))} {
		assert.Empty(t, d.Changes)
		assert.Equal(t, []string{word + " names no versions of its sources: they were not compared"}, d.NotCompared)
	}
}
