package document

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// allocated is how many bytes f allocates in all, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// repeated is a list of about size bytes.
func repeated(size int, element string) string {
	return strings.TrimSuffix(strings.Repeat(element+",", size/(len(element)+1)), ",")
}

// numbered is members with names of their own, of about size bytes.
func numbered(size int, value string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `"x%d":%s,`, i, value)
	}
	return strings.TrimSuffix(b.String(), ",")
}

// TestCheckTakesLittleMemory gives hostile documents. What is allocated is
// bounded by a multiple of their size: all memory together, so that what is
// held at one time is less.
func TestCheckTakesLittleMemory(t *testing.T) {
	const size = 4 << 20
	good := string(encoded(t, sample()))
	with := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	const newer = `"schema_version": "1.9"`
	for name, test := range map[string]struct {
		text  string
		times uint64 // the size
		want  string
	}{
		"empty artifacts":      {`{"artifacts":[` + repeated(size, `{}`) + `]}`, 1, "too_many_findings "},
		"null artifacts":       {`{"artifacts":[` + repeated(size, `null`) + `]}`, 1, "too_many_findings "},
		"empty files":          {with(`"files": [`, `"files": [`+repeated(size, `{}`)+`,`), 1, "too_many_findings "},
		"empty sources":        {`{"sources":{` + numbered(size, `{}`) + `}}`, 1, "too_many_findings "},
		"sources of no type":   {`{"sources":{` + numbered(size, `1`) + `}}`, 1, "too_many_findings "},
		"unknown fields":       {`{` + numbered(size, `1`) + `}`, 1, "too_many_findings "},
		"newer fields":         {`{"schema_version":"1.9",` + numbered(size, `1`) + `}`, 2, "malformed_document "},
		"newer list":           {with(`"schema_version": "1.0"`, newer+`,"zz":[`+repeated(size, `1`)+`]`), 2, "unknown_field /zz"},
		"unknown list":         {with(`"project"`, `"zz":[`+repeated(size, `1`)+`], "project"`), 1, "unknown_field /zz"},
		"unknown objects":      {with(`"project"`, `"zz":[`+repeated(size, `{}`)+`], "project"`), 16, "unknown_field /zz"},
		"unknown names":        {with(`"project"`, `"zz":{`+numbered(size, `1`)+`}, "project"`), 2, "malformed_document /zz"},
		"names twice":          {`{` + repeated(size, `"a":1`) + `}`, 1, "too_many_findings "},
		"unknown in artifacts": {with(`"schema_version": "1.0"`, newer+`,"zz":[`+repeated(size, `{"a":1,"b":{"c":[]}}`)+`]`), 24, "unknown_field /zz"},
		"empty texts":          {with(`"numpy (>=1)"`, repeated(size, `""`)), 20, "too_many_findings "},
		"texts":                {with(`"numpy (>=1)"`, repeated(size, `"ab"`)), 20, ""},
		"targets":              {with(`"gfx942",`, repeated(size, `"gfx942"`)+","), 10, "invalid_arch /artifacts/0/labels/rocm_arch"},
		"long name":            {`{"sources":{"` + strings.Repeat("x", size) + `":{` + numbered(100_000, `1`) + `}}}`, 1, "malformed_document /sources"},
		"long text":            {with(`"rocm"`, `"`+strings.Repeat("x", size)+`"`), 6, "invalid_value /accelerator"},
		"long number":          {with(`4321`, strings.Repeat("9", size)), 6, "invalid_value /artifacts/0/size_bytes"},
		"deep":                 {strings.Repeat("[", size), 1, "malformed_document " + strings.Repeat("/0", MaxDepth)},
	} {
		t.Run(name, func(t *testing.T) {
			var findings []finding.Finding
			got := allocated(func() { _, findings = Check([]byte(test.text)) })
			t.Logf("%d findings, %.2f times the document's size", len(findings), float64(got)/float64(len(test.text)))
			assert.LessOrEqual(t, got, (2+test.times)*size)
			assert.LessOrEqual(t, len(findings), 2*maxFindings+2)
			if test.want != "" {
				assert.Contains(t, brief(findings), test.want)
			} else {
				assert.Empty(t, findings)
			}
		})
	}
}

// TestFieldsOfNewerVersionAreKeptInEveryArtifact has more of them than are
// listed: that is no error.
func TestFieldsOfNewerVersionAreKeptInEveryArtifact(t *testing.T) {
	text := strings.ReplaceAll(string(encoded(t, many(2*maxFindings))), `"size_bytes"`, `"size": [1], "size_bytes"`)
	text = strings.Replace(text, `"1.0"`, `"1.1"`, 1)
	m, findings := Check([]byte(text))
	require.NotNil(t, m)
	assert.False(t, finding.HasErrors(findings))
	assert.Len(t, findings, maxFindings+1)
	assert.Equal(t, "too_many_findings", findings[maxFindings].Code)
	assert.JSONEq(t, `[1]`, string(m.Artifacts[2*maxFindings-1].Extra["size"]))
}

// TestOtherMajorVersionIsSaidFirst has artifacts of another shape.
func TestOtherMajorVersionIsSaidFirst(t *testing.T) {
	_, findings := Check([]byte(`{"artifacts":[` + repeated(100_000, `{}`) + `],"zz":{"schema_version":"1.0"},"schema_version":"2.0"}`))
	assert.Equal(t, []string{"unknown_version /schema_version"}, brief(findings))
}

// many is a valid document of n wheels.
func many(n int) *Manifest {
	m := sample()
	m.Artifacts = nil
	for i := range n {
		m.Artifacts = append(m.Artifacts, wheelOf("torch", fmt.Sprintf("2.%06d.1", i)))
	}
	return m
}

func TestManyWheelsAreRead(t *testing.T) {
	data := encoded(t, many(10_000))
	m, findings := Check(data)
	require.Empty(t, findings)
	assert.Len(t, m.Artifacts, 10_000)
	assert.Greater(t, len(data), 25<<20)
}
