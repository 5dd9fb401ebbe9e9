// Package rule holds end-to-end tests of the rule in workspaces of their own:
// what stops a build, what runs again, and what counts as a wheel.
package rule

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/bazel"
	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"
)

const (
	torch  = "torch-2.9.1+rocm7.11.0-cp312-cp312-linux_x86_64.whl"
	triton = "triton-3.5.1+rocm7.11.0-cp312-cp312-linux_x86_64.whl"
)

// build is a BUILD file with one manifest `m`; attributes are its further
// lines, and rules stand before it.
func build(wheels, attributes, rules string) string {
	if !strings.Contains(attributes, "rocm_sdk_version") {
		attributes += "\n    rocm_sdk_version = \"7.11.0\","
	}
	if !strings.Contains(attributes, "pytorch_rocm_arch") {
		attributes += "\n    pytorch_rocm_arch = \"gfx942;gfx1100\","
	}
	return `load("@rules_pytorch_manifest//manifest:defs.bzl", "pytorch_manifest")
load("//:defs.bzl", "empty_tree", "repack", "tree")
` + rules + `
pytorch_manifest(
    name = "m",
    wheels = ` + wheels + `,
` + attributes + `
)
`
}

// defs are rules as a user's workspace may have them.
const defs = `
def _tree_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        inputs = ctx.files.srcs,
        command = "mkdir -p $1 && out=$1 && shift && for f in $@; do mkdir -p $out/sub && cp -L $f $out/sub/; done",
        arguments = [out.path] + [f.path for f in ctx.files.srcs],
    )
    return [DefaultInfo(files = depset([out]))]

tree = rule(implementation = _tree_impl, attrs = {"srcs": attr.label_list(allow_files = True)})

def empty_tree(name):
    tree(name = name, srcs = [])

def repack(name, src, out):
    native.genrule(name = name, srcs = [src], outs = [out], cmd = "cp $< $@")
`

// failure is one way to stop a build. Its package is first built as `bad`,
// then mended, then spoiled again.
type failure struct {
	name string
	// bad are files of the package that differ from the good ones; a nil value
	// makes a folder of that name.
	bad map[string][]byte
	// words are in the error. analysis says that Bazel stops before it runs
	// any action, and so touches no output.
	words    []string
	analysis bool
}

func failures(t *testing.T) []failure {
	good := wheel.Make(t, torch, "torch")
	text := func(s string) []byte { return []byte(s) }
	spoil := func(change func(data []byte) []byte) map[string][]byte {
		return map[string][]byte{torch: change(append([]byte{}, good...))}
	}
	attributes := func(lines string) map[string][]byte {
		return map[string][]byte{"BUILD.bazel": text(build(`["`+torch+`"]`, lines, ""))}
	}
	listing := func(files map[string][]byte) map[string][]byte {
		names := []string{}
		for name := range files {
			names = append(names, `"`+name+`"`)
		}
		files["BUILD.bazel"] = text(build("["+strings.Join(names, ", ")+"]", "", ""))
		return files
	}
	return []failure{
		{"empty_list", map[string][]byte{"BUILD.bazel": text(build("[]", "", ""))}, []string{"wheels = []", "want at least one"}, true},
		{"empty_filegroup", map[string][]byte{"BUILD.bazel": text(build(`[":none"]`, "", `filegroup(name = "none")`))}, []string{"//empty_filegroup:none", "holds no file"}, true},
		{"no_wheel_at_all", listing(map[string][]byte{"torch.txt": text("text")}), []string{"torch.txt", "'.whl'"}, true},
		{"volatile_key", attributes(`version_suffix = "+{BUILD_TIMESTAMP}",`), []string{"version_suffix", "{BUILD_TIMESTAMP}", "{STABLE_"}, true},
		{"open_brace", attributes(`version_suffix = "+{STABLE_X",`), []string{"version_suffix", "opening brace"}, true},

		{"malformed_name", listing(map[string][]byte{"torch-2.9.1.whl": good}), []string{"malformed_name/torch-2.9.1.whl"}, false},
		{"malformed_version", listing(map[string][]byte{"torch-x.y-cp312-cp312-linux_x86_64.whl": good}), []string{"torch-x.y-cp312", "version", `"x.y"`}, false},
		{"empty_file", spoil(func([]byte) []byte { return nil }), []string{torch, "empty"}, false},
		{"truncated", spoil(func(d []byte) []byte { return d[:len(d)-10] }), []string{torch}, false},
		{"not_zip", spoil(func([]byte) []byte { return text(strings.Repeat("not a zip ", 100)) }), []string{torch, "zip"}, false},
		{"encrypted", spoil(func(d []byte) []byte { return flag(t, d, 1) }), []string{torch, "encrypt"}, false},
		{"prepended", spoil(func(d []byte) []byte { return append(text("#!/bin/sh\n"), d...) }), []string{torch}, false},
		{"appended", spoil(func(d []byte) []byte { return append(d, "tail"...) }), []string{torch}, false},
		{"damaged_member", spoil(func(d []byte) []byte { return rewritten(t, d, true) }), []string{torch, "text", "member_checksum"}, false},
		{"record", spoil(func(d []byte) []byte { return rewritten(t, d, false) }), []string{torch, "text", "RECORD", "hash_mismatch", "size_mismatch"}, false},
		{"record_class", attributes(`allow_record_defects = ["hash"],`), []string{"allow_record_defects", `"hash"`, "hash_mismatch"}, false},
		{"other_wheel", listing(map[string][]byte{triton: good}), []string{triton, "METADATA", "torch"}, false},
		{"other_version", listing(map[string][]byte{"torch-2.9.2-cp312-cp312-linux_x86_64.whl": good}), []string{"2.9.1", "2.9.2"}, false},
		{"other_tags", listing(map[string][]byte{"torch-2.9.1+rocm7.11.0-cp313-cp313-linux_x86_64.whl": good}), []string{"cp313", "WHEEL"}, false},
		{"folder_named_like_a_wheel", map[string][]byte{torch + "/x": text("")}, []string{torch, "director"}, false},
		{"empty_tree", map[string][]byte{"BUILD.bazel": text(build(`[":empty"]`, "", `empty_tree("empty")`))}, []string{"//empty_tree:empty", "no wheel"}, false},
		{"one_path_twice", map[string][]byte{
			"sub/BUILD.bazel": text(`exports_files(["` + torch + `"])`), "sub/" + torch: good,
			"BUILD.bazel": text(build(`["`+torch+`", "//one_path_twice/sub:`+torch+`"]`, "", "")),
		}, []string{torch, "//one_path_twice/sub:" + torch}, false},
		{"two_platforms", listing(map[string][]byte{
			torch: good, "apex-1.0-cp312-cp312-win_amd64.whl": wheel.Make(t, "apex-1.0-cp312-cp312-win_amd64.whl", "apex"),
		}), []string{"linux-x86_64", "windows-amd64", torch, "apex-1.0-cp312-cp312-win_amd64.whl"}, false},

		{"expected_missing", attributes(`expected = ["torch", "triton"],`), []string{"triton", "expected"}, false},
		{"expected_doubled", map[string][]byte{
			"torch-2.9.2-cp312-cp312-linux_x86_64.whl": wheel.Make(t, "torch-2.9.2-cp312-cp312-linux_x86_64.whl", "b"),
			"BUILD.bazel": text(build(`glob(["*.whl"])`, `expected = ["torch"],`, "")),
		}, []string{"torch-2.9.2", torch}, false},
		{"source_missing", attributes(`sources = ["pytorhc"], stamp = 1,`), []string{"STABLE_SOURCE_PYTORHC_COMMIT", "nearest keys: STABLE_SOURCE_PYTORCH_COMMIT"}, false},
		{"key_missing", attributes(`project = "{STABLE_PROJEKT}", stamp = 1,`), []string{"STABLE_PROJEKT", "nearest keys: STABLE_PROJECT"}, false},
		{"source_malformed", attributes(`sources = ["PyTorch"],`), []string{"sources", "PyTorch"}, false},
		{"no_rocm_version", attributes(`rocm_sdk_version = "",`), []string{"rocm_sdk_version", "--rocm-sdk-version"}, false},
		{"no_rocm_arch", attributes(`pytorch_rocm_arch = "",`), []string{"pytorch_rocm_arch", "--pytorch-rocm-arch"}, false},
		{"no_cuda", attributes(`accelerator = "cuda",`), []string{"cuda_version", "cuda_arch"}, false},
		{"unknown_accelerator", attributes(`accelerator = "tpu",`), []string{"accelerator", `"tpu"`, "rocm"}, false},
		{"arch_separator", attributes(`pytorch_rocm_arch = "gfx942|gfx950",`), []string{"pytorch_rocm_arch", "gfx942|gfx950"}, false},
		{"arch_empty_member", attributes(`pytorch_rocm_arch = "gfx942;;gfx950",`), []string{"pytorch_rocm_arch", "empty"}, false},
		{"prefix_up", attributes(`prefix = "../",`), []string{"prefix", ".."}, false},
		{"prefix_absolute", attributes(`prefix = "/srv/",`), []string{"prefix", "/srv"}, false},
		{"prefix_backslash", attributes(`prefix = "a\\b",`), []string{"prefix"}, false},
	}
}

// flag sets bits in the general purpose flags of every header of an archive.
func flag(t *testing.T, data []byte, bits byte) []byte {
	changed := 0
	for i := 0; i+10 < len(data); i++ {
		switch string(data[i : i+4]) {
		case "PK\x03\x04":
			data[i+6] |= bits
			changed++
		case "PK\x01\x02":
			data[i+8] |= bits
			changed++
		}
	}
	require.Positive(t, changed)
	return data
}

// rewritten is an archive whose member "text" is another than RECORD says, or,
// damaged, another than its own headers say.
func rewritten(t *testing.T, data []byte, damaged bool) []byte {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, member := range r.File {
		f, err := member.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(f)
		require.NoError(t, err)
		header := zip.FileHeader{Name: member.Name, CRC32: crc32.ChecksumIEEE(content)}
		if member.Name == "text" {
			content = append(content, '!')
			if !damaged {
				header.CRC32 = crc32.ChecksumIEEE(content)
			}
		}
		header.CompressedSize64, header.UncompressedSize64 = uint64(len(content)), uint64(len(content))
		to, err := w.CreateRaw(&header)
		require.NoError(t, err)
		_, err = to.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestEveryFailureStopsTheBuildAndLeavesNoManifest(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("defs.bzl", defs)
	stamp(w, "0123456789abcdef0123456789abcdef01234567", "", "")
	good := wheel.Make(t, torch, "torch")
	// What an earlier run built is not this one's clean tree.
	require.Zero(t, w.Bazel("clean").Exit)

	for _, f := range failures(t) {
		t.Run(f.name, func(t *testing.T) {
			w := w.For(t)
			target, manifest := "//"+f.name+":m", "bazel-bin/"+f.name+"/m.json"
			mend := func() {
				w.Remove(f.name)
				w.Write(f.name+"/BUILD.bazel", build(`["`+torch+`"]`, "", ""))
				w.Write(f.name+"/"+torch, string(good))
			}
			spoil := func() {
				mend()
				for name := range f.bad {
					w.Remove(f.name + "/" + strings.Split(name, "/")[0])
				}
				for name, data := range f.bad {
					w.Write(f.name+"/"+name, string(data))
				}
			}

			spoil()
			w.Refuse(f.words, target)
			assert.False(t, w.Has(manifest), "a manifest on a clean tree")
			mend()
			w.Build(target)
			require.True(t, w.Has(manifest))
			spoil()
			w.Refuse(f.words, target)
			// Bazel removes the outputs of an action that fails, and none for an
			// error at analysis.
			assert.Equal(t, f.analysis, w.Has(manifest), "the earlier manifest")
		})
	}
}

func TestAllFaultsAreReportedInOneBuild(t *testing.T) {
	w := bazel.New(t, "rule")
	w.Write("defs.bzl", defs)
	w.Write("a/torch-2.9.1.whl", "")
	w.Write("a/"+torch, "not a zip")
	w.Write("a/"+triton, string(wheel.Make(t, torch, "torch")))
	w.Write("a/BUILD.bazel", build(`glob(["*.whl"])`, `
    prefix = "../",
    expected = ["apex"],
    rocm_sdk_version = "",`, ""))
	w.Refuse([]string{"a/torch-2.9.1.whl", "a/" + torch, "a/" + triton, "prefix", "apex", "rocm_sdk_version"}, "//a:m")

	w.Write("b/x.txt", "")
	w.Write("b/BUILD.bazel", build(`["x.txt", ":none"]`, `version_suffix = "{BUILD_HOST}",`, `filegroup(name = "none")`))
	w.Refuse([]string{"x.txt", "//b:none", "{BUILD_HOST}"}, "//b:m")
}
