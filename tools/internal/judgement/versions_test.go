package judgement

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

func TestPins(t *testing.T) {
	torch := func(version string) document.Artifact { return linux("torch", version) }
	for pin, versions := range map[string][2]string{
		"torch==2.9.1":                 {"2.9.1+rocm7.11.0", "2.9.0+rocm7.11.0"},
		"torch (==2.9.1)":              {"2.9.1", "2.9.2"},
		"Torch == 2.9.1+rocm7.11.0":    {"2.9.1+rocm7.11.0", "2.9.1+rocm7.12.0"},
		"torch>=2.9,<3":                {"2.9", "3.0"},
		"torch!=2.9.*":                 {"2.10", "2.9.1"},
		"torch[opt]~=2.9 ; extra=='x'": {"2.11", "3"},
		`torch==2.9.1; platform_system == "Linux" and platform_machine == "x86_64"`: {"2.9.1", "2.9.0"},
		"torch==2.9.1; python_version < '3.13'":                                     {"2.9.1", "2.9.0"},
	} {
		asking := linux("torchvision", "0.24.1", asks("numpy", pin))
		m := set("gfx942", torch(versions[0]), asking)
		m.Accelerator = ref("cpu")
		expect(t, m)
		m.Artifacts[0] = torch(versions[1])
		expect(t, m, "error requirement_not_satisfied torchvision: torch "+versions[1]+" (torch-"+versions[1]+"-cp312-cp312-linux_x86_64.whl) | "+pin)
	}
	for _, quiet := range []string{
		"torch", "numpy==1", "torch @ https://example.org/torch.whl", "torchvision==9",
		`torch==1; platform_system == "Windows"`, `torch==1; sys_platform != 'linux'`, "torch==1; python_version < '3.10' and extra == 'x'",
		`torch==1; extra == "x" and platform_machine == "aarch64"`,
	} {
		m := set("gfx942", torch("2.9.1"), linux("torchvision", "0.24.1", asks(quiet)))
		m.Accelerator = ref("cpu")
		expect(t, m)
	}
}

func TestPinsByPython(t *testing.T) {
	wheel := func(distribution, version, python string, options ...option) document.Artifact {
		return wheelNamed(distribution+"-"+version+"-"+python+"-"+python+"-linux_x86_64.whl", options...)
	}
	m := set("gfx942",
		wheel("torch", "2.9.1", "cp312"), wheel("torch", "2.10.0", "cp313"),
		wheel("torchvision", "0.24.1", "cp312", asks("torch==2.9.1")), wheel("torchvision", "0.24.1", "cp313", asks("torch==2.9.1")),
		wheel("torchaudio", "2.9.1", "cp314", asks("torch==2.9.1")), wheelNamed("pure-1-py3-none-any.whl", asks("torch==2.9.1", "torch==2.9.2")))
	m.Accelerator = ref("cpu")
	expect(t, m,
		"error requirement_not_satisfied pure: torch 2.10.0 (torch-2.10.0-cp313-cp313-linux_x86_64.whl) | torch==2.9.2",
		"error requirement_not_satisfied torchvision: torch 2.10.0 (torch-2.10.0-cp313-cp313-linux_x86_64.whl) | torch==2.9.1")
	findings := Judge(m, nil)
	assert.Equal(t, "torchvision-0.24.1-cp313-cp313-linux_x86_64.whl", findings[1].Artifact)
}

func TestMalformedRequirement(t *testing.T) {
	m := set("gfx942", linux("torch", "2.9.1", asks("pytz (>dev)")))
	m.Accelerator = ref("cpu")
	expect(t, m, "warning requirement_malformed torch:  | ")
}

func TestGitVersion(t *testing.T) {
	judged := func(git string, options ...option) *document.Manifest {
		m := set("gfx942", linux("torch", "2.9.1", append([]option{built(commitA), says("2.9.1", git)}, options...)...))
		m.Accelerator = ref("cpu")
		return m
	}
	for _, git := range []string{commitA, upstream, commitA[:10], "0123456789ABCDEF0123456789ABCDEF01234567"} {
		expect(t, judged(git))
	}
	const other = "5811a8d7da873dd699ff6687092c225caffcf1bb"
	expect(t, judged(other), "error git_version_differs torch: torch/version.py: "+other+" | "+commitA+" or "+upstream)
	expect(t, judged("Unknown"), "warning git_version_unknown torch: torch/version.py: Unknown | "+commitA+" or "+upstream)
	reused := func(a *document.Artifact) { a.Build.Status, a.Build.Commit = "reused", ref(other[:39]+"0") }
	expect(t, judged(other, reused))
	m := judged(other)
	m.Artifacts[0].Build.Commit = nil
	expect(t, m)
}

func TestModuleVersion(t *testing.T) {
	for said, ok := range map[string]bool{
		"2.9.1+rocm7.11.0": true, "2.9.1": true, "2.9.1.0+ROCM7-11-0": true, "not one": true,
		"2.9.0+rocm7.11.0": false, "2.9.1+rocm7.12.0": false,
	} {
		m := set("gfx942", linux("torch", "2.9.1+rocm7.11.0", says(said, "")))
		m.Accelerator = ref("cpu")
		if ok {
			expect(t, m)
			continue
		}
		expect(t, m, "warning module_version_differs torch: torch/version.py: "+said+" | 2.9.1+rocm7.11.0")
	}
}

func TestROCmVersion(t *testing.T) {
	for _, c := range []struct {
		sdk, version, pin string
		ok                bool
	}{
		{"7.11.0a20251124", "2.9.1+rocm7.11.0a20251124", "rocm[libraries]==7.11.0a20251124", true},
		{"==7.11.0.alpha20251124", "2.9.1+rocm7.11.0a20251124", "rocm[libraries] == 7.11.0a20251124", true},
		{"7.1", "2.9.1+rocm7.1.0", "rocm==7.1.0", true},
		{"7.11.0", "2.9.1", "rocm-bootstrap", true},
		{"7.11.0", "2.9.1+cpu", "numpy", true},
		{"10.0.0", "3.8.0+git4cff872c.rocm10.0.0", "triton", true},
		{"7.2.0", "1.10.0+rocm7.2.0.gitef17b699", "", true},
		{"7.13.0.dev0+6039b7c0aa", "2.10.0+devrocm7.13.0.dev0.6039b7c0aa", "rocm-sdk-device-gfx942 == 7.13.0.dev0+6039b7c0aa", true},
		{"7.13.0.dev0-6039b7c0", "2.10.0+devrocm7.13.0.dev0.6039b7c0aa", "rocm-sdk-core==7.13.0.dev0", true},
		{"10.1.0a20260811+bkc.20260814", "2.10.0+rocm10.1.0a20260811.bkc.20260814", "", true},
		{"7.11.0", "2.9.1+rocm7.11.0", "rocm[libraries]==7.10.0; platform_system == 'Windows'", true},
		{"7.11.0", "2.9.1+rocm7.11.0", "rocm[libraries]==7.10.0", false},
		{"7.11.0", "2.9.1+rocm7.11.0", "rocm-sdk-device-gfx942==7.10.0", false},
		{"7.11.0a20251124", "2.9.1+rocm7.11.0a20251125", "", false},
		{"7.1", "2.9.1+rocm7.11", "", false},
		{"7.13.0.dev0+6039b7c0aa", "2.10.0+devrocm7.13.0.dev0.efed3c1122", "", false},
	} {
		m := set("gfx942", linux("torch", c.version, asks(c.pin)))
		if c.pin == "" {
			m.Artifacts[0].Metadata.RequiresDist = nil
		}
		m.Accelerator, m.ROCmSDKVersion = ref("cpu"), ref(c.sdk)
		findings := Judge(m, nil)
		if c.ok {
			assert.Empty(t, findings, "%v", c)
			continue
		}
		if assert.Len(t, findings, 1, "%v", c) {
			assert.Equal(t, ROCmVersionDiffers, findings[0].Code)
		}
	}
	m := set("gfx942", linux("torch", "2.9.1"))
	m.Accelerator, m.ROCmSDKVersion, m.VersionSuffix = ref("cpu"), ref("latest"), ref("+")
	expect(t, m, "warning declared_version_malformed : latest | a version of PEP 440, such as 7.11.0a20251124",
		"warning declared_version_malformed : + | a local version of PEP 440, such as +rocm7.11.0a20251124")
}

func TestVersionSuffix(t *testing.T) {
	for _, c := range []struct{ suffix, version, said, want string }{
		{"+rocm7.11.0a20251124", "2.9.1+rocm7.11.0a20251124", "", ""},
		{"+devrocm7.10.0.dev0-efed3c", "2.9.1+devrocm7.10.0.dev0.efed3c", "", ""},
		{"rocm7.11.0", "2.9.1+ROCM7.11.0", "", ""},
		{"+rocm10.0.0", "3.8.0+git4cff872c.rocm10.0.0", "", ""},
		{"+rocm7.2.0", "1.10.0+rocm7.2.0.gitef17b699", "", ""},
		{"+cu128", "2.9.1", "2.9.1+cu128", ""},
		{".post1", "2.9.1", "", ""},
		{"+cu128", "2.9.1", "", SuffixMissing},
		{"+cu128", "2.9.1", "2.9.1+cu126", SuffixDiffers},
		{"+rocm7.11.0a20251124", "2.9.1+rocm7.11.0a20251125", "", SuffixDiffers},
		{"+rocm7.1", "2.9.1+rocm7.1.1", "", SuffixDiffers},
		{"+rocm7.1.1", "2.9.1+rocm7.1", "", SuffixDiffers},
	} {
		w := linux("torch", c.version)
		if c.said != "" {
			says(c.said, "")(&w)
		}
		m := set("gfx942", w)
		m.Accelerator, m.VersionSuffix = ref("cpu"), ref(c.suffix)
		findings := Judge(m, nil)
		if c.want == "" {
			assert.Empty(t, findings, "%v", c)
			continue
		}
		if assert.Len(t, findings, 1, "%v", c) {
			assert.Equal(t, c.want, findings[0].Code)
		}
	}
}
