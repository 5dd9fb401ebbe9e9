package therock

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func ref[T any](v T) *T { return &v }

func build() *document.Manifest {
	commit := func(c string) string { return strings.Repeat(c, 40) }
	return &document.Manifest{
		Stamped: true, PyTorchGitRef: ref("release/2.9"), ROCmSDKVersion: ref("7.14.0"),
		TheRock: &document.Checkout{Repo: ref("https://github.com/ROCm/TheRock"), Commit: commit("a"), Ref: ref("refs/heads/main")},
		Sources: map[string]document.Source{
			"pytorch":       {Commit: commit("1"), UpstreamCommit: ref(commit("2")), Remote: ref("https://github.com/ROCm/pytorch.git"), Dirty: true},
			"pytorch_audio": {Commit: commit("3"), Remote: ref("git@github.com:pytorch/audio.git"), Branch: ref("v2.9.1")},
			"xformers":      {Commit: commit("4"), Remote: ref("https://github.com/ROCm/xformers"), Branch: ref(document.Multiple)},
		},
	}
}

const wanted = `{
  "schema_version": 1,
  "pytorch": {
    "repo": "https://github.com/ROCm/pytorch.git",
    "commit": "2222222222222222222222222222222222222222",
    "branch": "release/2.9"
  },
  "pytorch_audio": {
    "repo": "git@github.com:pytorch/audio.git",
    "commit": "3333333333333333333333333333333333333333",
    "branch": "v2.9.1"
  },
  "xformers": {
    "repo": "https://github.com/ROCm/xformers",
    "commit": "4444444444444444444444444444444444444444"
  },
  "therock": {
    "repo": "https://github.com/ROCm/TheRock",
    "commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "branch": "main",
    "version": "7.14.0"
  }
}
`

func TestEncode(t *testing.T) {
	data, findings := Encode(build())
	assert.Equal(t, wanted, string(data))
	assert.Equal(t, []string{"source_dirty /sources/pytorch/dirty"}, brief(findings))
	mustBeTaken(t, data, "release/2.9")
	d, wrong := Decode(data)
	require.Empty(t, wrong)
	assert.Len(t, d.Manifest.Sources, 3)
}

// mustBeTaken states the rules by which checkout_from_manifest.py reads:
//
//   - the root is an object;
//   - schema_version is missing, null or equal to 1;
//   - of the names that it knows (Projects) at least one is there, and each that
//     is there is an object whose repo and commit are texts that are not empty;
//   - where it is told to expect a ref, pytorch.branch is that;
//   - repo is what `git remote add origin` and commit what `git fetch origin`
//     takes, so that neither can begin with a dash.
func mustBeTaken(t *testing.T, data []byte, expectedRef string) {
	t.Helper()
	var root map[string]any
	require.NoError(t, json.Unmarshal(data, &root))
	if v, there := root["schema_version"]; there && v != nil {
		require.Equal(t, 1.0, v)
	}
	found := 0
	for _, name := range Projects {
		entry, there := root[name]
		if !there {
			continue
		}
		found++
		fields, is := entry.(map[string]any)
		require.True(t, is, name)
		for _, field := range []string{"repo", "commit"} {
			text, is := fields[field].(string)
			require.True(t, is && text != "" && text[0] != '-', "%s.%s", name, field)
		}
	}
	require.Positive(t, found)
	if expectedRef != "" {
		require.Equal(t, expectedRef, root["pytorch"].(map[string]any)["branch"])
	}
	// Not asked by the reader, but so by every writer: therock is last.
	var names []string
	decoder := json.NewDecoder(bytes.NewReader(data))
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch text, is := token.(string); {
		case token == json.Delim('{'):
			depth++
		case token == json.Delim('}'):
			depth--
		case is && depth == 1:
			names = append(names, text)
		}
	}
	require.Equal(t, len(names)-1, slices.Index(names, "therock"))
}

func TestEncodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*document.Manifest)
		want   []string
	}{
		"unstamped": {func(m *document.Manifest) { m.Stamped = false }, []string{"sources_unknown /stamped"}},
		"no remotes": {func(m *document.Manifest) {
			for name, s := range m.Sources {
				s.Remote = nil
				m.Sources[name] = s
			}
		}, []string{"source_remote_unknown /sources/pytorch/remote", "source_dirty /sources/pytorch/dirty", "source_remote_unknown /sources/pytorch_audio/remote", "source_remote_unknown /sources/xformers/remote"}},
		"no project that it knows": {func(m *document.Manifest) { delete(m.Sources, "pytorch"); delete(m.Sources, "pytorch_audio") }, []string{"sources_unsupported /sources"}},
		"nothing":                  {func(m *document.Manifest) { m.Sources = nil }, []string{"sources_unsupported /sources"}},
		"reserved names": {func(m *document.Manifest) {
			m.Sources["therock"], m.Sources["schema_version"] = m.Sources["xformers"], m.Sources["xformers"]
		}, []string{"source_dirty /sources/pytorch/dirty", "source_name_reserved /sources/schema_version", "source_name_reserved /sources/therock"}},
	} {
		m := build()
		c.change(m)
		data, findings := Encode(m)
		assert.Nil(t, data, name)
		assert.Equal(t, c.want, brief(findings), name)
	}
}

func TestEncodeWarns(t *testing.T) {
	m := build()
	m.TheRock.Repo, m.TheRock.Dirty = nil, true
	data, findings := Encode(m)
	assert.NotContains(t, string(data), "therock")
	assert.Equal(t, []string{"source_dirty /sources/pytorch/dirty", "source_remote_unknown /therock/repo", "source_dirty /therock/dirty"}, brief(findings))
}
