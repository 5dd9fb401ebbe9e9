// Package inflate holds the decoder of DEFLATE against the standard library's on
// every member of real wheels.
//
// The big ones, 1.3 GB, are read only where they are asked for:
//
//	RPM_E2E_LARGE=1 go test ./inflate -run Large -v
package inflate

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/fetched"
)

// equal runs the decoder's own test on a wheel: this module cannot import it.
func equal(t *testing.T, requirement, platform string) {
	t.Run(requirement, func(t *testing.T) {
		call := exec.Command("go", "test", "-count=1", "-run=^TestWheels$", "-v", "-timeout=30m", "./tools/internal/inflate")
		call.Dir = bazel.Root(t)
		call.Env = append(os.Environ(), "WHEELS="+fetched.Wheel(t, requirement, platform))
		output, err := call.CombinedOutput()
		require.NoError(t, err, "%s", output)
		require.Contains(t, string(output), "equal in output and end")
		for line := range strings.Lines(string(output)) {
			if strings.Contains(line, "equal in output and end") {
				t.Log(strings.TrimSpace(line))
			}
		}
	})
}

// Wheels of a few megabytes: NVIDIA's and AMD's libraries.
func TestWheels(t *testing.T) {
	equal(t, "torchvision==0.24.1", "manylinux_2_28_x86_64")
	equal(t, "torchaudio==2.9.1", "manylinux_2_28_x86_64")
	equal(t, "cupy_rocm_7_0==14.0.1", "manylinux2014_x86_64")
}

// The wheels that people have.
func TestLargeWheels(t *testing.T) {
	if os.Getenv("RPM_E2E_LARGE") != "1" {
		t.Skip("SKIPPED: torch, triton, jax_rocm7_pjrt and cupy_cuda12x are 1.3 GB; RPM_E2E_LARGE=1 go test ./inflate -run Large -v reads them")
	}
	equal(t, "torch==2.9.1", "manylinux_2_28_x86_64")
	equal(t, "triton==3.5.1", "manylinux_2_28_x86_64")
	equal(t, "jax_rocm7_pjrt==0.9.2", "manylinux_2_28_x86_64")
	equal(t, "cupy_cuda12x==13.6.0", "win_amd64")
}
