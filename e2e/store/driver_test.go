package store

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

var (
	buildDriver  sync.Once
	driverFailed error
)

// driver is a process that writes to a place: the test binary of the package
// that does, whose driver_test.go says what it is told and answers.
type driver struct {
	t       *testing.T
	process *exec.Cmd
	in      io.WriteCloser
	orders  *json.Encoder
	answers *json.Decoder
}

type order map[string]any

type answer struct {
	Error, Kind, SHA256, Version, Text string
	Sent                               bool
	Size                               int64
	Metadata                           map[string]string
	Keys                               []string
}

// driverProgram builds the driver, which a test does before it starts a gateway:
// that changes the working directory.
func driverProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(bazel.Cache(t), "store-driver")
	buildDriver.Do(func() {
		c := exec.Command("go", "test", "-c", "-o", program, "./tools/internal/store")
		c.Dir, c.Stderr = bazel.Root(t), os.Stderr
		driverFailed = c.Run()
	})
	require.NoError(t, driverFailed, "go test -c ./tools/internal/store")
	return program
}

func drive(t *testing.T, place string, environment ...string) *driver {
	t.Helper()
	d := &driver{t: t, process: exec.Command(driverProgram(t))}
	d.process.Env = append(append(os.Environ(), "STORE_DRIVER="+place, "STORE_DRIVER_SINGLE=8388608"), environment...)
	d.process.Stderr = os.Stderr
	var err error
	d.in, err = d.process.StdinPipe()
	require.NoError(t, err)
	out, err := d.process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, d.process.Start())
	t.Cleanup(func() {
		_ = d.process.Process.Kill()
		_ = d.process.Wait()
	})
	d.orders, d.answers = json.NewEncoder(d.in), json.NewDecoder(out)
	return d
}

// do gives an order. What is answered never holds the credentials.
func (d *driver) do(o order) answer {
	d.t.Helper()
	a, err := d.try(o)
	require.NoError(d.t, err)
	for _, word := range []string{secret, user, "Signature", "X-Amz-", "\u202e", "\n"} {
		assert.NotContains(d.t, a.Error, word)
	}
	return a
}

// try gives an order to a driver that may be killed.
func (d *driver) try(o order) (a answer, err error) {
	if err := d.orders.Encode(o); err != nil {
		return a, err
	}
	err = d.answers.Decode(&a)
	return a, err
}
