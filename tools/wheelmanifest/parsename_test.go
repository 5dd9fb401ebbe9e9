package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	torch      = "torch-2.9.0+rocm7.9.0rc1-1a-cp312-cp312-win_amd64.whl"
	torchLine  = `{"filename":"torch-2.9.0+rocm7.9.0rc1-1a-cp312-cp312-win_amd64.whl","ok":true,"name":"torch","distribution":"torch","version":"2.9.0+rocm7.9.0rc1","build":[1,"a"],"python":["cp312"],"abi":["cp312"],"platform":["win_amd64"]}` + "\n"
	beginOfBad = `{"filename":"x.whl","ok":false,"error":"wheel name \"x.whl\": file name: the number of parts is wrong`
)

// parseNameRun runs the verb as the command line does.
func parseNameRun(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	var out, faults bytes.Buffer
	code = run(t.Context(), append([]string{"parse-name"}, args...), strings.NewReader(stdin), &out, &faults)
	return code, out.String(), faults.String()
}

func TestParseName(t *testing.T) {
	long := strings.Repeat("x", 3*maxLine)
	tests := map[string]struct {
		args   []string
		stdin  string
		code   int
		stdout []string // how each line begins
	}{
		"one":                      {args: []string{torch}, stdout: []string{torchLine}},
		"arguments hide stdin":     {args: []string{torch}, stdin: "x.whl\n", stdout: []string{torchLine}},
		"in the order given":       {args: []string{"x.whl", torch, "x.whl"}, code: exitNo, stdout: []string{beginOfBad, torchLine, beginOfBad}},
		"stdin":                    {stdin: torch + "\nx.whl\n", code: exitNo, stdout: []string{torchLine, beginOfBad}},
		"no line feed at the end":  {stdin: "x.whl\n" + torch, code: exitNo, stdout: []string{beginOfBad, torchLine}},
		"an empty line is a name":  {stdin: torch + "\n\n" + torch + "\n", code: exitNo, stdout: []string{torchLine, `{"filename":"","ok":false,`, torchLine}},
		"a carriage return counts": {stdin: torch + "\r\n", code: exitNo, stdout: []string{`{"filename":"torch-2.9.0+rocm7.9.0rc1-1a-cp312-cp312-win_amd64.whl\r","ok":false,`}},
		"no UTF-8":                 {stdin: "x\xff.whl\n", code: exitNo, stdout: []string{`{"filename":"x\ufffd.whl","ok":false,`}},
		"a long line":              {stdin: torch + "\n" + long + "\n" + torch + "\n" + long, code: exitNo, stdout: []string{torchLine, `{"filename":"` + long[:maxLine] + `","ok":false,"error":`, torchLine, `{"filename":"x`}},
		"a dash first":             {args: []string{"--", "-x.whl"}, code: exitNo, stdout: []string{`{"filename":"-x.whl","ok":false,`}},
		"an empty argument":        {args: []string{""}, code: exitNo, stdout: []string{`{"filename":"","ok":false,`}},
		"nothing":                  {code: exitUsage},
		"text":                     {args: []string{"--format=text", torch, "x.whl"}, code: exitNo, stdout: []string{"ok       " + torch + ": project torch, version 2.9.0+rocm7.9.0rc1, build tag 1a,", `refused  wheel name "x.whl": file name: `}},
		"an unknown flag":          {args: []string{"--wrong", torch}, code: exitUsage},
	}
	for about, test := range tests {
		t.Run(about, func(t *testing.T) {
			code, stdout, stderr := parseNameRun(t, test.stdin, test.args...)
			assert.Equal(t, test.code, code)
			lines := strings.SplitAfter(strings.TrimSuffix(stdout, "\n"), "\n")
			if test.stdout == nil {
				assert.Empty(t, stdout)
				assert.NotEmpty(t, stderr)
				return
			}
			assert.Empty(t, stderr)
			require.Len(t, lines, len(test.stdout))
			for i, want := range test.stdout {
				assert.True(t, strings.HasPrefix(lines[i], strings.TrimSuffix(want, "\n")), "line %d: got %.200s", i, lines[i])
			}
		})
	}
}

func TestParseNameOut(t *testing.T) {
	out := filepath.Join(t.TempDir(), "names.json")
	code, stdout, _ := parseNameRun(t, "", "--out", out, torch)
	assert.Zero(t, code)
	assert.Empty(t, stdout)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	assert.Equal(t, torchLine, string(data))

	code, _, stderr := parseNameRun(t, "", "--out", filepath.Join(out, "below", "a", "file"), torch)
	assert.Equal(t, exitEnvironment, code)
	assert.Contains(t, stderr, "--out")
}
