package report

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

func TestPageSaysWhatTheBuildIs(t *testing.T) {
	page := html(t, manifest("gfx942 gfx1201", wheelWith("torch", "gfx942"), wheelWith("triton", "")), finding.Warningf("unknown_field", "a field of a newer version").At("/extra"))
	assert.Contains(t, page, "<title>TheRock pytorch linux-x86_64 run 42 attempt 2 - wheel manifest</title>")
	shown := text(page)
	for _, want := range []string{
		"✖ 1 error and 1 warning",
		"✖ Declared and not served: 1 of 2 devices gfx1201 torch",
		"✖ 1 error device_not_served torch-1.0-cp312-cp312-linux_x86_64.whl no file of the wheel serves a declared device at pytorch_rocm_arch got gfx942 want code for gfx1201",
		"▲ 1 warning unknown_field a field of a newer version at /extra",
		"torch 1.0 cp312-cp312-linux_x86_64 ✖ missing gfx1201 ✓ served ✖ missing",
		"triton 1.0 cp312-cp312-linux_x86_64 no device code",
		"torch-1.0-cp312-cp312-linux_x86_64.whl 858.1 MiB " + strings.Repeat("0a", 32) + " RECORD verified rebuilt of " + commit[:12],
		"pytorch external/pytorch " + commit + " ▲ dirty " + upstream + " git@github.com:pytorch/pytorch.git no branch",
		"rocm_sdk_version 7.14.0", "cuda_version unknown",
	} {
		assert.Contains(t, shown, want)
	}
	for _, want := range []string{
		`title="899,742,281 bytes"`, `href="https://github.com/pytorch/pytorch/commit/` + commit + `"`,
		`href="https://github.com/pytorch/pytorch/commit/` + upstream + `"`, `href="https://github.com/ROCm/TheRock/actions/runs/42"`,
	} {
		assert.Contains(t, page, want)
	}
}

func TestEveryLinkOfThePageLeadsSomewhere(t *testing.T) {
	page := html(t, many(30))
	for _, anchor := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Equal(t, 1, strings.Count(page, ` id="`+anchor[1]+`"`), anchor[1])
	}
	for _, label := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.Equal(t, 1, strings.Count(page, ` id="`+label[1]+`"`), label[1])
	}
}

func TestPageNeedsNothing(t *testing.T) {
	page := html(t, manifest("gfx942", wheelWith("torch", "gfx942")))
	content := regexp.MustCompile(`<style>((?s:.*?))</style>`).FindStringSubmatch(page)
	require.NotNil(t, content)
	sum := sha256.Sum256([]byte(content[1]))
	policy := strings.ReplaceAll(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1], "&#43;", "+")
	policy = strings.ReplaceAll(strings.ReplaceAll(policy, "&#39;", "'"), "&#34;", `"`)
	assert.Equal(t, "default-src 'none'; img-src data:; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; form-action 'none'", policy)
	for _, not := range []string{"<script", "<iframe", "<object", "<form", "@import", "url(", " style=", " src=", " onload="} {
		assert.NotContains(t, page, not)
	}
}

func TestEqualDocumentsGiveEqualPages(t *testing.T) {
	m := manifest("gfx942 gfx950", wheelWith("torch", "gfx942"), wheelWith("apex", "gfx950"), wheelWith("triton", ""))
	m.Sources["other"] = document.Source{Commit: commit, Remote: ref("https://gitlab.com/a/b")}
	want := html(t, m)
	for range 20 {
		slices.Reverse(m.Artifacts)
		require.Equal(t, want, html(t, m))
	}
}

// Whatever stands in a document, it stays text.
func TestForeignTextStaysText(t *testing.T) {
	for _, evil := range []string{"</style></title><script>alert(1)</script>", "\u202etxt.exe\u2066", "a\x1b[31m\n\x00\u2028", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "{{.}}", strings.Repeat("x", 100_000)} {
		m := manifest("gfx942", wheelWith("torch", "gfx950"))
		for _, field := range []**string{
			&m.Project, &m.Component, &m.BuildType, &m.ArtifactGroup, &m.BuildVariant, &m.ROCmSDKVersion, &m.AMDGPUFamily, &m.VersionSuffix,
			&m.PyTorchGitRef, &m.RunID, &m.RunAttempt, &m.JobID, &m.RunURL,
		} {
			*field = ref(evil)
		}
		m.Platform, m.TheRock = evil, &document.Checkout{Repo: ref(evil), Commit: evil, Ref: ref(evil), CommitTime: ref(evil)}
		m.Sources = map[string]document.Source{evil: {
			Dir: ref(evil), Commit: evil, UpstreamCommit: ref(evil), CommitTime: ref(evil), Describe: ref(evil), Remote: ref(evil), Branch: ref(evil),
		}}
		a := &m.Artifacts[0]
		a.RelativePath, a.SHA256, a.Labels.Distribution, a.Labels.PlatformTag, a.Labels.BuildTag = evil, evil, evil, evil, ref(evil)
		a.Contents.Defects = []document.Defect{{Path: evil, Class: evil, Got: ref(evil), Want: ref(evil)}}
		a.Contents.DeviceCode.Files[0].Path = evil
		a.Build = &document.Build{Status: evil, Timestamp: ref(evil), RunID: ref(evil), RunURL: ref(evil), Commit: ref(evil)}
		page := html(t, m, finding.Warningf(evil, "%s", evil).In(evil).At(evil).GotWant(evil, evil))
		for _, not := range []string{"<script", "<img", "\u202e", "\u2066", "\x1b", "\x00", "\u2028", `href="javascript`, "ZgotmplZ"} {
			assert.NotContains(t, page, not, "%.40q", evil)
		}
		assert.Less(t, len(page), 100*maxText+len(style), "%.40q", evil)
		tidy(t, page)
	}
}

// tidy makes sure that every element that is opened is closed, in order.
func tidy(t *testing.T, page string) {
	t.Helper()
	_, body, found := strings.Cut(page, "</head>")
	require.True(t, found)
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*>`).FindAllStringSubmatch(body, -1) {
		if tag[1] == "" {
			open = append(open, tag[2])
			continue
		}
		if tag[2] == "html" {
			break
		}
		require.NotEmpty(t, open, "closes %s", tag[2])
		require.Equal(t, open[len(open)-1], tag[2])
		open = open[:len(open)-1]
	}
	require.Empty(t, open)
}
