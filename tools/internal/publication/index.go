package publication

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	pages "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/index"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/store"
)

// Index is a package index that is put to where its wheels lie, made anew of all
// manifests of a place, in rounds:
//
//  1. Every page and list that is there is read with its version.
//  2. Every manifest of Manifests is read.
//  3. The place proves, once, that it honours conditions.
//  4. METADATA is put, which never changes, and read back.
//  5. The pages and lists are replaced in the order of pages.Tree.Steps, each only
//     if it still is what was read in 1. Those that have the right bytes are left.
//
// Where another publisher was faster, and wherever something was written, another
// round follows, until one finds everything as it is to be. Since the manifests
// are read after the pages, a publisher that replaces what another wrote knows the
// other's manifests. Pages never promise a wheel or METADATA that is not there.
//
// What installers must not choose by themselves is remembered in the JSON pages.
type Index struct {
	// Manifests is where manifests lie, under keys that end in .json. Pointers,
	// pages and attestations among them are passed over.
	Manifests store.Writer
	// Place gets the pages. The wheels lie there under Options.Key, which must be
	// set; Options.Base is the URL by which the same place is read.
	Place   store.Writer
	Options pages.Options
	// Unyanks are no longer yanked; their reasons do not count.
	Unyanks []pages.Yank
	// Metadata gives METADATA of those wheels of the documents that are at hand. It
	// is asked again in every round, of ever more documents.
	Metadata func(ctx context.Context, documents []pages.Document) (pages.Source, []finding.Finding, error)
	// Published are manifests that must be among those of the place.
	Published []Published
	// Each is as that of Publication.
	Each func(ctx context.Context, n int, do func(i int)) error
	// Pause, where it is set, is called before another round because others were
	// faster; otherwise that is a random time, longer in later rounds.
	Pause func(ctx context.Context, round int)
}

// Published is a manifest that was published: its name for messages, and the
// digest of its bytes.
type Published struct{ Name, SHA256 string }

// IndexResult is what became of it.
type IndexResult struct {
	// Receipt is whole only where no finding is an error.
	Receipt  IndexReceipt
	Findings []finding.Finding
	// Incomplete says that a place did not let something be read or written.
	Incomplete bool
	// Wrote says that something was put there, also where not all could be.
	Wrote bool
}

// IndexReceipt says what lies where. A page's version is what the place tells its
// states apart by.
type IndexReceipt struct {
	Manifests []Receipted `json:"manifests"`
	Metadata  []Receipted `json:"metadata"`
	Pages     []Receipted `json:"pages"`
}

// Counts are how many objects of the index have each status.
func (r IndexReceipt) Counts() map[Status]int {
	counts := map[Status]int{}
	for _, list := range [][]Receipted{r.Metadata, r.Pages} {
		for _, o := range list {
			counts[o.Status]++
		}
	}
	return counts
}

// indexRounds is how many rounds are made before others are left to it.
const indexRounds = 30

// Look makes the first two steps and says what the others would do. It writes
// nothing.
func (i Index) Look(ctx context.Context) (IndexResult, error) { return i.rounds(ctx, false) }

// Run makes all steps. What is wrong with places, manifests or wheels is in the
// result; an error is the context's.
func (i Index) Run(ctx context.Context) (IndexResult, error) { return i.rounds(ctx, true) }

func (i Index) rounds(ctx context.Context, writing bool) (IndexResult, error) {
	if i.Pause == nil {
		i.Pause = letPass
	}
	x := &indexing{Index: i, writing: writing, manifests: map[string]*manifestThere{}, metadata: map[string]state{}, sent: map[string]string{}}
	for n := 1; ; n++ {
		x.round(ctx)
		if x.settled || x.failed() || ctx.Err() != nil {
			break
		}
		if n == indexRounds {
			x.add(finding.Errorf(Failed, "others changed the manifests or the pages in each of %d rounds", n).On(x.Place.Name()))
			x.incomplete()
			break
		}
		if x.overtaken {
			x.Pause(ctx, n)
		}
	}
	if err := ctx.Err(); err != nil {
		return IndexResult{}, err
	}
	return IndexResult{x.receipt, x.sorted(), x.unread, len(x.sent) > 0}, nil
}

// letPass lets those who publish the same index pass.
func letPass(ctx context.Context, round int) {
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(time.Duration(round) * 100 * time.Millisecond)):
	}
}

// indexing is an index at work.
type indexing struct {
	Index
	faults
	writing, probed bool

	// Of one round: present are the pages that are there, there the sizes of all
	// that is there, by key. overtaken says that something changed meanwhile,
	// settled that all is as it is to be.
	present            map[string]state
	there              map[string]int64
	overtaken, settled bool
	receipt            IndexReceipt

	// Of all rounds: what never changes, by key, and the digests of what this
	// publisher put.
	manifests map[string]*manifestThere
	metadata  map[string]state
	sent      map[string]string
}

// state is what lies under a key.
type state struct {
	data    []byte
	version store.Version
}

// overtake notes that something is not what it was at the beginning of the round.
func (x *indexing) overtake() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.overtaken = true
}

// void says whether the round cannot even tell all that is wrong.
func (x *indexing) void(ctx context.Context) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return ctx.Err() != nil || x.unread || x.overtaken
}

// stopped says whether nothing more may be put in the round.
func (x *indexing) stopped(ctx context.Context) bool { return x.void(ctx) || x.failed() }
