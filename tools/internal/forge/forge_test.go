package forge

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var commit1, commit2 = strings.Repeat("1", 40), strings.Repeat("2", 40)

func TestCompare(t *testing.T) {
	between := commit1 + "..." + commit2
	for remote, want := range map[string]string{
		"https://github.com/ROCm/pytorch":                 "https://github.com/ROCm/pytorch/compare/" + between,
		"https://github.com/ROCm/pytorch.git":             "https://github.com/ROCm/pytorch/compare/" + between,
		"https://github.com/ROCm/pytorch/":                "https://github.com/ROCm/pytorch/compare/" + between,
		"https://git@github.com/ROCm/pytorch.git":         "https://github.com/ROCm/pytorch/compare/" + between,
		"git@github.com:ROCm/pytorch.git":                 "https://github.com/ROCm/pytorch/compare/" + between,
		"github.com:ROCm/pytorch":                         "https://github.com/ROCm/pytorch/compare/" + between,
		"ssh://git@github.com/ROCm/pytorch.git":           "https://github.com/ROCm/pytorch/compare/" + between,
		"ssh://git@ssh.github.com:443/ROCm/pytorch.git":   "https://github.com/ROCm/pytorch/compare/" + between,
		"https://GitHub.com/ROCm/pytorch":                 "https://github.com/ROCm/pytorch/compare/" + between,
		"https://gitlab.com/group/sub/project.git":        "https://gitlab.com/group/sub/project/-/compare/" + between,
		"git@gitlab.example.org:group/project.git":        "https://gitlab.example.org/group/project/-/compare/" + between,
		"ssh://git@gitlab.example.org:2222/group/project": "https://gitlab.example.org/group/project/-/compare/" + between,
		"https://gitlab.example.org:8443/group/project":   "https://gitlab.example.org:8443/group/project/-/compare/" + between,
		"https://gitea.example.org/a/b":                   "",
		"https://notgitlab.example.org/a/b":               "",
		"https://github.com.example.org/a/b":              "",
		"https://github.com/a/b/c":                        "",
		"https://github.com/a":                            "",
		"https://github.com/a/..":                         "",
		"https://github.com/a/b%22":                       "",
		"https://github.com/a/b(c)":                       "",
		"http://github.com/a/b":                           "",
		"file:///github.com/a/b":                          "",
		"":                                                "",
	} {
		assert.Equal(t, want, Compare(remote, commit1, commit2), remote)
	}
	assert.Empty(t, Compare("https://github.com/a/b", commit1, "main"))
}

func TestSame(t *testing.T) {
	same := [][2]string{
		{"https://github.com/ROCm/pytorch.git", "git@github.com:rocm/PyTorch"},
		{"ssh://git@example.org:22/a/b.git", "example.org:a/b"},
		{"https://example.org:443/a/b", "https://EXAMPLE.org/a/b/"},
	}
	for _, pair := range same {
		assert.True(t, Same(&pair[0], &pair[1]), pair)
	}
	for _, pair := range [][2]string{
		{"https://github.com/ROCm/pytorch", "https://github.com/pytorch/pytorch"},
		{"https://github.com/a/b", "https://gitlab.com/a/b"},
		{"https://example.org/a/b", "https://example.org/A/b"},
		{"https://example.org/a/b", "https://example.org:8443/a/b"},
	} {
		assert.False(t, Same(&pair[0], &pair[1]), pair)
	}
	assert.True(t, Same(nil, nil))
	assert.False(t, Same(&same[0][0], nil))
}

func TestCommit(t *testing.T) {
	for remote, want := range map[string]string{
		"https://github.com/pytorch/pytorch.git":      "https://github.com/pytorch/pytorch/commit/" + commit1,
		"https://github.com/pytorch/pytorch/":         "https://github.com/pytorch/pytorch/commit/" + commit1,
		"git@github.com:pytorch/pytorch.git":          "https://github.com/pytorch/pytorch/commit/" + commit1,
		"github.com:pytorch/pytorch":                  "https://github.com/pytorch/pytorch/commit/" + commit1,
		"ssh://git@github.com/pytorch/pytorch.git":    "https://github.com/pytorch/pytorch/commit/" + commit1,
		"ssh://git@gitlab.example.com:2222/a/b/c.git": "https://gitlab.example.com/a/b/c/-/commit/" + commit1,
		"https://gitlab.com/a/b.git":                  "https://gitlab.com/a/b/-/commit/" + commit1,
		"https://example.com/a/b.git":                 "",
		"https://github.com.evil.example/a/b":         "",
		"https://user:secret@github.com/a/b":          "",
		"http://github.com/a/b":                       "",
		"javascript:alert(1)":                         "",
		"javascript://github.com/%0aalert(1)":         "",
		"":                                            "",
		"/srv/git/pytorch":                            "",
		"https://github.com/a/b\u202e":                "",
	} {
		assert.Equal(t, want, Commit(remote, commit1), remote)
	}
	for _, commit := range []string{"", "abc", "main", commit1 + "0"} {
		assert.Empty(t, Commit("https://github.com/a/b", commit), commit)
	}
	for _, nowhere := range []string{"", "/srv/git/pytorch", "pytorch", "http://github.com/a/b", "git://github.com/a/b", "https://github.com/" + strings.Repeat("a", 2000)} {
		assert.Empty(t, Home(nowhere), nowhere)
	}
	assert.Equal(t, "https://example.com/a/b", Home("https://example.com/a/b.git"), "a place to look at, and no page of a commit")
}

func FuzzLinks(f *testing.F) {
	for _, remote := range []string{"git@github.com:a/b.git", "ssh://git@gitlab.com:22/a", "https://github.com/a", "javascript:x", "a:b:c", "https://[::1]/x", "ssh://@/", "\x00:x"} {
		f.Add(remote)
	}
	f.Fuzz(func(t *testing.T, remote string) {
		for _, made := range []string{Home(remote), Commit(remote, commit1), Compare(remote, commit1, commit2)} {
			if made == "" {
				continue
			}
			u, err := url.Parse(made)
			require.NoError(t, err)
			require.Equal(t, "https", u.Scheme)
			require.NotEmpty(t, u.Host)
			require.Nil(t, u.User)
			require.Empty(t, strings.Trim(made, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._~-"), "nothing to be escaped")
		}
	})
}
