package module

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func show(m *Module) string {
	if m == nil {
		return "nothing"
	}
	var parts []string
	for _, s := range []*string{m.Version, m.GitVersion, m.HIP, m.CUDA} {
		if s == nil {
			parts = append(parts, "-")
		} else {
			parts = append(parts, *s)
		}
	}
	return strings.Join(parts, " ")
}

func TestPaths(t *testing.T) {
	assert.Equal(t, []string{"torch/version.py", "torch/__init__.py"}, Paths("torch"))
	assert.Equal(t, "a_b_c/version.py", Paths("A-b.C")[0])
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"torch", "from typing import Optional\n\n__all__ = ['__version__', 'cuda']\n__version__ = '2.9.1+cu128'\ndebug = False\n" +
			"cuda: Optional[str] = '12.8'\ngit_version = '5811a8d7'\nhip: Optional[str] = None\n", "2.9.1+cu128 5811a8d7 - 12.8"},
		{"torchvision", "__version__ = '0.24.1+cu128'\ngit_version = 'd801a346'\nfrom a import f\nif f() > 0:\n    cuda = f()\n", "0.24.1+cu128 d801a346 - -"},
		{"triton", "\"\"\"isort:skip_file\"\"\"\n__version__ = '3.5.1'\n# it's\nfrom .runtime import (\n    autotune,\n)\n", "3.5.1 - - -"},
		{"windows", "__version__ = \"2.9.1\"\r\nhip = '7.1'\r\n", "2.9.1 - 7.1 -"},
		{"old Mac", "__version__ = '1'\rhip = '7'\r", "1 - 7 -"},
		{"byte order mark", "\ufeff__version__ = '1'", "1 - - -"},
		{"comment and semicolon", "__version__='1' # x\nhip = '2'; cuda = '3'", "1 - 2 -"},
		{"several names", "version = __version__ = '1'\n", "1 - - -"},
		{"the last counts", "__version__ = '1'\n__version__ = '2'\n", "2 - - -"},
		{"taken back", "__version__ = '1'\nhip = '7'\n__version__ = None\n", "- - 7 -"},
		{"computed later", "__version__ = '1'\nhip = '7'\n__version__ = f()\n", "- - 7 -"},
		{"inside a string", "s = '''\n__version__ = '9'\n'''\n__version__ = '1'\n", "1 - - -"},
		{"inside a string in the other quotes", "s = \"\"\"\n'''\n__version__ = '9'\n\"\"\"\nhip = '1'\n", "- - 1 -"},
		{"inside brackets", "f(\n__version__ = '9'\n)\nhip = '1'\n", "- - 1 -"},
		{"a bracket in a string", "f = '('\n__version__ = '1'\n", "1 - - -"},
		{"a bracket in a comment", "f = 1 # (\n__version__ = '1'\n", "1 - - -"},
		{"an escaped quote", "f = 'it\\'s ('\n__version__ = '1'\n", "1 - - -"},
		{"continued", "f = 1 + \\\n__version__ = '9'\nhip = '1'", "- - 1 -"},
		{"continued, windows", "f = 1 + \\\r\n__version__ = '9'\r\nhip = '1'", "- - 1 -"},
		{"triple quotes", "__version__ = '''1'''\n", "1 - - -"},
		{"unclosed", "__version__ = '1\nhip = '2'\n", "- - 2 -"},
		{"empty", "__version__ = ''\n", "  - - -"},
		{"compared", "__version__ == '1'\nhip = '1'", "- - 1 -"},
		{"another name", "__version__x = '1'\nx__version__ = '2'\n", "nothing"},
		{"annotated alone", "__version__: str\n", "nothing"},
		{"indented", " __version__ = '1'\n", "nothing"},
		{"bytes", "__version__ = b'1'\n", "nothing"},
		{"formatted", "__version__ = f'{x}'\n", "nothing"},
		{"two literals", "__version__ = '1' '2'\n", "nothing"},
		{"sum", "__version__ = '1' + '2'\n", "nothing"},
		{"escape", "__version__ = '\\x41'\n", "nothing"},
		{"attribute", "a.__version__ = '1'\n", "nothing"},
		{"nothing at all", "", "nothing"},
		{"no text", "\x00\xff'", "nothing"},
	} {
		want := strings.TrimPrefix(c.want, " ")
		assert.Equal(t, want, show(Read([]byte(c.text))), c.name)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"__version__ = '1'\n", "a: b = '''\n'''", "x = (\\\n#'\n", "\r\n\\", "hip=cuda=\"\"\"1\"\"\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := Read(data)
		if m == nil {
			return
		}
		for _, s := range []*string{m.Version, m.GitVersion, m.HIP, m.CUDA} {
			if s != nil {
				require.Contains(t, string(data), *s)
				require.NotContains(t, *s, "\n")
			}
		}
	})
}
