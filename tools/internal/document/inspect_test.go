package document

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInspect(t *testing.T) {
	e := entryOf(torch)
	a := Inspect(&e, nil)
	assert.Nil(t, a.Build)
	assert.Nil(t, a.Labels.BuildVariant)
	assert.Nil(t, a.Labels.ROCmArch)
	assert.Equal(t, torch, a.RelativePath)
	line, err := a.Encode()
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(line), `{"build":null,"contents":null,"labels":{"abi_tag":"cp312",`), string(line))
	assert.Equal(t, 1, strings.Count(string(line), "\n"))
}
