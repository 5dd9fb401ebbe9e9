package publication_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

const (
	torchOne = "torch-1-py3-none-any.whl"
	torchTwo = "torch-2-py3-none-any.whl"
	apexOne  = "apex-1-py3-none-any.whl"
)

func yankOf(t testing.TB, text string) []pages.Yank {
	t.Helper()
	y, err := pages.ParseYank(text)
	require.NoError(t, err)
	return []pages.Yank{y}
}

// TestIndexOrder: pages are read before manifests are looked for, what pages
// promise is there before them, the root comes last, and a round that finds
// nothing to do is the end.
func TestIndexOrder(t *testing.T) {
	place := placeAt(t, t.TempDir())
	n := newNightly(t, torchOne)
	n.publish(t, place)
	place.log = nil
	receipt := n.run(t, index(t, place, n))
	log := strings.Join(place.log, "\n")
	log, _, _ = strings.Cut(log, "\nlist \nlist \nlist ") // those of the test itself
	assert.True(t, strings.HasPrefix(log, strings.Join([]string{
		"list simple/", "list requirements.txt", "list SHA256SUMS", "list ", "current " + n.manifestKey, "list ", "probe ",
		"create torch/" + torchOne + ".metadata", "head torch/" + torchOne + ".metadata",
		"replace simple/torch/index.json", "replace simple/torch/index.html", "replace SHA256SUMS", "replace requirements.txt",
		"replace simple/index.json", "replace simple/index.html", "list simple/",
	}, "\n")), log)
	assert.Equal(t, 6, strings.Count(log, "replace "), "the second round finds everything as it is to be")
	assert.Equal(t, map[Status]int{Sent: 7}, receipt.Counts())
	assert.Len(t, receipt.Manifests, 1)

	place.log = nil
	receipt = n.run(t, index(t, place))
	assert.Equal(t, map[Status]int{Already: 7}, receipt.Counts())
	for _, verb := range []string{"replace ", "create ", "probe "} {
		assert.NotContains(t, strings.Join(place.log, "\n"), verb, "nothing is written at all")
	}
}

func TestIndexLookWritesNothing(t *testing.T) {
	dir := t.TempDir()
	n := newNightly(t, torchOne)
	n.publish(t, placeAt(t, dir))
	result, err := index(t, placeAt(t, dir), n).Look(t.Context())
	require.NoError(t, err)
	require.Empty(t, result.Findings)
	assert.False(t, result.Wrote)
	assert.Equal(t, map[Status]int{Would: 7}, result.Receipt.Counts())
	assert.Empty(t, files(t, dir))
}

// TestIndexOvertaken: another publisher does everything at once just before each
// write of the first; both builds are in every page at the end.
func TestIndexOvertaken(t *testing.T) {
	one, two := newNightly(t, torchOne), newNightly(t, torchTwo)
	want := t.TempDir()
	one.publish(t, placeAt(t, want))
	two.publish(t, placeAt(t, want))
	one.run(t, index(t, placeAt(t, want), one, two))
	for _, at := range []string{
		"probe ", "create torch/" + torchOne + ".metadata", "list requirements.txt", "current " + one.manifestKey, "replace simple/torch/index.json",
		"replace simple/torch/index.html", "replace SHA256SUMS", "replace requirements.txt", "replace simple/index.json", "replace simple/index.html",
	} {
		for _, beforehand := range []bool{false, true} {
			dir := t.TempDir()
			place, other := placeAt(t, dir), placeAt(t, dir)
			if beforehand { // its pages are there, and are replaced
				apex := newNightly(t, apexOne)
				apex.publish(t, place)
				apex.run(t, index(t, placeAt(t, dir), apex))
			}
			one.publish(t, place)
			place.before[at] = func() {
				two.publish(t, other)
				two.run(t, index(t, other, two))
			}
			one.run(t, index(t, place, one))
			assert.NotContains(t, place.before, at, "it was never asked")
			if got := files(t, dir); !beforehand {
				assert.Equal(t, files(t, want), got, at)
			} else {
				assert.Equal(t, files(t, want)["simple/torch/index.json"], got["simple/torch/index.json"], at)
				assert.Contains(t, got["simple/index.html"], "apex", at)
			}
		}
	}
}

// TestIndexRace: two publishers of a build each, and one who yanks, at once. Nothing
// of any of them is lost, twenty times.
func TestIndexRace(t *testing.T) {
	names := []string{torchOne, torchTwo}
	for try := range 20 {
		dir := t.TempDir()
		base := newNightly(t, "torch-0-py3-none-any.whl")
		base.publish(t, placeAt(t, dir))
		base.run(t, index(t, placeAt(t, dir), base))
		jobs := []func() error{func() error {
			i := index(t, placeAt(t, dir))
			i.Options.Yanks = yankOf(t, "torch==0=bad")
			return ran(t.Context(), i)
		}}
		for _, name := range names {
			n := newNightly(t, name)
			jobs = append(jobs, func() error {
				place := placeAt(t, dir)
				n.publish(t, place)
				return ran(t.Context(), index(t, place, n))
			})
		}
		errs := make([]error, len(jobs))
		var group sync.WaitGroup
		for i, job := range jobs {
			group.Go(func() { errs[i] = job() })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		got := files(t, dir)
		for _, name := range append(names, base.filename) {
			for _, file := range []string{"simple/torch/index.html", "simple/torch/index.json", "SHA256SUMS"} {
				assert.Contains(t, got[file], name, "try %d: %s", try, file)
			}
			assert.Contains(t, got, "torch/"+name+".metadata")
		}
		assert.Equal(t, 3, strings.Count(got["simple/torch/index.html"], "data-core-metadata="), "try %d", try)
		assert.Equal(t, 1, strings.Count(got["simple/torch/index.html"], `data-yanked="bad"`), "try %d", try)
		// Whoever comes now finds nothing to do.
		late := base.run(t, index(t, placeAt(t, dir)))
		assert.Equal(t, map[Status]int{Already: 9}, late.Counts(), "try %d", try)
		promises(t, placeAt(t, dir))
	}
}

// ran is the first finding of an index that is published, as an error.
func ran(ctx context.Context, i Index) error {
	i.Pause = nil
	result, err := i.Run(ctx)
	for _, f := range result.Findings {
		err = errors.Join(err, errors.New(f.String()))
	}
	return err
}

// dead is a place that is gone from a number of calls on, as for a publisher that
// was killed.
type dead struct {
	*witness
	mu   sync.Mutex
	left int
}

var errDead = errors.New("dead")

func (d *dead) call() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left < 0 {
		return errDead
	}
	return nil
}

func (d *dead) List(ctx context.Context, prefix string) ([]store.Object, error) {
	if err := d.call(); err != nil {
		return nil, err
	}
	return d.witness.List(ctx, prefix)
}

func (d *dead) Current(ctx context.Context, key string, limit int64) ([]byte, store.Version, error) {
	if err := d.call(); err != nil {
		return nil, "", err
	}
	return d.witness.Current(ctx, key, limit)
}

func (d *dead) Head(ctx context.Context, key string) (store.Object, error) {
	if err := d.call(); err != nil {
		return store.Object{}, err
	}
	return d.witness.Head(ctx, key)
}

func (d *dead) Create(ctx context.Context, key string, c store.Content) (store.Written, error) {
	if err := d.call(); err != nil {
		return store.Written{}, err
	}
	return d.witness.Create(ctx, key, c)
}

func (d *dead) Replace(ctx context.Context, key string, was store.Version, c store.Content) (store.Version, error) {
	if err := d.call(); err != nil {
		return "", err
	}
	return d.witness.Replace(ctx, key, was, c)
}

func (d *dead) Probe(ctx context.Context) error {
	if err := d.call(); err != nil {
		return err
	}
	return d.witness.Probe(ctx)
}

// TestIndexBreaksOff: wherever it breaks off, the pages promise only what is there,
// and the same call ends what was begun.
func TestIndexBreaksOff(t *testing.T) {
	one, two := newNightly(t, torchOne), newNightly(t, torchTwo)
	want := t.TempDir()
	one.publish(t, placeAt(t, want))
	two.publish(t, placeAt(t, want))
	yanked := func(i Index) Index { i.Options.Yanks = yankOf(t, "torch==1=bad"); return i }
	one.run(t, yanked(index(t, placeAt(t, want), one, two)))
	done, steps := false, 0
	for ; !done; steps++ {
		require.Less(t, steps, 100)
		dir := t.TempDir()
		one.publish(t, placeAt(t, dir))
		one.run(t, index(t, placeAt(t, dir), one))
		two.publish(t, placeAt(t, dir))
		place := &dead{witness: placeAt(t, dir), left: steps}
		result, err := yanked(index(t, place, two)).Run(t.Context())
		require.NoError(t, err)
		promises(t, placeAt(t, dir))
		if done = place.left >= 0; !done {
			assert.Equal(t, []string{Failed}, codes(result.Findings))
			assert.True(t, result.Incomplete)
		}
		two.run(t, yanked(index(t, placeAt(t, dir), two)))
		assert.Equal(t, files(t, want), files(t, dir), "broken off at step %d", steps)
	}
	assert.Greater(t, steps, 20)
}

// TestIndexInterrupted: the error is the context's.
func TestIndexInterrupted(t *testing.T) {
	place := placeAt(t, t.TempDir())
	n := newNightly(t, torchOne)
	n.publish(t, place)
	ctx, cancel := context.WithCancel(t.Context())
	place.before["replace simple/torch/index.html"] = cancel
	_, err := index(t, place, n).Run(ctx)
	assert.ErrorIs(t, err, context.Canceled)
	promises(t, placeAt(t, place.Name()))
}

// TestIndexGivesUp: where others change a page in every round, it says so.
func TestIndexGivesUp(t *testing.T) {
	dir := t.TempDir()
	place := placeAt(t, dir)
	n := newNightly(t, torchOne)
	n.publish(t, place)
	rounds := 0
	i := index(t, place, n)
	change := func() {
		_, was, err := place.Writer.Current(t.Context(), "requirements.txt", 1<<20)
		if err != nil {
			was = ""
		}
		_, err = place.Writer.Replace(t.Context(), "requirements.txt", was, store.Bytes(fmt.Appendf(nil, "# made by wheelmanifest index\n# %d\n", rounds)))
		require.NoError(t, err)
	}
	place.before["replace requirements.txt"] = change
	i.Pause = func(context.Context, int) {
		rounds++
		place.before["replace requirements.txt"] = change
	}
	result, err := i.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{Failed}, codes(result.Findings))
	assert.Contains(t, result.Findings[0].Message, "in each of 30 rounds")
	assert.True(t, result.Incomplete)
	assert.Equal(t, 29, rounds)
}

// TestIndexYanks: a yank stays until it is taken back, whoever publishes.
func TestIndexYanks(t *testing.T) {
	dir := t.TempDir()
	one, two := newNightly(t, torchOne), newNightly(t, torchTwo)
	one.publish(t, placeAt(t, dir))
	page := func() string { return files(t, dir)["simple/torch/index.html"] }
	run := func(yank, unyank string) []finding.Finding {
		i := index(t, placeAt(t, dir), one, two)
		if yank != "" {
			i.Options.Yanks = yankOf(t, yank)
		}
		if unyank != "" {
			i.Unyanks = yankOf(t, unyank)
		}
		result, err := i.Run(t.Context())
		require.NoError(t, err)
		return result.Findings
	}
	require.Empty(t, run("torch==1=wrong", ""))
	two.publish(t, placeAt(t, dir))
	require.Empty(t, run("", ""))
	assert.Equal(t, 1, strings.Count(page(), `data-yanked="wrong"`), "the second publisher knows nothing of it")
	assert.Contains(t, page(), torchTwo)
	require.Empty(t, run("torch==1.0=worse", ""))
	assert.Equal(t, 1, strings.Count(page(), `data-yanked="worse"`))
	assert.Equal(t, 1, strings.Count(page(), "data-yanked"))
	require.Empty(t, run("torch==2", "torch==1"))
	assert.Equal(t, 1, strings.Count(page(), `data-yanked=""`))
	require.Empty(t, run("", "torch==2"))
	assert.NotContains(t, page(), "data-yanked")
	require.Empty(t, run("", "torch==2"), "it is taken back already")
	assert.Equal(t, []string{pages.UnknownYank}, codes(run("", "torch==3")))
	assert.Equal(t, []string{pages.UnknownYank}, codes(run("torch==3", "")))
}

// TestIndexWithoutMetadata: who has no METADATA lists the wheel without, and who
// has it adds it later.
func TestIndexWithoutMetadata(t *testing.T) {
	dir := t.TempDir()
	n := newNightly(t, torchOne)
	n.publish(t, placeAt(t, dir))
	n.run(t, index(t, placeAt(t, dir)))
	bare := files(t, dir)
	assert.Len(t, bare, 6)
	assert.NotContains(t, bare["simple/torch/index.html"]+bare["simple/torch/index.json"], "metadata")
	n.run(t, index(t, placeAt(t, dir), n))
	whole := files(t, dir)
	assert.Equal(t, string(n.metadata), whole["torch/"+torchOne+".metadata"])
	assert.Contains(t, whole["simple/torch/index.json"], `"core-metadata"`)
	// The next one has none, and finds it there.
	n.run(t, index(t, placeAt(t, dir)))
	assert.Equal(t, whole, files(t, dir))
}

// TestIndexFindings: what is wrong there is said, and nothing is written.
func TestIndexFindings(t *testing.T) {
	n := newNightly(t, torchOne)
	pointer := Pointer{ManifestKey: n.manifestKey, SHA256: hexOf(n.manifest), SizeBytes: int64(len(n.manifest)), RunID: "1", RunAttempt: "1"}
	pointing, err := pointer.Encode()
	require.NoError(t, err)
	bundle, err := json.Marshal(map[string]string{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"})
	require.NoError(t, err)
	foreign := "mine, with `<meta name=\"generator\" content=\"other\">`\n"
	for name, test := range map[string]struct {
		put    map[string]string
		remove []string
		change func(i *Index)
		want   []string
	}{
		"passed over":           {put: map[string]string{"latest.json": string(pointing), "runs/bundle.json": string(bundle), "notes.txt": "mine"}},
		"not a manifest":        {put: map[string]string{"runs/a.json": "{}", "runs/b.json": string(n.manifest[:99])}, want: []string{NotManifest, NotManifest}},
		"no manifest":           {remove: []string{n.manifestKey}, want: []string{NoManifest}},
		"no wheel":              {remove: []string{n.key}, want: []string{NotThere}},
		"another wheel":         {put: map[string]string{n.key: "short"}, want: []string{OtherBytes}},
		"other METADATA":        {put: map[string]string{n.key + ".metadata": "Name: torch\n"}, want: []string{OtherBytes}},
		"METADATA is too large": {put: map[string]string{n.key + ".metadata": strings.Repeat("x", 4<<20+1)}, want: []string{Failed}},
		"foreign page":          {put: map[string]string{"simple/torch/index.html": foreign}, want: []string{PageForeign}},
		"foreign JSON":          {put: map[string]string{"simple/torch/index.json": "{}"}, want: []string{PageForeign}},
		"page of another":       {put: map[string]string{"simple/torch/index.json": "{\n  \"meta\": {\n    \"api-version\": \"1.1\"\n  },\n  \"name\": \"apex\",\n  \"versions\": [],\n  \"files\": []\n}\n"}, want: []string{PageForeign}},
		"foreign roots":         {put: map[string]string{"simple/index.html": foreign, "requirements.txt": "torch==1\n", "SHA256SUMS": "0  a.whl\n"}, want: []string{PageForeign, PageForeign, PageForeign}},
		"a project of nobody":   {put: map[string]string{"simple/gone/index.html": foreign, "simple/gone/notes.txt": ""}, want: []string{PageLeft}},
		"published elsewhere":   {change: func(i *Index) { i.Published = []Published{{"m.json", hexOf(nil)}} }, want: []string{NotThere}},
		"published":             {change: func(i *Index) { i.Published = []Published{{"m.json", hexOf(n.manifest)}} }},
		"several": {
			put:    map[string]string{"runs/a.json": "{}", "simple/torch/index.html": foreign, n.key: "short"},
			change: func(i *Index) { i.Unyanks, i.Options.Yanks = yankOf(t, "torch==8"), yankOf(t, "torch==9") },
			want:   []string{NotManifest, PageForeign, OtherBytes},
		},
		"no METADATA": {change: func(i *Index) {
			i.Metadata = func(context.Context, []pages.Document) (pages.Source, []finding.Finding, error) {
				return nil, nil, errors.New("broken")
			}
		}, want: []string{Failed}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			n.publish(t, placeAt(t, dir))
			for _, key := range test.remove {
				require.NoError(t, os.Remove(filepath.Join(dir, filepath.FromSlash(key))))
			}
			for key, data := range test.put {
				file := filepath.Join(dir, filepath.FromSlash(key))
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(data), 0o644))
			}
			before := files(t, dir)
			i := index(t, placeAt(t, dir), n)
			if test.change != nil {
				test.change(&i)
			}
			result, err := i.Run(t.Context())
			require.NoError(t, err)
			assert.ElementsMatch(t, test.want, codes(result.Findings), result.Findings)
			if finding.HasErrors(result.Findings) {
				assert.Equal(t, before, files(t, dir))
				assert.False(t, result.Wrote)
				return
			}
			for key, data := range test.put {
				now, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(key)))
				require.NoError(t, err)
				assert.Equal(t, data, string(now), key)
			}
			assert.Contains(t, files(t, dir), "simple/torch/index.html")
		})
	}
}
