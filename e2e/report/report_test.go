// Package report looks at the page of `wheelmanifest report` in a real browser.
package report

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

// frames shows the page at two widths and writes down what it measures. The
// page itself has no script.
const frames = `<!DOCTYPE html><meta charset="utf-8"><title>frames</title>
<iframe src="/page" width="360" height="800"></iframe><iframe src="/page" width="1600" height="800"></iframe>
<pre id="measured"></pre>
<script>
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, root = page.documentElement, matrix = page.querySelector(".matrix").parentElement;
    const head = page.querySelector(".matrix thead"), name = page.querySelector(".matrix tbody th");
    matrix.scrollTo(1e6, 1e6);
    const box = matrix.getBoundingClientRect();
    return {
      width: root.clientWidth, page: root.scrollWidth, own: matrix.scrollWidth - matrix.clientWidth,
      header: Math.round(head.getBoundingClientRect().top - box.top), column: Math.round(name.getBoundingClientRect().left - box.left),
      styled: frame.contentWindow.getComputedStyle(page.querySelector(".verdict")).fontWeight,
    };
  });
  document.getElementById("measured").textContent = JSON.stringify(all);
});
</script>`

// measured is what frames writes down, in pixels of CSS. Header and column are
// how far the first row and column are from their edge of the matrix, which is
// scrolled to its end.
type measured struct {
	Width, Page, Own, Header, Column int
	Styled                           string
}

func TestPageInABrowser(t *testing.T) {
	browser := chromium(t)
	for name, devices := range map[string]int{"few devices": 3, "many devices": 60} {
		t.Run(name, func(t *testing.T) {
			page := page(t, devices)
			var lock sync.Mutex
			asked := map[string]int{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				lock.Lock()
				asked[r.URL.Path]++
				lock.Unlock()
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if r.URL.Path == "/frames" {
					fmt.Fprint(w, frames)
					return
				}
				fmt.Fprint(w, page)
			}))
			defer server.Close()
			dom, log := browse(t, browser, server.URL+"/frames")
			found := regexp.MustCompile(`<pre id="measured">(.+?)</pre>`).FindStringSubmatch(dom)
			require.NotNil(t, found, "%s\n%s", dom, log)
			var widths []measured
			require.NoError(t, json.Unmarshal([]byte(found[1]), &widths))
			require.Len(t, widths, 2)
			for _, m := range widths {
				assert.LessOrEqual(t, m.Page, m.Width, "the page scrolls sideways: %+v", m)
				assert.Equal(t, "700", m.Styled, "the policy lets the page's own style in")
				assert.LessOrEqual(t, m.Column, 2, "the wheels' names stay: %+v", m)
				assert.LessOrEqual(t, m.Header, 60, "the devices' names stay: %+v", m)
			}
			assert.Positive(t, widths[0].Own, "the matrix scrolls by itself")
			delete(asked, "/frames")
			delete(asked, "/favicon.ico") // of the frames around the page
			assert.Equal(t, map[string]int{"/page": 2}, asked, "the page asks for nothing")
			assert.NotContains(t, log, "CONSOLE", "the browser complains")
		})
	}
}

// chromium finds a browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no chromium, chromium-browser or google-chrome on PATH")
	return ""
}

// browse returns a page as it stands after its scripts, and the browser's log.
func browse(t *testing.T, browser, url string) (dom, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--user-data-dir="+t.TempDir(), "--enable-logging=stderr", "--window-size=2000,1000",
		"--virtual-time-budget=20000", "--dump-dom", url)
	name := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(name)
	require.NoError(t, err)
	command.Stderr = file
	out, err := command.Output()
	require.NoError(t, file.Close())
	text, readErr := os.ReadFile(name)
	require.NoError(t, readErr)
	require.NoError(t, err, "%s", text)
	return string(out), string(text)
}

// page is the page of a build that was declared for a number of devices, of
// which it serves one.
func page(t *testing.T, devices int) string {
	t.Helper()
	dir := t.TempDir()
	tool := binary.Of(t, "wheelmanifest")

	data, err := os.ReadFile(filepath.Join(bazel.Root(t), "tools/wheelmanifest/testdata/cases/report_out/in/m.json"))
	require.NoError(t, err)
	var manifest map[string]any
	require.NoError(t, json.Unmarshal(data, &manifest))
	archs := []any{"gfx942"}
	for i := range devices - 1 {
		archs = append(archs, fmt.Sprintf("gfx%d", 1100+i))
	}
	manifest["pytorch_rocm_arch"] = archs
	for _, a := range manifest["artifacts"].([]any) {
		labels := a.(map[string]any)["labels"].(map[string]any)
		if len(labels["rocm_arch"].([]any)) > 1 {
			labels["rocm_arch"] = archs
		}
	}
	data, err = json.Marshal(manifest)
	require.NoError(t, err)
	file := filepath.Join(dir, "manifest.json")
	require.NoError(t, os.WriteFile(file, data, 0o644))
	out, err := exec.Command(tool, "report", file).Output()
	require.NoError(t, err, "report")
	return string(out)
}
