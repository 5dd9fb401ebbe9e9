package remote

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	remote "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/fetched"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/remote/proxy"
)

// server is a Remote Execution API server with an empty cache, and the proxy that
// Bazel talks to.
type server struct {
	*proxy.Proxy
	command *exec.Cmd
	once    sync.Once
}

// bubblewrap is the machine's, or the one that the launcher fetched.
func bubblewrap(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("bwrap"); err == nil {
		return path
	}
	path := filepath.Join(filepath.Dir(bazel.Cache(t)), "bubblewrap", "bwrap")
	if _, err := os.Stat(path); err != nil {
		t.Skip("SKIPPED: no bubblewrap on PATH, and none that tools/bazel fetched: Debian's buildbox was not started")
	}
	return path
}

// start starts Debian's buildbox in a root that holds nothing else: no program, no
// folder, no variable and no host name of this machine is there for an action.
// before sees each action that is about to be executed; it may be nil.
func start(t *testing.T, before func(s *server, mnemonic string)) *server {
	t.Helper()
	enter := bubblewrap(t)
	script := filepath.Join(bazel.Root(t), "e2e", "remote", "buildbox.bash")
	root, err := fetched.Folder(t, "buildbox", func(dir string) error { return fetched.Run(dir, "bash", script, dir) })
	if err != nil {
		t.Skipf("SKIPPED: no remote execution was tried: Debian's buildbox cannot be fetched: %v", err)
	}

	address := free(t)
	var log bytes.Buffer
	s := &server{command: exec.Command(enter,
		"--ro-bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var",
		"--bind", t.TempDir(), "/var/cache",
		"--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--unshare-uts", "--hostname", "worker", "--die-with-parent",
		"buildbox-casd", "--bind="+address, "--buildbox-run=/usr/bin/buildbox-run-hosttools", "--jobs=2", "/var/cache")}
	s.command.Stdout, s.command.Stderr = &log, &log
	require.NoError(t, s.command.Start())
	s.Proxy, err = proxy.Start(address)
	require.NoError(t, err)
	if before != nil {
		s.BeforeExecute = func(mnemonic string) { before(s, mnemonic) }
	}
	t.Cleanup(func() {
		s.Stop()
		s.kill()
		if t.Failed() {
			t.Logf("the server said:\n%s", log.String())
		}
	})
	s.wait(t, address)
	return s
}

// kill ends the server as a machine that fails does.
func (s *server) kill() {
	s.once.Do(func() {
		s.command.Process.Kill()
		s.command.Wait()
	})
}

// wait until the server answers, and hold it to what the proxy is for.
func (s *server) wait(t *testing.T, address string) {
	t.Helper()
	var low [2]int32
	for i, at := range []string{address, s.Address()} {
		client, err := grpc.NewClient("passthrough:///"+at, grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(t, err)
		defer client.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		answer, err := remote.NewCapabilitiesClient(client).GetCapabilities(ctx, &remote.GetCapabilitiesRequest{}, grpc.WaitForReady(true))
		require.NoError(t, err, "the server at %s", at)
		require.True(t, answer.ExecutionCapabilities.GetExecEnabled(), "the server executes")
		low[i] = answer.LowApiVersion.GetMinor()
	}
	require.Zero(t, low[1], "the proxy offers API 2.0")
	t.Logf("buildbox offers API 2.%d and later", low[0])
}

// free is an address that nobody serves on.
func free(t *testing.T) string {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listen.Close()
	return listen.Addr().String()
}
