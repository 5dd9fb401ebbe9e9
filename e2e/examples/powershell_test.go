package examples

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No PowerShell runs where this is tested: the scripts of the Windows build are
// held against a grammar of the language.
func TestPowerShellParses(t *testing.T) {
	dir := t.TempDir()
	install := exec.Command("python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "--target", dir,
		"tree-sitter==0.26.1", "tree-sitter-powershell==0.26.4")
	if output, err := install.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: pip cannot install tree-sitter-powershell: the scripts of the Windows build were not parsed: %v: %s", err, output)
	}
	var scripts []string
	for _, step := range parse(t, windows).Jobs["build"].Steps {
		if run, ok := step.Exec.(*actionlint.ExecRun); ok {
			scripts = append(scripts, run.Run.Value)
		}
	}
	require.Greater(t, len(scripts), 8)
	scripts = append(scripts, scripts[0]+"\n\"open") // what is no PowerShell
	question, err := json.Marshal(scripts)
	require.NoError(t, err)
	command := exec.Command("python3", "powershell.py")
	command.Env = append(os.Environ(), "PYTHONPATH="+dir)
	command.Stdin, command.Stderr = bytes.NewReader(question), os.Stderr
	answer, err := command.Output()
	require.NoError(t, err)
	var wrong []bool
	require.NoError(t, json.Unmarshal(answer, &wrong))
	require.Len(t, wrong, len(scripts))
	for i, script := range scripts {
		assert.Equal(t, i == len(scripts)-1, wrong[i], script)
	}
}
