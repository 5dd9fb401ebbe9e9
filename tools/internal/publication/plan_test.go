package publication_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/key"
	. "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/publication"
)

func TestConditions(t *testing.T) {
	for name, test := range map[string]struct {
		edit       func(m *document.Manifest)
		conditions Conditions
		want       []string
	}{
		"good":                {func(*document.Manifest) {}, Conditions{Pointers: true}, nil},
		"unstamped":           {func(m *document.Manifest) { m.Stamped = false }, Conditions{}, []string{Unstamped}},
		"unstamped, allowed":  {func(m *document.Manifest) { m.Stamped = false }, Conditions{AllowUnstamped: true}, nil},
		"therock is dirty":    {func(m *document.Manifest) { m.TheRock.Dirty = true }, Conditions{ExpectDirty: []string{"pytorch"}}, []string{SourceDirty}},
		"therock is expected": {func(m *document.Manifest) { m.TheRock.Dirty = true }, Conditions{ExpectDirty: []string{"triton", TheRock}}, nil},
		"a source is dirty": {func(m *document.Manifest) {
			m.Sources["a"], m.Sources["b"] = document.Source{Dirty: true, Remote: ref("x")}, document.Source{Dirty: true}
		}, Conditions{ExpectDirty: []string{"b"}}, []string{SourceDirty, RemoteNull}},
		"no origin":                 {func(m *document.Manifest) { m.TheRock.Repo = nil }, Conditions{}, []string{RemoteNull}},
		"no run":                    {func(m *document.Manifest) { m.RunID = nil }, Conditions{Pointers: true}, []string{RunUnknown}},
		"no run and no pointer":     {func(m *document.Manifest) { m.RunID = nil }, Conditions{}, nil},
		"several runs":              {func(m *document.Manifest) { m.RunID = ref("multiple") }, Conditions{Pointers: true}, []string{RunUnknown}},
		"no attempt":                {func(m *document.Manifest) { m.RunAttempt = nil }, Conditions{Pointers: true}, []string{RunUnknown}},
		"unstamped with everything": {func(m *document.Manifest) { *m = document.Manifest{} }, Conditions{Pointers: true}, []string{Unstamped, RunUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			m := sample("9", "a")
			test.edit(m)
			assert.Equal(t, test.want, codes(test.conditions.Check(m)))
		})
	}
}

func noFile(*document.Artifact) func() (io.ReadSeekCloser, error) { return nil }

func TestPlan(t *testing.T) {
	m := sample("9", "a")
	m.Artifacts[0].Build.RunID = ref("5") // it was reused
	plan, findings := keys(t, "latest/{platform}.json").Plan(m, []byte("{}"), noFile, true)
	require.Empty(t, findings)
	assert.Equal(t, manifest, plan.Manifest.Key)
	assert.Equal(t, []string{"latest/any.json"}, plan.Pointers)
	require.Len(t, plan.Wheels, 2)
	wheel := plan.Wheels[0]
	assert.Equal(t, apex, wheel.Key)
	assert.Equal(t, "application/zip", wheel.Content.Type)
	assert.Equal(t, "application/json", plan.Manifest.Content.Type)
	assert.Contains(t, wheel.Content.CacheControl, "immutable")
	assert.Equal(t, map[string]string{"run-id": "5", "run-attempt": "1"}, wheel.Content.Metadata)
	assert.Equal(t, map[string]string{"run-id": "9", "run-attempt": "1"}, plan.Manifest.Content.Metadata)
}

func TestPlanRefuses(t *testing.T) {
	with := func(wheel, manifest string, pointers ...string) Keys {
		k := keys(t, pointers...)
		var err error
		k.Wheel, err = key.Parse(wheel)
		require.NoError(t, err)
		k.Manifest, err = key.Parse(manifest)
		require.NoError(t, err)
		return k
	}
	m := sample("9", "a")
	m.Platform = "multiple"
	for name, test := range map[string]struct {
		keys     Keys
		together bool
		want     []string
	}{
		"one key for two wheels":      {with("a.whl", "m.json"), true, []string{KeyTwice}},
		"multiple":                    {keys(t), true, []string{KeyInvalid}},
		"multiple, another key":       {with(WheelKey, "m.json"), true, nil},
		"a pointer at the manifest":   {with(WheelKey, "m.json", "m.json"), true, []string{KeyTwice}},
		"a manifest at a wheel":       {with(WheelKey, torch), true, []string{KeyTwice}},
		"a manifest in another place": {with(WheelKey, torch), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := test.keys.Plan(m, nil, noFile, test.together)
			assert.Equal(t, test.want, codes(findings))
		})
	}
	_, findings := keys(t).Plan(m, nil, noFile, true)
	assert.Contains(t, findings[0].Message, "--manifest-key")
}

func TestEscapeKey(t *testing.T) {
	assert.Equal(t, "a%2Bb/c%252F%20d%23.json", EscapeKey("a+b/c%2F d#.json"))
}
