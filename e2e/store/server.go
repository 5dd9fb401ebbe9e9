package store

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

// gatewayVersion is the version that go.mod has; its command has further
// dependencies, which are no concern of this module.
const gatewayVersion = "v1.8.0"

// Start starts a gateway for one test, in its own process. A process can have one
// at a time, and its working directory is the gateway's until the test ends.
func Start(t *testing.T) *Gateway {
	t.Helper()
	address := free(t)
	dir, aside := t.TempDir(), sidecar(t)
	t.Chdir(dir) // as the backend does itself, and never takes back
	var storer meta.MetadataStorer = meta.XattrMeta{}
	if aside != "" {
		var err error
		storer, err = meta.NewSideCar(aside)
		require.NoError(t, err)
	}
	backend, err := posix.New(dir, storer, posix.PosixOpts{SideCarDir: aside})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess: user, RootUserSecret: secret, Region: region, Ports: []string{address}, Quiet: true,
			MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10_000, KeepAlive: true,
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return before(t, address)
}

// StartProcess starts a gateway for one test as a process of its own, as many at
// a time as there are tests.
func StartProcess(t *testing.T) *Gateway {
	t.Helper()
	program := filepath.Join(bazel.Cache(t), "versitygw-"+gatewayVersion)
	if _, err := os.Stat(program); err != nil {
		into := t.TempDir()
		install := exec.Command("go", "install", "github.com/versity/versitygw/cmd/versitygw@"+gatewayVersion)
		install.Dir, install.Env = into, append(os.Environ(), "GOBIN="+into)
		output, err := install.CombinedOutput()
		require.NoError(t, err, string(output))
		require.NoError(t, os.Rename(filepath.Join(into, "versitygw"), program))
	}
	address := free(t)
	dir := t.TempDir()
	args := []string{"--quiet", "--region", region, "--port", address, "posix"}
	if aside := sidecar(t); aside != "" {
		args = append(args, "--sidecar", aside)
	}
	server := exec.Command(program, append(args, dir)...)
	server.Dir, server.Env = dir, append(os.Environ(), "ROOT_ACCESS_KEY="+user, "ROOT_SECRET_KEY="+secret)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	return before(t, address)
}

// sidecar is where a gateway keeps metadata beside the objects, empty where it can
// keep them at the objects. Beside them, it shows the old bytes with the new ETag
// for a moment while an object is replaced.
func sidecar(t *testing.T) string {
	dir := t.TempDir()
	if (meta.XattrMeta{}).Test(dir) == nil {
		return ""
	}
	return dir
}

// free is an address that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// before puts the proxy before a server that is starting, and makes the bucket.
func before(t *testing.T, address string) *Gateway {
	t.Helper()
	g := &Gateway{Client: s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String("http://" + address), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(user, secret, ""),
	})}
	require.Eventually(t, func() bool {
		_, err := g.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(Bucket)})
		return err == nil
	}, 30*time.Second, 10*time.Millisecond, "the gateway does not start")
	g.serve(t, address)
	return g
}
