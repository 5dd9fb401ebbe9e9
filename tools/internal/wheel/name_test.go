package wheel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parsed is a Name that must be there.
func parsed(t testing.TB, filename string) Name {
	n, err := Parse(filename)
	require.NoError(t, err)
	return n
}

func TestNameKeepsTheSpelling(t *testing.T) {
	n := parsed(t, "Zope.Interface-v6.01.RC1+Ubuntu_07-007aB_c.d-CP312.py3-ABI3-LINUX_x86_64.whl")
	assert.Equal(t, "Zope.Interface", n.Distribution)
	assert.Equal(t, "zope-interface", n.Normalized())
	assert.Equal(t, "v6.01.RC1+Ubuntu_07", n.VersionText)
	assert.Equal(t, "6.1rc1+ubuntu.7", n.Version.String())
	assert.Equal(t, "007aB_c.d", n.Build.Text)
	assert.Equal(t, "7", n.Build.Number.String())
	assert.Equal(t, "aB_c.d", n.Build.Rest)
	assert.Equal(t, TagSet("CP312.py3"), n.Python)
	assert.Equal(t, TagSet("ABI3"), n.ABI)
	assert.Equal(t, TagSet("LINUX_x86_64"), n.Platform)
	assert.Equal(t, "Zope.Interface-6.1rc1+ubuntu.7-7aB_c.d-cp312.py3-abi3-linux_x86_64.whl", n.String())
}

func TestBuildCompare(t *testing.T) {
	// Ascending; a list holds spellings of one build tag, "" is none.
	order := [][]string{{""}, {"0", "00"}, {"0a"}, {"1", "01"}, {"1.2"}, {"1A"}, {"1_0"}, {"1a"}, {"2", "002"}, {"10"}, {"10a"}, {"18446744073709551616"}}
	for i, as := range order {
		for j, bs := range order {
			for _, a := range as {
				for _, b := range bs {
					want := 0
					if i < j {
						want = -1
					} else if i > j {
						want = 1
					}
					assert.Equal(t, want, build(t, a).Compare(build(t, b)), "%q and %q", a, b)
				}
			}
		}
	}
}

func build(t *testing.T, tag string) *Build {
	if tag != "" {
		tag = "-" + tag
	}
	return parsed(t, "foo-1.0"+tag+"-py3-none-any.whl").Build
}

func TestNormalize(t *testing.T) {
	for project, want := range map[string]string{
		"Friendly-Bard": "friendly-bard", "friendly.bard": "friendly-bard", "FRIENDLY__BARD": "friendly-bard", "friendly-._.-bard": "friendly-bard",
		"torch": "torch", "X": "x", "zope.interface": "zope-interface", "a_b.c-d": "a-b-c-d", "": "", "--": "-", "7z": "7z",
	} {
		assert.Equal(t, want, Normalize(project), project)
		assert.Equal(t, want, Normalize(want), "of what is normal")
	}
}

func TestValidProject(t *testing.T) {
	for project, want := range map[string]bool{
		"torch": true, "a": true, "7": true, "A.b_c-d": true, "a--b": true, "a._-b": true,
		"": false, "-": false, "a-": false, "_a": false, ".a": false, "a b": false, "a+b": false, "ä": false, "a\x00": false, "a\n": false, "a/b": false, "\u212a": false,
	} {
		assert.Equal(t, want, ValidProject(project), "%q", project)
	}
}

func TestDistInfo(t *testing.T) {
	n := parsed(t, "ROCm.SDK_core-7.10.0RC1+Local_7-py3-none-any.whl")
	assert.Equal(t, "rocm_sdk_core-7.10.0rc1+local.7.dist-info", n.DistInfo())
	for folder, want := range map[string]bool{
		"rocm_sdk_core-7.10.0rc1+local.7.dist-info":  true,
		"ROCm.SDK_core-7.10.0RC1+Local_7.dist-info":  true,
		"rocm.sdk.core-7.10.rc1+local-7.dist-info":   true, // 7.10 and 7.10.0 are one version
		"rocm_sdk_core-7.10.0rc1.dist-info":          false,
		"rocm_sdk_core-7.10.0+local.7.dist-info":     false,
		"rocm_sdk_core-7.10.0rc1+local.8.dist-info":  false,
		"rocm_sdk-7.10.0rc1+local.7.dist-info":       false,
		"rocm-sdk-core-7.10.0rc1+local.7.dist-info":  false, // a `-` is escaped
		"rocm_sdk_core.dist-info":                    false,
		"rocm_sdk_core-.dist-info":                   false,
		"-7.10.0rc1+local.7.dist-info":               false,
		"rocm_sdk_core-7.10.0rc1+local.7":            false,
		"rocm_sdk_core-7.10.0rc1+local.7.DIST-INFO":  false,
		"rocm_sdk_core-7.10.0rc1+local.7.dist-info/": false,
		"rocm_sdk_core-7.10.0rc1+local.7.data":       false,
		" rocm_sdk_core-7.10.0rc1+local.7.dist-info": false,
		"_rocm_sdk_core-7.10.0rc1+local.7.dist-info": false,
		"": false, ".dist-info": false, "-.dist-info": false,
	} {
		assert.Equal(t, want, n.IsDistInfo(folder), "%q", folder)
	}
	assert.True(t, n.IsProject("rocm-sdk.core"))
	assert.False(t, n.IsProject("rocm sdk core"))
	assert.True(t, n.IsVersion("7.10.0.rc1+local-7"))
	assert.False(t, n.IsVersion("7.10.0.rc1+local-7 "))
}
