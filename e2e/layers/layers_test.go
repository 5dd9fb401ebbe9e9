// Package layers holds the programs to the packages that they may use.
package layers

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

const internal = "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/"

// dependencies are all packages that a program is made of.
func dependencies(t *testing.T, program string) []string {
	t.Helper()
	command := exec.Command("go", "list", "-deps", "./tools/"+program)
	command.Dir = bazel.Root(t)
	output, err := command.Output()
	require.NoError(t, err, program)
	list := strings.Fields(string(output))
	require.Contains(t, list, internal+"entry", program)
	return list
}

// A change to a program that reads wheels reads every wheel again, so it knows
// neither document nor status.
func TestReadersOfWheelsAreSmall(t *testing.T) {
	for _, program := range []string{"wheelentry", "wheelcontents"} {
		list := dependencies(t, program)
		for _, banned := range []string{internal + "document", internal + "status", internal + "judgement", "net", "net/http"} {
			assert.NotContains(t, list, banned, program)
		}
	}
	assert.NotContains(t, dependencies(t, "wheelentry"), internal+"gpu")
}

// git runs in the workspace status command and nowhere else.
func TestNoProgramStartsAnother(t *testing.T) {
	for _, program := range []string{"wheelentry", "wheelcontents", "wheelmanifest"} {
		assert.NotContains(t, dependencies(t, program), "os/exec", program)
	}
}
