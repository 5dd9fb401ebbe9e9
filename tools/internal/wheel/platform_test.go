package wheel

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlatform(t *testing.T) {
	for _, line := range lines(t, "platforms.tsv") {
		columns := strings.Split(line, "\t")
		require.GreaterOrEqual(t, len(columns), 2, line)
		platform, known := Platform(columns[0])
		assert.Equal(t, columns[1], platform, columns[0])
		assert.Equal(t, len(columns) == 2, known, columns[0])
	}
}

func TestPlatforms(t *testing.T) {
	for set, want := range map[string][]string{
		"any":          {"any"},
		"linux_x86_64": {"linux-x86_64"},
		"manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64": {"linux-x86_64"},
		"win_amd64.linux_x86_64":                 {"linux-x86_64", "windows-amd64"},
		"macosx_10_12_x86_64.macosx_11_0_arm64":  {"macos-arm64", "macos-x86_64"},
		"any.linux_x86_64":                       {"any", "linux-x86_64"},
		"Plan9_Mips.plan9_mips":                  {"plan9_mips"},
		"macosx_10.9_x86_64":                     {"9_x86_64", "macosx_10"},
		"macosx_10_9_universal2.macosx_11_0_any": {"macos-universal2", "macosx_11_0_any"},
	} {
		assert.Equal(t, want, parsed(t, "foo-1-py3-none-"+set+".whl").Platforms(), set)
	}
}

func TestPython(t *testing.T) {
	for tag, want := range map[string]string{
		"cp312": "3.12", "CP313": "3.13", "cp39": "3.9", "cp30": "3.0", "cp314": "3.14", "pp310": "3.10", "pp311": "3.11", "pp39": "3.9",
		"py3": "", "py2": "", "py312": "", "cp3": "", "cp27": "", "cp2": "", "cp": "", "": "", "cp301": "", "cp3100": "", "cp313t": "", "cp3x": "",
		"pp27": "", "pp3": "", "pp360": "", "pp370": "", "pp373": "", "pp73": "", "ip312": "", "jy27": "", "graalpy311": "", "xcp312": "", "none": "",
	} {
		got, ok := Python(tag)
		assert.Equal(t, want, got, tag)
		assert.Equal(t, want != "", ok, tag)
	}
}

func TestPythons(t *testing.T) {
	for tags, want := range map[string][]string{
		"cp312-cp312":                 {"3.12"},
		"cp313-cp313t":                {"3.13"},
		"cp37-abi3":                   nil,
		"cp314-abi3t":                 nil,
		"cp37-CP37m.ABI3":             nil,
		"py2.py3-none":                nil,
		"py3-none":                    nil,
		"cp312-none":                  {"3.12"},
		"cp312.cp310.pp310.py3-none":  {"3.12", "3.10"},
		"pp311-pypy311_pp73":          {"3.11"},
		"graalpy312-graalpy242_312_n": nil,
	} {
		assert.Equal(t, want, parsed(t, "foo-1-"+tags+"-any.whl").Pythons(), tags)
	}
}
