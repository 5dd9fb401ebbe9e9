package release

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// A root that has the programs and the wheels of e2e/smoke: no libc, no shell,
// no /etc, no /tmp, no /proc.
func TestARootWithNothingElse(t *testing.T) {
	root := t.TempDir()
	for _, program := range programs {
		data, err := os.ReadFile(filepath.Join(made(t), program+"-linux-x86_64"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, program), data, 0o755))
	}
	smoke := filepath.Join(bazel.Root(t), "e2e", "smoke")
	require.NoError(t, os.CopyFS(filepath.Join(root, "dist"), os.DirFS(filepath.Join(smoke, "wheels"))))

	run := func(args ...string) string {
		call := exec.Command(args[0], args[1:]...)
		call.Dir = "/"
		call.Env = []string{}
		call.SysProcAttr = inside(root)
		output, err := call.Output()
		if errors.Is(err, syscall.EPERM) {
			t.Skipf("SKIPPED: this machine changes no root: %v: no program ran in a root without libc", err)
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			require.NoError(t, err, "%q: %s", args, exit.Stderr)
		}
		require.NoError(t, err, "%q", args)
		return string(output)
	}

	var said struct{ Version string }
	require.NoError(t, json.Unmarshal([]byte(run("/wheelmanifest", "version")), &said))
	assert.Equal(t, version, said.Version)

	run("/wheelmanifest", "generate", "--wheels=/dist", "--out=/manifest.json", "--rocm-sdk-version=7.11.0", "--pytorch-rocm-arch=gfx942")
	want, err := os.ReadFile(filepath.Join(smoke, "expected.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(root, "manifest.json"))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
	run("/wheelmanifest", "verify", "/manifest.json", "--wheels=/dist")
}

// inside starts a program in another root: as root, or as the root of a
// namespace of its own.
func inside(root string) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Chroot: root}
	if os.Geteuid() != 0 {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	return attr
}
