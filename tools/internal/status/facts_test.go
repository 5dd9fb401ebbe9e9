package status

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func ptr(s string) *string { return &s }

func TestFactsOfARelease(t *testing.T) {
	facts, faults := release(t).Facts(nil)
	require.Empty(t, faults)
	assert.Equal(t, Facts{
		Sources: map[string]Source{
			"pytorch": {
				Dir:            "external-builds/pytorch/pytorch",
				Commit:         "1a2700743c0a51bb12e51ca66c4b33e34e8640cf",
				UpstreamCommit: ptr("d49c64c9c0899b66cd925ec00e1bb2cc1bb72f4d"),
				CommitTime:     "2026-01-30T09:08:07Z",
				Describe:       "v2.9.1-3-g1a2700743c0a",
				Remote:         ptr("https://github.com/ROCm/pytorch.git"),
				Dirty:          true,
			},
			"triton": {
				Dir:        "triton",
				Commit:     "88b227e23f0445f3f695bad05bbf1a363b4f50e0",
				CommitTime: "2026-01-29T00:00:00Z",
				Describe:   "88b227e23f04",
				Branch:     ptr("main"),
			},
		},
		TheRock: &TheRock{
			Repo:       ptr("https://github.com/ROCm/TheRock.git"),
			Commit:     "02024427089134e951fe4063100b93c28e7e01a8",
			CommitTime: "2026-01-31T11:59:00Z",
			Ref:        ptr("refs/heads/main"),
		},
		CI: &CI{
			RunID: ptr("12345678901"), RunAttempt: ptr("2"), JobID: ptr("build"),
			RunURL: ptr("https://github.com/ROCm/TheRock/actions/runs/12345678901/attempts/2"),
		},
		BuildStartedAt: ptr("2026-01-31T12:00:00Z"),
	}, facts)
}

// recorded.txt is what tools/workspace_status.sh printed over two sources, one
// with a local origin, in a run of CI.
func TestFactsOfTheStatusCommand(t *testing.T) {
	status := Read("recorded.txt", load(t, "recorded.txt"), nil)
	require.Empty(t, status.Faults)
	facts, faults := status.Facts([]string{"triton", "pytorch"})
	require.Empty(t, faults)
	assert.Equal(t, Source{
		Dir: "pytorch", Commit: "9cc1697b95c9dbb58db29577fb4752f6c6e36672",
		UpstreamCommit: ptr("9cc1697b95c9dbb58db29577fb4752f6c6e36672"), CommitTime: "2026-01-31T12:34:56Z",
		Describe: "v2.9.1", Remote: ptr("git@github.com:ROCm/pytorch.git"), Dirty: true,
	}, facts.Sources["pytorch"])
	assert.Nil(t, facts.Sources["triton"].Remote)
	assert.Equal(t, "https://github.com/ROCm/TheRock.git", *facts.TheRock.Repo)
	assert.Equal(t, "https://github.com/ROCm/TheRock/actions/runs/123/attempts/1", *facts.CI.RunURL)
	assert.Equal(t, "2026-01-31T12:00:00Z", *facts.BuildStartedAt)
}

func TestFactsOutsideCI(t *testing.T) {
	facts, faults := release(t, "STABLE_CI_RUN_ID", "STABLE_CI_RUN_ATTEMPT", "STABLE_CI_JOB_ID", "STABLE_CI_RUN_URL", "STABLE_BUILD_STARTED_AT").Facts(nil)
	require.Empty(t, faults)
	assert.Nil(t, facts.CI)
	assert.Nil(t, facts.BuildStartedAt)
}

func TestFactsEmptyIsUnknown(t *testing.T) {
	facts, faults := release(t, "STABLE_CI_RUN_ID ", "STABLE_CI_RUN_ATTEMPT ", "STABLE_CI_JOB_ID ", "STABLE_CI_RUN_URL ",
		"STABLE_BUILD_STARTED_AT ", "STABLE_THEROCK_REPO ", "STABLE_THEROCK_REF ").Facts(nil)
	require.Empty(t, faults)
	assert.Equal(t, &CI{}, facts.CI)
	assert.Nil(t, facts.BuildStartedAt)
	assert.Nil(t, facts.TheRock.Repo)
	assert.Nil(t, facts.TheRock.Ref)
}

func TestFactsAreChecked(t *testing.T) {
	tests := map[string]string{ // line -> what the fault wants
		"STABLE_SOURCE_TRITON_COMMIT 88B227E23F0445F3F695BAD05BBF1A363B4F50E0": "lower-case hex",
		"STABLE_SOURCE_TRITON_COMMIT 88b227e":                                  "40 or 64",
		"STABLE_SOURCE_TRITON_COMMIT ":                                         "40 or 64",
		"STABLE_SOURCE_TRITON_UPSTREAM_COMMIT x":                               "40 or 64",
		"STABLE_SOURCE_TRITON_COMMIT_TIME 2026-01-29":                          "RFC 3339",
		"STABLE_SOURCE_TRITON_COMMIT_TIME 2026-02-30T00:00:00Z":                "RFC 3339",
		"STABLE_SOURCE_TRITON_COMMIT_TIME 2026-01-29T00:00:00+01:00":           "RFC 3339",
		"STABLE_SOURCE_TRITON_COMMIT_TIME 2026-01-29T00:00:00.5Z":              "RFC 3339",
		"STABLE_SOURCE_TRITON_DESCRIBE ":                                       "text",
		"STABLE_SOURCE_TRITON_DIRTY yes":                                       "true or false",
		"STABLE_SOURCE_TRITON_DIRTY ":                                          "true or false",
		"STABLE_SOURCE_TRITON_BRANCH a b":                                      "without spaces",
		"STABLE_SOURCE_TRITON_DIR ":                                            "relative",
		"STABLE_SOURCE_TRITON_DIR /srv/triton":                                 "relative",
		"STABLE_SOURCE_TRITON_DIR ../triton":                                   "relative",
		"STABLE_SOURCE_TRITON_DIR a//b":                                        "relative",
		"STABLE_SOURCE_TRITON_DIR ./a":                                         "relative",
		"STABLE_SOURCE_TRITON_DIR C:/triton":                                   "relative",
		`STABLE_SOURCE_TRITON_DIR src\triton`:                                  "relative",
		"STABLE_THEROCK_COMMIT HEAD":                                           "40 or 64",
		"STABLE_THEROCK_DIRTY 1":                                               "true or false",
		"STABLE_CI_RUN_ID 1 2":                                                 "without spaces",
		"STABLE_CI_RUN_URL file:///etc":                                        "https",
		"STABLE_CI_RUN_URL https://user:tok@host/x":                            "https",
		"STABLE_CI_RUN_URL javascript:alert(1)":                                "https",
		"STABLE_BUILD_STARTED_AT 1769860800":                                   "RFC 3339",
	}
	for line, want := range tests {
		t.Run(line, func(t *testing.T) {
			_, faults := release(t, line).Facts(nil)
			require.Len(t, faults, 1, lines(faults))
			assert.Equal(t, "status_value_malformed", faults[0].Code)
			assert.Contains(t, faults[0].Want, want)
			assert.Contains(t, line, faults[0].Field+" ")
			assert.NotContains(t, lines(faults), "tok")
		})
	}
}

func TestFactsListsEveryFault(t *testing.T) {
	facts, faults := release(t, "STABLE_SOURCE_TRITON_COMMIT x", "STABLE_SOURCE_TRITON_DIR", "STABLE_SOURCE_PYTORCH_DIRTY 0", "STABLE_THEROCK_COMMIT_TIME").Facts(nil)
	assert.Equal(t, []string{
		"status_value_malformed STABLE_SOURCE_PYTORCH_DIRTY",
		"status_key_missing STABLE_SOURCE_TRITON_DIR",
		"status_value_malformed STABLE_SOURCE_TRITON_COMMIT",
		"status_key_missing STABLE_THEROCK_COMMIT_TIME",
	}, codes(faults))
	assert.Empty(t, facts.Sources, "a faulty source is no fact")
	assert.Nil(t, facts.TheRock)
}

func TestFactsOfSHA256Repository(t *testing.T) {
	commit := "1a2700743c0a51bb12e51ca66c4b33e34e8640cf1a2700743c0a51bb12e51ca6"
	facts, faults := release(t, "STABLE_SOURCE_TRITON_COMMIT "+commit, "STABLE_SOURCE_TRITON_DIR .").Facts([]string{"triton"})
	require.Empty(t, faults)
	assert.Equal(t, commit, facts.Sources["triton"].Commit)
}

func TestSources(t *testing.T) {
	tests := []struct {
		name   string
		list   []string
		want   []string
		faults []string
	}{
		{"none is all", nil, []string{"pytorch", "triton"}, nil},
		{"exactly those", []string{"triton"}, []string{"triton"}, nil},
		{"any order", []string{"triton", "pytorch"}, []string{"pytorch", "triton"}, nil},
		{"missing", []string{"triton", "tritn"}, []string{"triton"}, []string{"source_missing STABLE_SOURCE_TRITN_COMMIT"}},
		{"malformed", []string{"Triton", "a-b", "", "x_upstream"}, nil, []string{
			"source_name_malformed sources", "source_name_malformed sources", "source_name_malformed sources", "source_name_malformed sources"}},
		{"twice", []string{"triton", "triton"}, []string{"triton"}, []string{"source_name_duplicate sources"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			facts, faults := release(t).Facts(tt.list)
			var names []string
			for name := range facts.Sources {
				names = append(names, name)
			}
			assert.ElementsMatch(t, tt.want, names)
			assert.Equal(t, append([]string{}, tt.faults...), codes(faults))
		})
	}
}

func TestMissingSourceNamesTheNearestKeys(t *testing.T) {
	_, faults := release(t).Facts([]string{"tritn"})
	require.Len(t, faults, 1)
	assert.Equal(t, "error: STABLE_SOURCE_TRITN_COMMIT: the source tritn is listed, and the stamp lacks it: "+
		`got "nearest keys: STABLE_SOURCE_TRITON_COMMIT, STABLE_SOURCE_PYTORCH_COMMIT", `+
		"want tritn=FOLDER in PYTORCH_MANIFEST_SOURCES, or another name in sources [source_missing]", faults[0].String())
}

// A source that the rule does not list may be broken.
func TestUnlistedSourceIsNotRead(t *testing.T) {
	_, faults := release(t, "STABLE_SOURCE_TRITON_COMMIT x").Facts([]string{"pytorch"})
	assert.Empty(t, faults)
}

func TestStampWithoutStatusCommand(t *testing.T) {
	status := Read("s.txt", []byte("BUILD_EMBED_LABEL \nBUILD_HOST h\nBUILD_USER u\n"), nil)
	require.Empty(t, status.Faults)
	_, faults := status.Facts([]string{"triton"})
	require.Len(t, faults, 2)
	for _, f := range faults {
		assert.Contains(t, f.String(), "--workspace_status_command")
	}
}

func TestSourceKeysWithMalformedNames(t *testing.T) {
	_, faults := release(t, "STABLE_SOURCE_1X_COMMIT x", "STABLE_SOURCE_A_UPSTREAM_DIR x").Facts(nil)
	assert.Equal(t, []string{"source_name_malformed STABLE_SOURCE_1X_*", "source_name_malformed STABLE_SOURCE_A_UPSTREAM_*"}, codes(faults))
}

func TestUnknownKeysAreWarnings(t *testing.T) {
	_, faults := release(t, "STABLE_SOURCE_TRITON_COMIT x", "STABLE_SOURCE_Triton_DIR x", "STABLE_THEROCK_BRANCH main", "STABLE_CI_RUNNER x").Facts(nil)
	assert.ElementsMatch(t, []string{"status_key_unknown STABLE_CI_RUNNER", "status_key_unknown STABLE_SOURCE_TRITON_COMIT",
		"status_key_unknown STABLE_SOURCE_Triton_DIR", "status_key_unknown STABLE_THEROCK_BRANCH"}, codes(faults))
	assert.False(t, finding.HasErrors(faults))
}

func TestSplitSourceKey(t *testing.T) {
	for key, want := range map[string][2]string{
		"STABLE_SOURCE_A_COMMIT":                 {"a", "COMMIT"},
		"STABLE_SOURCE_A_UPSTREAM_COMMIT":        {"a", "UPSTREAM_COMMIT"},
		"STABLE_SOURCE_A_COMMIT_TIME":            {"a", "COMMIT_TIME"},
		"STABLE_SOURCE_COMMIT_COMMIT":            {"commit", "COMMIT"},
		"STABLE_SOURCE_UPSTREAM_COMMIT":          {"upstream", "COMMIT"},
		"STABLE_SOURCE_UPSTREAM_UPSTREAM_COMMIT": {"upstream", "UPSTREAM_COMMIT"},
		"STABLE_SOURCE_PYTORCH_AUDIO_DIR":        {"pytorch_audio", "DIR"},
		"STABLE_SOURCE_COMMIT":                   {},
		"STABLE_SOURCE__COMMIT":                  {},
		"STABLE_THEROCK_COMMIT":                  {},
		"STABLE_SOURCE_A_NOTHING":                {},
	} {
		name, part, ok := splitSourceKey(key)
		assert.Equal(t, want, [2]string{name, part}, key)
		assert.Equal(t, want[0] != "", ok, key)
		if ok {
			assert.Equal(t, key, SourceKey(name, part))
		}
	}
}
