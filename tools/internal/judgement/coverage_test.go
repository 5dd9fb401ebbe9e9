package judgement

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// pypi is the real CUDA build of torch 2.9.1, with the code that is in it.
func pypi(archs string) *document.Manifest {
	const full = "sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"
	torch := wheelNamed("torch-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl", built(commitA), says("2.9.1+cu128", commitA),
		asks("filelock", "setuptools; python_version >= \"3.12\"", `triton==3.5.1; platform_system == "Linux" and platform_machine == "x86_64"`, `optree>=0.13.0; extra == "optree"`),
		holdsCode("torch/lib/libtorch_cuda.so", "sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_90a sm_100 sm_100a sm_120 sm_120a"),
		holdsCode("torch/lib/libtorch_cuda_linalg.so", "sm_50 sm_60 sm_70 sm_80 sm_86 sm_90 sm_100 sm_120"),
		holdsCode("torch/lib/libtorch_nvshmem.so", "sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_100 sm_120 compute_90"))
	vision := wheelNamed("torchvision-0.24.1-cp312-cp312-manylinux_2_28_x86_64.whl", says("0.24.1+cu128", "d801a34632023859a0a274803d6abaf0a45d77a5"),
		asks("numpy", "torch (==2.9.1)", "pillow (!=8.3.*,>=5.3.0)", "gdown (>=4.7.3) ; extra == 'gdown'"),
		holdsCode("torchvision/_C.so", full),
		holdsCode("torchvision.libs/libnvjpeg.8dd2b5e6.so.12", "sm_50 sm_52 sm_60 sm_61 sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_100 sm_101 sm_120 compute_120"))
	audio := wheelNamed("torchaudio-2.9.1-cp312-cp312-manylinux_2_28_x86_64.whl", asks("torch==2.9.1"),
		holdsCode("torchaudio/lib/libctc_prefix_decoder.so", full), holdsCode("torchaudio/lib/libtorchaudio.so", full))
	triton := wheelNamed("triton-3.5.1-cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", says("3.5.1", ""))
	return cuda(archs, torch, audio, vision, triton)
}

func TestPyPIRaisesNoFalseAlarm(t *testing.T) {
	// What the maintainers ask for; kernels for older devices come with
	// libraries that they take in.
	expect(t, pypi("sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120 compute_90"),
		"warning code_not_declared torch: torch/lib/libtorch_cuda_linalg.so: sm_50 sm_60 | nothing but sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120 compute_90",
		"warning code_not_declared torchvision: torchvision.libs/libnvjpeg.8dd2b5e6.so.12: sm_50 sm_52 sm_60 sm_61 | nothing but sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120 compute_90")
	// Everything that is in libtorch_cuda.so, labels that one library lacks too.
	expect(t, cudaOnly(pypi("sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_89 sm_90 sm_90a sm_100 sm_100a sm_120 sm_120a compute_90"), 0))
	// PTX of an older target stands in for a newer one.
	expect(t, cudaOnly(pypi("sm_50 sm_60 sm_70 sm_80 sm_90 sm_100 sm_120 compute_120"), 0))
	m := pypi("sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_110 sm_120")
	m.Artifacts[0].Contents.DeviceCode.PTX, m.Artifacts[0].Contents.DeviceCode.Files[2].PTX = nil, nil
	findings := Judge(m, nil)
	assert.Contains(t, brief(findings), "error device_not_served torchaudio: sm_70 sm_75 sm_80 sm_86 sm_90 sm_100 sm_120 | code for sm_110")
}

// cudaOnly keeps one wheel of a set.
func cudaOnly(m *document.Manifest, i int) *document.Manifest {
	m.Artifacts = m.Artifacts[i : i+1]
	return m
}

func TestDeviceNotServed(t *testing.T) {
	expect(t, set("gfx942 gfx1100", linux("torch", "2.9.1", holdsCode("torch/lib/libtorch_hip.so", "gfx942"))),
		"error device_not_served torch: gfx942 | code for gfx1100")
	// Several files of one wheel serve together.
	expect(t, set("gfx942 gfx1100 gfx1151",
		linux("torch", "2.9.1", holdsCode("torch/lib/a_gfx942.co", "gfx942:xnack-"), holdsCode("torch/lib/b_gfx11.co", "gfx11-generic"))))
	// A wheel without code is no component: today's torchaudio, triton, apex.
	expect(t, set("gfx942", linux("torch", "2.9.1", holdsCode("torch/lib/libtorch_hip.so", "gfx942")), linux("torchaudio", "2.9.1"), linux("triton", "3.5.1"), linux("apex", "1.9.0")))
	// One that holds code is, by itself.
	expect(t, set("gfx942 gfx950", linux("torch", "2.9.1", holdsCode("torch/lib/libtorch_hip.so", "gfx942 gfx950")), linux("apex", "1.9.0", holdsCode("apex/a.so", "gfx942"))),
		"error device_not_served apex: gfx942 | code for gfx950")
	// A wheel named for a family answers for the members of it that are declared.
	expect(t, set("gfx942 gfx1100 gfx1101",
		linux("rocm_sdk_libraries_gfx94X_dcgpu", "7.11.0", holdsCode("x/a.so", "gfx942")),
		linux("rocm_sdk_libraries_gfx110X_all", "7.11.0", holdsCode("x/a.so", "gfx1100"))),
		"error device_not_served rocm_sdk_libraries_gfx110X_all: gfx1100 | code for gfx1101")
	// Root-Is-Purelib is true of the real jax_rocm7_pjrt.
	pure := set("gfx906 gfx1151", wheelNamed("jax_rocm7_pjrt-0.9.2-py3-none-manylinux_2_28_x86_64.whl", holdsCode("x.so", "gfx11-generic")))
	pure.Artifacts[0].Labels.ROCmArch = document.List{}
	expect(t, pure, "error device_not_served jax_rocm7_pjrt: gfx11-generic | code for gfx906")
	// NVIDIA's code in a ROCm build answers for no AMD device.
	expect(t, set("gfx942", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx942")), linux("triton", "3.5.1", holdsCode("triton/libcupti.so", "sm_90"))),
		"warning code_not_declared triton: triton/libcupti.so: sm_90 | nothing but none")
}

func TestNothingIsJudgedByWhatIsUnknown(t *testing.T) {
	expect(t, set("gfx942", linux("torch", "2.9.1", unread)))
	m := set("gfx942", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx950")))
	m.Accelerator, m.PyTorchROCmArch, m.Artifacts[0].Labels.ROCmArch = nil, nil, nil
	expect(t, m)
	m.Accelerator = ref("rocm")
	expect(t, m)
	expect(t, set("gfx942 gfx950", linux("torch", "2.9.1", asks(`amd-torch-device-gfx942==2.9.1; extra == "device-gfx942"`)), linux("amd_torch_device_gfx942", "2.9.1", unread)))
}

func TestAccelerator(t *testing.T) {
	m := set("gfx942", linux("torch", "2.9.1"))
	expect(t, m, "warning no_device_code : no device code in any wheel | gfx942")
	m.Accelerator, m.PyTorchROCmArch, m.Artifacts[0].Labels.ROCmArch = ref("cpu"), nil, nil
	expect(t, m)
	m.Artifacts[0] = linux("torch", "2.9.1", holdsCode("torch/a.so", "sm_90"))
	expect(t, m, "warning code_not_declared torch: torch/a.so: sm_90 | nothing but none")
	m = cuda("sm_90 compute_90", linux("torch", "2.9.1", holdsCode("torch/a.so", "sm_90")))
	expect(t, m, "error device_not_served : sm_90 | compute_90")
}

func TestCodeNotDeclared(t *testing.T) {
	expect(t, set("gfx942", linux("torch", "2.9.1", holdsCode("torch/b.so", "gfx942 gfx1151"), holdsCode("torch/a.so", "gfx942 gfx1151"))),
		"warning code_not_declared torch: torch/a.so: gfx1151 | nothing but gfx942")
	expect(t, set("gfx942", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx942:sramecc+:xnack- gfx9-4-generic"))))
	expect(t, set("gfx11-generic", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx11-generic gfx1100"))))
	expect(t, cuda("sm_86", linux("torch", "2.9.1", holdsCode("torch/a.so", "sm_86 sm_89"))))
}

func TestFileServesFewer(t *testing.T) {
	const all = "gfx908 gfx90a gfx942"
	options := []option{holdsCode("torch/lib/liblone.so", "gfx908"), holdsCode("torch/lib/Kernels.so-000-gfx90a.hsaco", "gfx90a"), holdsCode("torch/gfx908/x.bin", "gfx908")}
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
		options = append(options, holdsCode("torch/lib/lib"+name+".so", all))
	}
	expect(t, set(all, linux("torch", "2.9.1", options...)),
		"warning file_serves_fewer torch: torch/lib/liblone.so: gfx908 | code for gfx90a gfx942")
	expect(t, set("gfx942 gfx950", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx942 gfx950"), holdsCode("torch/b.so", "gfx950"))),
		"warning file_serves_fewer torch: torch/b.so: gfx950 | code for gfx942")
	// Most of the others must serve what one does not.
	expect(t, set("gfx942 gfx950", linux("torch", "2.9.1", holdsCode("torch/a.so", "gfx942 gfx950"), holdsCode("torch/b.so", "gfx950"), holdsCode("torch/c.so", "gfx950"))))
	// A row of files with a target each.
	expect(t, cuda("sm_80 sm_90", linux("torch", "2.9.1", holdsCode("x/_C_sm80.so", "sm_80"), holdsCode("x/_C_sm90.so", "sm_90a"))))
}

func TestImagesAreNotAllKernels(t *testing.T) {
	expect(t, set("gfx942 gfx1100",
		linux("torch", "2.9.1", holdsCode("torch/lib/libtorch_hip.so", "gfx942"), holdsCode("torch/lib/aotriton.images/amd-gfx11xx/flash/a.aks2", "gfx1100"))),
		"warning device_images_only torch: gfx942, but for images | code for gfx1100")
}
