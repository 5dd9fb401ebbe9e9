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

// starters may start another program: the credentials of AWS's standard chain can
// come from one that the user's own configuration names.
var starters = []string{"github.com/aws/aws-sdk-go-v2/credentials/processcreds"}

// git runs in the workspace status command and nowhere else.
func TestNoProgramStartsAnother(t *testing.T) {
	for _, program := range []string{"wheelentry", "wheelcontents"} {
		assert.NotContains(t, dependencies(t, program), "os/exec", program)
	}
	command := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}}:{{range .Imports}} {{.}} {{end}}`, "./tools/wheelmanifest")
	command.Dir = bazel.Root(t)
	output, err := command.Output()
	require.NoError(t, err)
	require.Contains(t, string(output), internal+"document: ")
	for line := range strings.Lines(string(output)) {
		name, imports, _ := strings.Cut(line, ":")
		if strings.Contains(imports, " os/exec ") {
			assert.Contains(t, starters, name, "starts a program")
		}
	}
}
