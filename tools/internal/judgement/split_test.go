package judgement

import (
	"testing"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

const v = "2.13.0+rocm10.0.0"

// host is torch as the splitter writes it, for two targets and a family.
func host(options ...option) document.Artifact {
	return linux("torch", v, append([]option{
		marker("torch/lib/libtorch_hip.so", "../.kpack/torch_@GFXARCH@.kpack"),
		asks("filelock", "rocm-bootstrap",
			`amd-torch-device-gfx90a == 2.13.0+rocm10.0.0; extra == "device-gfx90a"`,
			`amd-torch-device-gfx1151 == 2.13.0+rocm10.0.0; extra == "device-gfx1151"`,
			`amd-torch-device-gfx115x == 2.13.0+rocm10.0.0; extra == "device-gfx1151"`,
			`amd-torch-device-gfx90a == 2.13.0+rocm10.0.0; extra == "device-all"`),
	}, options...)...)
}

func gfx90a() document.Artifact {
	return linux("amd_torch_device_gfx90a", v, asks("torch == 2.13.0+rocm10.0.0", "rocm-sdk-device-gfx90a == 10.0.0"),
		holdsCode("torch/.kpack/torch_gfx90a.kpack", "gfx90a"), holdsCode("torch/.kpack/torch_gfx90a:xnack+.kpack", "gfx90a:xnack+"),
		holdsCode("torch/lib/aotriton.images/amd-gfx90a/flash/a.aks2", "gfx90a"))
}

func gfx1151() document.Artifact {
	return linux("amd_torch_device_gfx1151", v, asks("torch == 2.13.0+rocm10.0.0"), holdsCode("torch/.kpack/torch_gfx1151.kpack", "gfx1151"))
}

func gfx115x() document.Artifact {
	return linux("amd_torch_device_gfx115x", v, asks("torch == 2.13.0+rocm10.0.0"),
		holdsCode("torch/lib/aotriton.images/amd-gfx115x/flash/a.aks2", "gfx1150 gfx1151"))
}

func TestSplitBuild(t *testing.T) {
	audio := linux("torchaudio", "2.11.0+rocm10.0.0", asks("torch"))
	expect(t, set("gfx90a gfx1151", host(), gfx90a(), gfx1151(), gfx115x(), audio))

	expect(t, set("gfx90a gfx1151", host(), gfx90a(), gfx1151(), audio),
		`error device_wheel_missing torch: no wheel of it in the set | amd-torch-device-gfx115x == 2.13.0+rocm10.0.0; extra == "device-gfx1151"`)
	expect(t, set("gfx90a gfx1151", host(), gfx90a(), gfx115x(), audio),
		"warning device_images_only torch: gfx90a gfx90a:xnack+, but for images | code for gfx1151",
		`error device_wheel_missing torch: no wheel of it in the set | amd-torch-device-gfx1151 == 2.13.0+rocm10.0.0; extra == "device-gfx1151"`)
	// A target that the splitter never saw.
	expect(t, set("gfx90a gfx1151 gfx1201", host(), gfx90a(), gfx1151(), gfx115x()),
		"error device_not_served torch: gfx90a gfx90a:xnack+ gfx1150 gfx1151 | code for gfx1201")
	expect(t, set("gfx90a", linux("torch", v, marker("torch/lib/libtorch_hip.so", "../.kpack/torch_@GFXARCH@.kpack"))),
		"error device_not_served torch: none | code for gfx90a",
		"error kpack_unresolved torch: torch/lib/libtorch_hip.so: no archive for lib/libtorch_hip.so | ../.kpack/torch_@GFXARCH@.kpack")
	// A device wheel may ask for that of its family too.
	asking := gfx1151()
	asks("amd-torch-device-gfx115x == 2.13.0+rocm10.0.0")(&asking)
	expect(t, set("gfx1151", asking),
		"error device_wheel_missing amd_torch_device_gfx1151: no wheel of it in the set | amd-torch-device-gfx115x == 2.13.0+rocm10.0.0")
	// Device wheels of another version, told once however many extras ask.
	old := gfx90a()
	old.Labels.Version = "2.12.0+rocm10.0.0"
	expect(t, set("gfx90a gfx1151", host(), old, gfx1151(), gfx115x()),
		"error requirement_not_satisfied torch: amd-torch-device-gfx90a 2.12.0+rocm10.0.0 (amd_torch_device_gfx90a-2.13.0+rocm10.0.0-cp312-cp312-linux_x86_64.whl) | "+
			`amd-torch-device-gfx90a == 2.13.0+rocm10.0.0; extra == "device-gfx90a"`)
	// A device wheel without its host answers for itself.
	expect(t, set("gfx90a gfx1151", gfx90a()))
}

func TestEachPythonIsASetOfItsOwn(t *testing.T) {
	other := func(a document.Artifact, python, abi string) document.Artifact {
		b := wheelNamed(a.Labels.Distribution + "-" + v + "-" + python + "-" + abi + "-linux_x86_64.whl")
		b.Metadata, b.Contents = a.Metadata, a.Contents
		return b
	}
	var all []document.Artifact
	for _, tags := range [][2]string{{"cp312", "cp312"}, {"cp313", "cp313"}, {"cp313", "cp313t"}} {
		for _, a := range []document.Artifact{host(), gfx90a(), gfx1151(), gfx115x()} {
			all = append(all, other(a, tags[0], tags[1]))
		}
	}
	expect(t, set("gfx90a gfx1151", all...))
	// Without the free-threaded gfx90a wheel.
	expect(t, set("gfx90a gfx1151", append(all[:9:9], all[10:]...)...),
		"error device_not_served torch: gfx1150 gfx1151 | code for gfx90a",
		`error device_wheel_missing torch: wheels of it for other Pythons or platforms only | amd-torch-device-gfx90a == 2.13.0+rocm10.0.0; extra == "device-gfx90a"`)
}

func TestCodeOfAnotherTarget(t *testing.T) {
	wrong := gfx1151()
	holdsCode("torch/lib/a.kpack", "gfx1150")(&wrong)
	expect(t, set("gfx90a gfx1150 gfx1151", host(), gfx90a(), wrong, gfx115x()),
		"error code_of_another_target amd_torch_device_gfx1151: torch/lib/a.kpack: gfx1150 | code for gfx1151")
	expect(t, set("gfx942", linux("rocm_sdk_libraries_gfx94X_dcgpu", "7.11.0", holdsCode("a.so", "gfx942 gfx950"))),
		"warning code_not_declared rocm_sdk_libraries_gfx94X_dcgpu: a.so: gfx950 | nothing but gfx942",
		"error code_of_another_target rocm_sdk_libraries_gfx94X_dcgpu: a.so: gfx950 | code for gfx94x-dcgpu")
	// Portable code that runs there is no other target's.
	expect(t, set("gfx1151", linux("amd_torch_device_gfx1151", v, holdsCode("a.kpack", "gfx11-generic amdgcnspirv"))))
}

func TestKpackUnresolved(t *testing.T) {
	device := func(path string) document.Artifact {
		return linux("amd_torch_device_gfx942", v, holdsCode(path, "gfx942"))
	}
	for search, found := range map[string]bool{
		"../.kpack/torch_@GFXARCH@.kpack":       true,
		"../.kpack/torch_gfx942.kpack":          true,
		"../.kpack/vision_@GFXARCH@.kpack":      false,
		"../kpack/torch_@GFXARCH@.kpack":        false,
		"/torch/.kpack/torch_@GFXARCH@.kpack":   false,
		"../../../.kpack/torch_@GFXARCH@.kpack": false,
		"@GFXARCH@":                             false,
	} {
		m := set("gfx942", linux("torch", v, marker("torch/lib/a.so", "nowhere.kpack", search)), device("torch/.kpack/torch_gfx942.kpack"))
		if found {
			expect(t, m)
			continue
		}
		expect(t, m, "error kpack_unresolved torch: torch/lib/a.so: no archive for lib/a.so | nowhere.kpack or "+search)
	}
	expect(t, set("gfx942", linux("torch", v, marker("torch/lib/a.so", "../.kpack/t_@GFXARCH@.kpack")), device("torch/.kpack/t_gfx9-4-generic.kpack")))
	expect(t, set("gfx942", linux("torch", v, marker("torch/lib/a.so", "../.kpack/t_@GFXARCH@.kpack")), device("torch/.kpack/t_gfx942:sramecc+:xnack-.kpack")))
}

func TestOddities(t *testing.T) {
	odd := linux("torch", "2.9.1", holdsCode("torch/b.so", "gfx942"), holdsCode("torch/a.so", "gfx942"), func(a *document.Artifact) {
		files := a.Contents.DeviceCode.Files
		files[0].Outside, files[1].Outside, files[1].Unknown = 1, 1, []string{"nvidia fat binary entry kind 8"}
		a.Contents.Record = "defective"
		a.Contents.Defects = []document.Defect{
			{Path: "z", Class: "hash_mismatch", Got: ref("1"), Want: ref("2")}, {Path: "y", Class: "hash_mismatch", Got: ref("3"), Want: ref("4")},
			{Path: "torch/a.so", Class: "device_target_mismatch", Got: ref("gfx90a"), Want: ref("gfx942")},
		}
	})
	findings := expect(t, set("gfx942", odd),
		"warning code_kind_unknown torch: torch/a.so: nvidia fat binary entry kind 8 | ",
		"warning code_outside_section torch: torch/a.so: 1 of 1 objects outside | ",
		"error device_code_defective torch: torch/a.so: gfx90a | gfx942",
		"warning record_defective torch: y: 3 | 4")
	if got, want := findings[3].Message, "RECORD is not right about a member: hash_mismatch, here and 1 times more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
