package publication_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

func hexOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// nightly is a build of one wheel.
type nightly struct {
	filename, key   string
	wheel, metadata []byte
	manifestKey     string
	manifest        []byte
}

func newNightly(t testing.TB, filename string) nightly {
	t.Helper()
	name, err := wheel.Parse(filename)
	require.NoError(t, err)
	n := nightly{
		filename: filename, key: name.Normalized() + "/" + filename, wheel: []byte("the bytes of " + filename),
		metadata:    fmt.Appendf(nil, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name.Distribution, name.VersionText),
		manifestKey: "runs/" + filename + ".json",
	}
	m := &document.Manifest{
		SchemaVersion: "1.0", Project: ref("TheRock"), Component: ref("pytorch"), BuildType: ref("external"), ArtifactGroup: ref("pytorch-wheels"),
		BuildVariant: ref("release"), Accelerator: ref("cpu"), Platform: "any", PythonVersion: "any", Sources: map[string]document.Source{},
		Artifacts: []document.Artifact{{
			RelativePath: "dist/" + filename, SizeBytes: int64(len(n.wheel)), SHA256: hexOf(n.wheel),
			Labels: document.Labels{
				Framework: "pytorch", BuildVariant: ref("release"), Distribution: name.Distribution, Version: name.VersionText,
				PythonTag: "py3", ABITag: "none", PlatformTag: "any",
			},
			Metadata: document.Metadata{
				Name: name.Distribution, Version: name.VersionText, RequiresDist: []string{}, Tags: []string{"py3-none-any"}, SHA256: hexOf(n.metadata),
			},
			Build: &document.Build{Status: "rebuilt"},
		}},
	}
	n.manifest, err = m.Encode()
	require.NoError(t, err)
	_, findings := document.Check(n.manifest)
	require.Empty(t, findings)
	return n
}

func create(t testing.TB, place store.Writer, key string, data []byte) {
	t.Helper()
	_, err := place.Create(t.Context(), key, store.Bytes(data))
	require.NoError(t, err)
}

// publish puts the wheel, and then the manifest.
func (n nightly) publish(t testing.TB, place store.Writer) {
	t.Helper()
	create(t, place, n.key, n.wheel)
	create(t, place, n.manifestKey, n.manifest)
}

// index is an index of all that is at a place, by somebody who has the wheels of
// some nightlies.
func index(t testing.TB, place store.Writer, have ...nightly) Index {
	t.Helper()
	if w, is := place.(*witness); is {
		w.lists = true
	}
	return Index{
		Manifests: place, Place: place, Each: inOrder, Pause: func(context.Context, int) {},
		Options: pages.Options{Key: func(a *document.Artifact) (string, error) {
			return wheel.Normalize(a.Labels.Distribution) + "/" + path.Base(a.RelativePath), nil
		}},
		Metadata: func(context.Context, []pages.Document) (pages.Source, []finding.Finding, error) {
			return func(a *document.Artifact) ([]byte, []finding.Finding) {
				for _, n := range have {
					if n.filename == path.Base(a.RelativePath) {
						return n.metadata, nil
					}
				}
				return nil, nil
			}, nil, nil
		},
	}
}

// run publishes the index and makes sure that nothing is wrong.
func (n nightly) run(t testing.TB, i Index) IndexReceipt {
	t.Helper()
	result, err := i.Run(t.Context())
	require.NoError(t, err)
	require.Empty(t, result.Findings)
	promises(t, i.Place)
	return result.Receipt
}

// files are the bytes of an index below a folder, by key: no wheels, no manifests.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	list := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, one fs.DirEntry, err error) error {
		if err != nil || one.IsDir() {
			return err
		}
		key, err := filepath.Rel(dir, name)
		require.NoError(t, err)
		if key = filepath.ToSlash(key); pages.Ours(key) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			list[key] = string(data)
		}
		return nil
	}))
	return list
}

var (
	anchor   = regexp.MustCompile(`href="\.\./\.\./([^"#]*)#sha256=([0-9a-f]{64})"[^>]*?(?: data-core-metadata="sha256=([0-9a-f]{64})"[^>]*)?>`)
	rootLink = regexp.MustCompile(`href="([^"/]*)/"`)
)

// promises makes sure that whatever the pages of a place promise is there.
func promises(t testing.TB, place store.Writer) {
	t.Helper()
	list, err := place.List(t.Context(), "")
	require.NoError(t, err)
	there := map[string][]byte{}
	for _, o := range list {
		there[o.Key], _, err = place.Current(t.Context(), o.Key, 1<<20)
		require.NoError(t, err)
	}
	for key, page := range there {
		switch {
		case key == "simple/index.html":
			for _, m := range rootLink.FindAllSubmatch(page, -1) {
				assert.Contains(t, there, "simple/"+string(m[1])+"/index.html", "the root names %s", m[1])
			}
		case strings.HasSuffix(key, "/index.html"):
			links := anchor.FindAllSubmatch(page, -1)
			assert.NotEmpty(t, links, key)
			for _, m := range links {
				assert.Equal(t, string(m[2]), hexOf(there[string(m[1])]), "%s promises %s", key, m[1])
				if len(m[3]) > 0 {
					assert.Equal(t, string(m[3]), hexOf(there[string(m[1])+".metadata"]), "%s promises METADATA of %s", key, m[1])
				}
			}
		}
	}
}
