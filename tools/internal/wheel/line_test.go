package wheel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDescribe(t *testing.T) {
	for filename, want := range map[string]string{
		"Foo_Bar-1.0-018446744073709551616Rc-PY3-none-any.whl": `{"filename":"Foo_Bar-1.0-018446744073709551616Rc-PY3-none-any.whl","ok":true,"name":"foo-bar",` +
			`"distribution":"Foo_Bar","version":"1.0","build":[18446744073709551616,"Rc"],"python":["py3"],"abi":["none"],"platform":["any"]}`,
		"foo-1-py3-none-any.whl": `{"filename":"foo-1-py3-none-any.whl","ok":true,"name":"foo","distribution":"foo","version":"1","build":null,` +
			`"python":["py3"],"abi":["none"],"platform":["any"]}`,
		"<&>.whl": `{"filename":"<&>.whl","ok":false,"error":"wheel name \"<&>.whl\": file name: the number of parts is wrong: got \"1 parts\", ` +
			`want {distribution}-{version}(-{build tag})?-{python tag}-{abi tag}-{platform tag}.whl, five parts or six"}`,
		"\xff.wh": `{"filename":"\ufffd.wh","ok":false,"error":"wheel name \"\\xff.wh\": ` +
			`file name: byte that is not UTF-8 at byte 0: got \"\\xff\", want no byte that is not UTF-8; ` +
			`file name: the name does not end in .whl: got \".wh\", want .whl"}`,
	} {
		line, err := Describe(filename).JSON()
		require.NoError(t, err)
		assert.Equal(t, want, string(line))
	}
}
