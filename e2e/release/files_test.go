package release

import (
	"archive/tar"
	"compress/gzip"
	"debug/elf"
	"debug/pe"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
)

func TestFilesOfARelease(t *testing.T) {
	dir := made(t)
	want := []string{"rules_pytorch_manifest-" + version + ".tar.gz"}
	for platform, suffix := range platforms {
		for _, program := range programs {
			want = append(want, program+"-"+platform+suffix)
		}
	}
	var got []string
	for name := range sums(t, dir) {
		got = append(got, name)
	}
	assert.ElementsMatch(t, want, got)

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, len(want)+1, "SHA256SUMS and nothing that it does not list")

	// As the page for users says it.
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dir
	output, err := check.CombinedOutput()
	require.NoError(t, err, "%s", output)

	answer, err := exec.Command(filepath.Join(dir, "wheelmanifest-linux-x86_64"), "version").Output()
	require.NoError(t, err)
	assert.Contains(t, string(answer), `"version":"`+version+`"`)
}

// Not for users of the module: what tests and shows it, and what runs our CI.
var left = []string{".bcr/", ".ci/", ".git", "bench/", "e2e/", "examples/"}

func isLeft(name string) bool {
	for _, prefix := range left {
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, "e2e/smoke/") {
			return true
		}
	}
	return false
}

// A file that git does not track is in no archive; one that it tracks is in it,
// or named above.
func TestTheArchiveHoldsWhatGitTracks(t *testing.T) {
	file, err := os.Open(filepath.Join(made(t), "rules_pytorch_manifest-"+version+".tar.gz"))
	require.NoError(t, err)
	defer file.Close()
	zip, err := gzip.NewReader(file)
	require.NoError(t, err)
	got := map[string]string{}
	for r := tar.NewReader(zip); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		name, ok := strings.CutPrefix(header.Name, "rules_pytorch_manifest-"+version+"/")
		require.True(t, ok, header.Name)
		mode := "100644"
		if header.Mode&0o111 != 0 {
			mode = "100755"
		}
		got[name] = mode
		if name != "MODULE.bazel" && name != "manifest/private/released.bzl" {
			ours, err := os.ReadFile(filepath.Join(bazel.Root(t), name))
			require.NoError(t, err)
			theirs, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, string(ours), string(theirs), name)
		}
	}
	want := tracked(t)
	for name := range want {
		if isLeft(name) {
			delete(want, name)
		}
	}
	assert.Equal(t, want, got)
}

func TestLinuxProgramsAreStaticAndStripped(t *testing.T) {
	for platform, machine := range map[string]elf.Machine{"linux-aarch64": elf.EM_AARCH64, "linux-x86_64": elf.EM_X86_64} {
		for _, program := range programs {
			name := program + "-" + platform
			file, err := elf.Open(filepath.Join(made(t), name))
			require.NoError(t, err, name)
			defer file.Close()
			assert.Equal(t, machine, file.Machine, name)
			assert.Equal(t, elf.ET_EXEC, file.Type, name)
			for _, segment := range file.Progs {
				assert.NotEqual(t, elf.PT_INTERP, segment.Type, name)
				assert.NotEqual(t, elf.PT_DYNAMIC, segment.Type, name)
			}
			require.NotEmpty(t, file.Sections, name)
			for _, section := range file.Sections {
				assert.NotEqual(t, elf.SHT_SYMTAB, section.Type, name)
				assert.NotContains(t, section.Name, "debug", name)
			}
		}
	}
}

// No Windows ran them.
func TestWindowsProgramsAreStripped(t *testing.T) {
	for _, program := range programs {
		name := program + "-windows-amd64.exe"
		file, err := pe.Open(filepath.Join(made(t), name))
		require.NoError(t, err, name)
		defer file.Close()
		assert.EqualValues(t, pe.IMAGE_FILE_MACHINE_AMD64, file.Machine, name)
		assert.Zero(t, file.NumberOfSymbols, name)
		head, ok := file.OptionalHeader.(*pe.OptionalHeader64)
		require.True(t, ok, name)
		assert.EqualValues(t, pe.IMAGE_SUBSYSTEM_WINDOWS_CUI, head.Subsystem, name)
		require.NotEmpty(t, file.Sections, name)
		for _, section := range file.Sections {
			assert.NotContains(t, section.Name, "debug", name)
			// A long name stands in the table of strings, where the names of debug sections do.
			assert.False(t, strings.HasPrefix(section.Name, "/"), "%s: %s", name, section.Name)
		}
	}
}

func TestVetForWindows(t *testing.T) {
	vet := exec.Command("go", "vet", "./...")
	vet.Dir = bazel.Root(t)
	vet.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	output, err := vet.CombinedOutput()
	require.NoError(t, err, "%s", output)
}
