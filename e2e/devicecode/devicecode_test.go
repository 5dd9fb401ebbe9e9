// Package devicecode holds what the program says of the GPU code in real
// wheels and libraries against tables written by hand, and against the vendors'
// own readers.
//
// The big wheels, 1.3 GB, are read only where they are asked for:
//
//	RPM_E2E_LARGE=1 go test ./devicecode -run Large -v
package devicecode

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/fetched"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

// targets is what one member holds. Outside counts objects that lie in no
// device section.
type targets struct {
	ROCm, CUDA, PTX  []string
	Objects, Outside int64
}

// module is what a package says of itself.
type module struct {
	Path                           string
	Version, GitVersion, HIP, CUDA string
}

// contents is what the tests compare.
type contents struct {
	Record string
	Module *module
	Files  map[string]targets
}

// program is the command-line program.
func program(t *testing.T) string { return binary.Of(t, "wheelmanifest") }

// inspect runs the program on one wheel. It returns the whole file's digest and
// what the members were found to hold.
func inspect(t *testing.T, file string) (string, contents) {
	t.Helper()
	call := exec.Command(program(t), "inspect", "--format=json", file)
	var stdout, stderr bytes.Buffer
	call.Stdout, call.Stderr = &stdout, &stderr
	require.NoError(t, call.Run(), "inspect %s: %s", file, stderr.String())

	var said struct {
		SHA256   string
		Contents *struct {
			Record string
			Module *struct {
				Path               string
				Version, HIP, CUDA *string
				GitVersion         *string `json:"git_version"`
			}
			DeviceCode struct {
				ROCm, CUDA, PTX, Named []string
				Kpack                  []any
				Files                  []struct {
					Path string
					targets
					Unknown []string
				}
			} `json:"device_code"`
		}
	}
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &said))
	require.NotNil(t, said.Contents)
	code := said.Contents.DeviceCode
	got := contents{Record: said.Contents.Record, Files: map[string]targets{}}
	if m := said.Contents.Module; m != nil {
		got.Module = &module{m.Path, text(m.Version), text(m.GitVersion), text(m.HIP), text(m.CUDA)}
	}
	all := map[string][]string{}
	for _, f := range code.Files {
		assert.NotContains(t, got.Files, f.Path, "a file that is listed twice")
		assert.Empty(t, f.Unknown, f.Path)
		got.Files[f.Path] = f.targets
		all["rocm"] = append(all["rocm"], f.ROCm...)
		all["cuda"] = append(all["cuda"], f.CUDA...)
		all["ptx"] = append(all["ptx"], f.PTX...)
	}
	// The wheel's own lists are its files' together.
	assert.Equal(t, set(all["rocm"]), set(code.ROCm))
	assert.Equal(t, set(all["cuda"]), set(code.CUDA))
	assert.Equal(t, set(all["ptx"]), set(code.PTX))
	assert.Empty(t, code.Named)
	assert.Empty(t, code.Kpack)
	return said.SHA256, got
}

// text is the string, or one that says that there is none.
func text(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// set is the list sorted, with nothing twice.
func set(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// sorted are the fields of a line of targets, in the order of the document.
func sorted(line string) []string {
	fields := strings.Fields(line)
	slices.Sort(fields)
	return fields
}

func rocm(objects int64, line string) targets {
	return targets{ROCm: sorted(line), CUDA: []string{}, PTX: []string{}, Objects: objects}
}

func cuda(objects int64, cubins, ptx string) targets {
	return targets{ROCm: []string{}, CUDA: sorted(cubins), PTX: sorted(ptx), Objects: objects}
}

func outside(code targets) targets {
	code.Outside = code.Objects
	return code
}

// published is one wheel of the package index.
type published struct {
	requirement, platform string
	// sha256 is how the file's digest begins.
	sha256 string
	module *module
	files  map[string]targets
}

const (
	// The targets that one build of PyTorch and its companions share.
	release = "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"
	cupyHIP = "gfx908 gfx90a gfx942 gfx950 gfx1030 gfx1100 gfx1101 gfx1200 gfx1201"
	// The library that carries sm_100f and sm_120f, which cuobjdump shows
	// without their suffix.
	cupyWin = "sm_50 sm_52 sm_60 sm_61 sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_100f sm_120f"
	// NVIDIA's profiling library, that triton brings.
	cupti = "sm_50 sm_60 sm_62 sm_70 sm_72 sm_75 sm_80 sm_86 sm_87 sm_89 sm_90 sm_100 sm_101 sm_120"
)

var (
	torchvision = published{
		"torchvision==0.24.1", "manylinux_2_28_x86_64", "66a98471fc18cad9",
		&module{"torchvision/version.py", "0.24.1+cu128", "d801a34632023859a0a274803d6abaf0a45d77a5", "null", "null"},
		map[string]targets{
			"torchvision/_C.so": cuda(42, release, ""),
			"torchvision.libs/libnvjpeg.8dd2b5e6.so.12": cuda(153,
				"sm_50 sm_52 sm_60 sm_61 sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_100 sm_101 sm_120", "compute_120"),
		},
	}
	torchaudio = published{
		"torchaudio==2.9.1", "manylinux_2_28_x86_64", "4533fdafba73d7bc",
		&module{"torchaudio/version.py", "2.9.1+cu128", "a224ab24a7f4797f6707051257265e223e12576f", "null", "null"},
		map[string]targets{
			"torchaudio/lib/libctc_prefix_decoder.so": cuda(7, release, ""),
			"torchaudio/lib/libtorchaudio.so":         cuda(35, release, ""),
		},
	}
	small = []published{
		torchvision,
		torchaudio,
		{
			"cupy_rocm_7_0==14.0.1", "manylinux2014_x86_64", "a05bb1792ac144ac", nil,
			map[string]targets{
				"cupy/cuda/cub.cpython-312-x86_64-linux-gnu.so":              rocm(9, cupyHIP),
				"cupy/cuda/thrust.cpython-312-x86_64-linux-gnu.so":           rocm(9, cupyHIP),
				"cupy/random/_generator_api.cpython-312-x86_64-linux-gnu.so": rocm(9, cupyHIP),
			},
		},
	}
	large = []published{
		{
			"torch==2.9.1", "manylinux_2_28_x86_64", "27331cd902fb4322",
			&module{"torch/version.py", "2.9.1+cu128", "5811a8d7da873dd699ff6687092c225caffcf1bb", "null", "12.8"},
			map[string]targets{
				"torch/lib/libtorch_cuda.so": cuda(2787,
					"sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_90a sm_100 sm_100a sm_120 sm_120a", ""),
				"torch/lib/libtorch_cuda_linalg.so": cuda(856, "sm_50 sm_60 sm_70 sm_80 sm_86 sm_90 sm_100 sm_120", ""),
				"torch/lib/libtorch_nvshmem.so": cuda(31,
					"sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_100 sm_120", "compute_90"),
			},
		},
		{
			"triton==3.5.1", "manylinux_2_28_x86_64", "d2c6b915a03888ab",
			&module{"triton/__init__.py", "3.5.1", "null", "null", "null"},
			// No library of triton's own has device code. NVIDIA's profiling
			// library keeps three containers in .rodata, in no device section,
			// where cuobjdump, which goes by sections, sees none.
			map[string]targets{
				"triton/backends/nvidia/lib/cupti/libcheckpoint.so":     outside(cuda(42, cupti, "")),
				"triton/backends/nvidia/lib/cupti/libcupti.so":          outside(cuda(42, cupti, "")),
				"triton/backends/nvidia/lib/cupti/libcupti.so.12":       outside(cuda(42, cupti, "")),
				"triton/backends/nvidia/lib/cupti/libcupti.so.2025.1.1": outside(cuda(42, cupti, "")),
				"triton/backends/nvidia/lib/cupti/libcupti_static.a":    outside(cuda(42, cupti, "")),
			},
		},
		{
			// 38 compressed bundles of six targets.
			"jax_rocm7_pjrt==0.9.2", "manylinux_2_28_x86_64", "9464b440ae044582", nil,
			map[string]targets{
				"jax_plugins/xla_rocm7/xla_rocm_plugin.so": rocm(38*6,
					"gfx908 gfx90a gfx9-4-generic gfx10-3-generic gfx11-generic gfx12-generic"),
			},
		},
		{
			"cupy_cuda12x==13.6.0", "win_amd64", "ca06fede7b8b83ca", nil,
			map[string]targets{
				"cupy/cuda/cub.cp312-win_amd64.pyd":              cuda(13, cupyWin, "compute_100"),
				"cupy/cuda/thrust.cp312-win_amd64.pyd":           cuda(13, cupyWin, "compute_100"),
				"cupy/random/_generator_api.cp312-win_amd64.pyd": cuda(13, cupyWin, "compute_100"),
			},
		},
	}
)

// only is the one file that the pattern matches.
func only(t *testing.T, pattern ...string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(pattern...))
	require.NoError(t, err)
	require.Len(t, found, 1, "%s", filepath.Join(pattern...))
	return found[0]
}

// debian downloads packages and unpacks them into one folder, or skips the test.
func debian(t *testing.T, packages ...string) string {
	t.Helper()
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("SKIPPED: this machine has no %s, and %s comes from Debian", tool, strings.Join(packages, ", "))
		}
	}
	dir, err := fetched.Folder(t, "devicecode-debian-"+packages[0], func(dir string) error {
		download := append([]string{"download"}, packages...)
		if fetched.Run(dir, "apt-get", download...) != nil {
			// A new machine has no lists of packages yet.
			if err := fetched.Run(dir, "apt-get", "update"); err != nil {
				return err
			}
			if err := fetched.Run(dir, "apt-get", download...); err != nil {
				return err
			}
		}
		debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
		if err != nil {
			return err
		}
		for _, deb := range debs {
			if err := fetched.Run(dir, "dpkg-deb", "-x", deb, dir); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Skipf("SKIPPED: %s cannot be had from Debian: %v", strings.Join(packages, ", "), err)
	}
	return dir
}

// check holds what the program says of published wheels against their tables.
func check(t *testing.T, wheels []published) {
	for _, want := range wheels {
		t.Run(want.requirement, func(t *testing.T) {
			file := fetched.Wheel(t, want.requirement, want.platform)
			digest, got := inspect(t, file)
			require.True(t, strings.HasPrefix(digest, want.sha256), "another file than the table's: sha256 %s, want %s...", digest, want.sha256)
			assert.Equal(t, contents{"verified", want.module, want.files}, got)
		})
	}
}

// CUDA and ROCm wheels of a few megabytes, 84 MB together.
func TestPyPIWheels(t *testing.T) {
	check(t, small)
}

// The wheels that people have: 1.3 GB to download, and half a minute to read.
func TestLargeWheels(t *testing.T) {
	if os.Getenv("RPM_E2E_LARGE") != "1" {
		t.Skip("SKIPPED: torch, triton, jax_rocm7_pjrt and cupy_cuda12x are 1.3 GB; RPM_E2E_LARGE=1 go test ./devicecode -run Large -v reads them")
	}
	check(t, large)
}

// Targets of bookworm's librocrand1: one bundle.
const rocrandTargets = "gfx803 gfx900:xnack- gfx906:xnack- gfx908:xnack- gfx90a:xnack+ gfx90a:xnack- gfx1030"

// rocrand is bookworm's library, which the tests' table is about.
func rocrand(t *testing.T) string {
	t.Helper()
	dir := debian(t, "librocrand1")
	if found, _ := filepath.Glob(filepath.Join(dir, "librocrand1_5.3.3-*_amd64.deb")); len(found) != 1 {
		t.Skip("SKIPPED: this Debian's librocrand1 is not bookworm's 5.3.3, which the table is about")
	}
	return only(t, dir, "usr", "lib", "*", "librocrand.so.1.*")
}

// wrap makes a wheel of one library, once.
func wrap(t *testing.T, filename, member, library string) string {
	t.Helper()
	file := filepath.Join(filepath.Dir(program(t)), filename)
	if _, err := os.Stat(file); err != nil {
		require.NoError(t, os.WriteFile(file, wheel.Make(t, filename, filename, "--file", member+"="+library), 0o644))
	}
	return file
}

// Libraries of Debian's in a wheel of ours. libgloo-rocm-0 and librocfft0 are
// left out: they are in no released suite, and lists of another suite need a
// state folder and sources of their own.
func TestDebianLibraries(t *testing.T) {
	t.Run("librocrand1", func(t *testing.T) {
		file := wrap(t, "rocrand-5.3.3-py3-none-linux_x86_64.whl", "rocrand/librocrand.so.1", rocrand(t))
		_, got := inspect(t, file)
		assert.Equal(t, contents{"verified", nil, map[string]targets{
			"rocrand/librocrand.so.1": rocm(7, rocrandTargets),
		}}, got)
	})
	t.Run("zlib1g", func(t *testing.T) {
		dir := debian(t, "zlib1g")
		library, err := filepath.Glob(filepath.Join(dir, "lib", "*", "libz.so.1.*"))
		require.NoError(t, err)
		if len(library) == 0 {
			// Where /lib is a link into /usr in the package too.
			library = []string{only(t, dir, "usr", "lib", "*", "libz.so.1.*")}
		}
		_, got := inspect(t, wrap(t, "zlib-1-py3-none-linux_x86_64.whl", "zlib/libz.so.1", library[0]))
		assert.Equal(t, contents{"verified", nil, map[string]targets{}}, got)
	})
}

// LLVM's clang-offload-bundler on librocrand's one bundle.
func TestOffloadBundlerAgrees(t *testing.T) {
	library := rocrand(t)
	bundler, err := exec.LookPath("clang-offload-bundler")
	environment := os.Environ()
	if err != nil {
		dir := debian(t, "clang-tools-19", "libclang-cpp19", "libllvm19")
		bundler = filepath.Join(dir, "usr", "lib", "llvm-19", "bin", "clang-offload-bundler")
		folders, err := filepath.Glob(filepath.Join(dir, "usr", "lib", "*-linux-gnu*"))
		require.NoError(t, err)
		environment = append(environment, "LD_LIBRARY_PATH="+strings.Join(folders, ":"))
		call := exec.Command(bundler, "--version")
		call.Env = environment
		if output, err := call.CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: no second opinion, clang-offload-bundler does not run here: %v\n%s", err, output)
		}
	}

	image, err := elf.Open(library)
	require.NoError(t, err)
	defer image.Close()
	section := image.Section(".hip_fatbin")
	require.NotNil(t, section)
	data, err := section.Data()
	require.NoError(t, err)
	bundle := filepath.Join(t.TempDir(), "bundle")
	require.NoError(t, os.WriteFile(bundle, data, 0o644))
	call := exec.Command(bundler, "--list", "--type=o", "--input="+bundle)
	call.Env = environment
	var stderr bytes.Buffer
	call.Stderr = &stderr
	listed, err := call.Output()
	require.NoError(t, err, stderr.String())
	var theirs []string
	for _, id := range strings.Fields(string(listed)) {
		if target, ok := strings.CutPrefix(id, "hipv4-amdgcn-amd-amdhsa--"); ok {
			theirs = append(theirs, target)
		} else {
			assert.True(t, strings.HasPrefix(id, "host-"), id)
		}
	}

	member := "rocrand/librocrand.so.1"
	_, got := inspect(t, wrap(t, "rocrand-5.3.3-py3-none-linux_x86_64.whl", member, library))
	slices.Sort(theirs)
	assert.Equal(t, theirs, got.Files[member].ROCm)
	assert.EqualValues(t, len(theirs), got.Files[member].Objects)
}

// cuobjdump is NVIDIA's reader: this machine's, or else the index's.
func cuobjdump(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("cuobjdump"); err == nil {
		return path
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("SKIPPED: no second opinion, this machine has no cuobjdump and PyPI's is for x86-64 Linux")
	}
	file := fetched.Wheel(t, "nvidia-cuda-cuobjdump==13.5.37", "manylinux2014_x86_64")
	tool := filepath.Join(t.TempDir(), "cuobjdump")
	for name, data := range members(t, file, func(name string) bool { return path.Base(name) == "cuobjdump" }) {
		require.NoError(t, os.WriteFile(tool, data, 0o755), name)
	}
	if err := fetched.Run("", tool, "--version"); err != nil {
		t.Skipf("SKIPPED: no second opinion, cuobjdump does not run here: %v", err)
	}
	return tool
}

// members are the chosen files of a wheel.
func members(t *testing.T, file string, chosen func(name string) bool) map[string][]byte {
	t.Helper()
	archive, err := zip.OpenReader(file)
	require.NoError(t, err)
	defer archive.Close()
	found := map[string][]byte{}
	for _, entry := range archive.File {
		if !chosen(entry.Name) {
			continue
		}
		reader, err := entry.Open()
		require.NoError(t, err)
		found[entry.Name], err = io.ReadAll(reader)
		require.NoError(t, err)
		reader.Close()
	}
	require.NotEmpty(t, found, file)
	return found
}

var (
	dumpedCubin = regexp.MustCompile(`(?m)^ELF file +\d+: .*\.sm_(\w+)\.cubin$`)
	dumpedPTX   = regexp.MustCompile(`(?m)^PTX file +\d+: .*\.sm_(\w+)\.ptx$`)
)

// NVIDIA's cuobjdump on every library of torchaudio and torchvision, those
// without device code too. None has a target with a suffix, which it may hide.
func TestCuobjdumpAgrees(t *testing.T) {
	tool := cuobjdump(t)
	for _, from := range []published{torchaudio, torchvision} {
		t.Run(from.requirement, func(t *testing.T) {
			file := fetched.Wheel(t, from.requirement, from.platform)
			libraries := members(t, file, func(name string) bool { return strings.Contains(path.Base(name), ".so") })
			dir := t.TempDir()
			theirs := map[string]targets{}
			for i, name := range slices.Sorted(maps.Keys(libraries)) {
				library := filepath.Join(dir, fmt.Sprintf("%d.so", i))
				require.NoError(t, os.WriteFile(library, libraries[name], 0o644))
				list := func(option string, line *regexp.Regexp, prefix string) (found []string) {
					// It fails where there is nothing to list, and says so.
					output, err := exec.Command(tool, option, library).CombinedOutput()
					if err != nil {
						require.Contains(t, string(output), "does not contain device code", name)
					}
					for _, match := range line.FindAllStringSubmatch(string(output), -1) {
						found = append(found, prefix+match[1])
					}
					return found
				}
				cubins, ptx := list("-lelf", dumpedCubin, "sm_"), list("-lptx", dumpedPTX, "compute_")
				if objects := len(cubins) + len(ptx); objects > 0 {
					theirs[name] = cuda(int64(objects), strings.Join(set(cubins), " "), strings.Join(set(ptx), " "))
				}
			}
			_, got := inspect(t, file)
			assert.Equal(t, theirs, got.Files)
		})
	}
}
