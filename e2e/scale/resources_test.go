package scale

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// TestResources: WheelContents declares the processors that it is told to use,
// and memory. Bazel would run eight at once of an action that declares nothing.
func TestResources(t *testing.T) {
	w := bazel.New(t, "scale")
	w.Write("BUILD.bazel", `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")

pytorch_manifest(
    name = "m",
    accelerator = "cpu",
    wheels = glob(["dist/*.whl"]),
)
`)
	const wheels, workers = 8, 2
	for _, test := range []struct {
		name            string
		processors, mem int
		want            int
	}{
		{"processors for two", 2 * workers, 10_000, 2},
		// Bazel's own guess of an action's memory, 250 MB, would leave room for one.
		{"memory for two", 4 * workers, 450, 2},
	} {
		// Large enough that those which may run at once do, and in no cache.
		wheel.Build(t, filepath.Join(w.Dir, "dist"), "--wheels", fmt.Sprint(wheels), "--size=20M", "--mark", fmt.Sprint(1+rand.Uint64N(1<<62)))
		profile := filepath.Join(t.TempDir(), "profile.json")
		ran := w.Build("//:m", "--jobs=8", "--noslim_profile", "--profile="+profile,
			fmt.Sprintf("--local_cpu_resources=%d", test.processors), fmt.Sprintf("--local_ram_resources=%d", test.mem)).Ran
		require.Equal(t, wheels, ran["WheelContents"])
		assert.Equal(t, test.want, atOnce(t, profile, "WheelContents"), test.name)
	}
	for _, a := range analyse(t, w, "deps(//:m)").Actions {
		if at := slices.Index(a.Arguments, "--jobs"); a.Mnemonic == "WheelContents" && assert.Positive(t, at) {
			assert.Equal(t, fmt.Sprint(workers), a.Arguments[at+1], "the same on every machine, or none shares another's cache")
		}
	}
}

// event is one of Bazel's profile: something that a thread did from TS on, in
// microseconds.
type event struct {
	Cat, Name    string
	TID, TS, Dur int64
	Args         struct{ Mnemonic string }
}

// atOnce is how many processes of a mnemonic ran at the same time, at most. An
// action's event has its mnemonic and the time that it waited; the process has
// one of its own, on the same thread and within.
func atOnce(t *testing.T, profile, mnemonic string) (most int) {
	t.Helper()
	text, err := os.ReadFile(profile)
	require.NoError(t, err)
	var trace struct{ TraceEvents []event }
	require.NoError(t, json.Unmarshal(text, &trace))
	type step struct{ at, by int64 }
	var steps []step
	for _, action := range trace.TraceEvents {
		if action.Args.Mnemonic != mnemonic || action.Cat != "action processing" {
			continue
		}
		for _, process := range trace.TraceEvents {
			if process.Name == "subprocess.run" && process.TID == action.TID && process.TS >= action.TS && process.TS < action.TS+action.Dur {
				steps = append(steps, step{process.TS, 1}, step{process.TS + process.Dur, -1})
			}
		}
	}
	slices.SortFunc(steps, func(x, y step) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.by, y.by)) })
	running := int64(0)
	for _, s := range steps {
		running += s.by
		most = max(most, int(running))
	}
	return most
}
