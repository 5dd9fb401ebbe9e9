package secondopinion

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/wheel"

	"github.com/pytorch-manifest/rules_pytorch_manifest/e2e/binary"
)

// schemaRelease is the reader that the table below was seen with.
const schemaRelease = "check-jsonschema==0.39.0"

const upperDigest = "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789"

// removed is the value of a field that is taken away.
type removed struct{}

// broken is one change to a stamped manifest of two wheels.
type broken struct {
	what    string
	pointer string
	value   any
	// code is what `validate` says, at is where: the pointer where it is empty.
	code, at string
}

// expressed are the faults that a schema can say: both refuse them, at one place.
var expressed = []broken{
	{"a field missing", "/component", removed{}, "missing_field", ""},
	{"a field missing, deep", "/artifacts/1/metadata/requires_dist", removed{}, "missing_field", ""},
	{"a field that 1.0 does not have", "/extra", 1, "unknown_field", ""},
	{"a field that 1.0 does not have, deep", "/artifacts/0/labels/extra", nil, "unknown_field", ""},
	{"text for a boolean", "/stamped", "true", "wrong_type", ""},
	{"text for a number", "/artifacts/0/size_bytes", "1", "wrong_type", ""},
	{"an object for a list", "/artifacts", map[string]any{}, "wrong_type", ""},
	{"null for an object", "/artifacts/0/build", nil, "wrong_type", ""},
	{"a negative size", "/artifacts/0/size_bytes", -1, "invalid_value", ""},
	{"a size above 2^53", "/artifacts/0/size_bytes", json.Number("9007199254740993"), "invalid_value", ""},
	{"no wheels", "/artifacts", []any{}, "no_wheels", ""},
	{"a digest in upper case", "/artifacts/0/sha256", upperDigest, "invalid_value", ""},
	{"a digest cut short", "/artifacts/1/metadata/sha256", strings.Repeat("0", 63), "invalid_value", ""},
	{"a digest and a newline", "/artifacts/1/sha256", strings.Repeat("0", 64) + "\n", "invalid_value", ""},
	{"a commit cut short", "/sources/pytorch/commit", "0123456", "invalid_value", ""},
	{"a path above", "/artifacts/0/relative_path", "../torch.whl", "invalid_path", ""},
	{"an absolute path", "/artifacts/0/relative_path", "/torch.whl", "invalid_path", ""},
	{"a path with a drive", "/artifacts/0/relative_path", "C:/torch.whl", "invalid_path", ""},
	{"a path with a backslash", "/artifacts/0/relative_path", `a\torch.whl`, "invalid_path", ""},
	{"a path with a newline", "/artifacts/0/relative_path", "torch.whl\n", "invalid_path", ""},
	{"an empty path", "/artifacts/0/relative_path", "", "invalid_path", ""},
	{"another major version", "/schema_version", "2.0", "unknown_version", ""},
	{"empty text", "/component", "", "invalid_value", ""},
	{"a control character", "/component", "a\u0085b", "invalid_value", ""},
	{"a family for a target", "/pytorch_rocm_arch/0", "gfx94X-dcgpu", "invalid_arch", ""},
	{"a token in a remote", "/sources/pytorch/remote", "https://x:y@github.com/a/b", "invalid_value", ""},
	{"a time with an offset", "/therock/commit_time", "2025-11-24T08:30:00+01:00", "invalid_value", ""},
	{"no such day", "/therock/commit_time", "2025-02-30T08:30:00Z", "invalid_value", ""},
	{"stamped, with no project", "/project", nil, "required_field", ""},
	{"rocm, with no targets", "/pytorch_rocm_arch", nil, "required_field", ""},
	{"unstamped, with a source", "/stamped", false, "unstamped_fact", "/sources"},
}

// beyond are the faults that no schema can say: only validate refuses them.
var beyond = []broken{
	{"a label that is not the file name's", "/artifacts/0/labels/version", "2.9.2", "label_mismatch", "/artifacts/0/labels"},
	{"wheels out of order", "/artifacts/0/relative_path", "z/torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl", "unsorted_artifacts", "/artifacts/1/relative_path"},
	{"one path twice", "/artifacts/1/relative_path", "torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl", "duplicate_path", ""},
	{"RECORD's verdict without a defect", "/artifacts/0/contents/record", "defective", "record_mismatch", ""},
	{"a list that is not sorted", "/artifacts/0/contents/device_code/rocm", []string{"gfx950", "gfx942"}, "unsorted_list", ""},
}

// TestSchemaAgainstCheckJSONSchema: the schema is one, what we write is valid by
// it, and it refuses what validate refuses but for what no schema can say.
func TestSchemaAgainstCheckJSONSchema(t *testing.T) {
	r := newReaders(t)
	t.Logf("%s", r.check("--check-metaschema", r.schema))

	stamped, merged := r.made()
	good := []string{stamped, merged, absolute(t, "e2e/smoke/expected.json")}
	examples, err := filepath.Glob(absolute(t, "docs/examples/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	good = append(good, examples...)

	name := func(list string, i int) string { return filepath.Join(r.dir, list+strconv.Itoa(i)+".json") }
	files := good
	tables := map[string][]broken{"expressed": expressed, "beyond": beyond}
	for list, table := range tables {
		for i, b := range table {
			b.write(t, stamped, name(list, i))
			files = append(files, name(list, i))
		}
	}
	twice := filepath.Join(r.dir, "twice.json")
	require.NoError(t, os.WriteFile(twice, bytes.Replace(text(t, stamped), []byte(`"component":`), []byte(`"component": "x", "component":`), 1), 0o600))
	files = append(files, twice)

	ours, theirs := r.ours(files), r.theirs(files)
	for _, file := range good {
		assert.Empty(t, ours[file], file)
		assert.Empty(t, theirs[file], file)
	}
	for i, b := range expressed {
		file := name("expressed", i)
		assert.True(t, b.in(ours[file]), "%s: validate says %q", b.what, ours[file])
		assert.True(t, at(theirs[file], b.place()), "%s: check-jsonschema says %q, want %s", b.what, theirs[file], b.place())
	}
	for i, b := range beyond {
		file := name("beyond", i)
		assert.True(t, b.in(ours[file]), "%s: validate says %q", b.what, ours[file])
		assert.Empty(t, theirs[file], "%s: the schema can say it after all", b.what)
		t.Logf("only validate refuses %s: %s", b.what, b.code)
	}
	assert.Equal(t, []said{{"duplicate_field", "/component"}}, ours[twice])
	assert.Empty(t, theirs[twice])
	t.Log("only validate refuses a name that stands twice in an object: duplicate_field")
	t.Logf("accepted by both: %d; refused by both: %d; refused by validate alone: %d", len(good), len(expressed), len(beyond)+1)
}

func (b broken) place() string {
	if b.at != "" {
		return b.at
	}
	return b.pointer
}

// in says whether validate found the fault.
func (b broken) in(all []said) bool {
	for _, s := range all {
		if s.what == b.code && s.pointer == b.place() {
			return true
		}
	}
	return false
}

// write makes the broken manifest of a good one.
func (b broken) write(t *testing.T, from, to string) {
	t.Helper()
	var tree any
	require.NoError(t, json.Unmarshal(text(t, from), &tree))
	keys := strings.Split(b.pointer, "/")[1:]
	last := len(keys) - 1
	v := tree
	for _, key := range keys[:last] {
		switch in := v.(type) {
		case map[string]any:
			require.Contains(t, in, key, b.what)
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			require.NoError(t, err)
			require.Less(t, i, len(in), b.what)
			v = in[i]
		}
	}
	switch in := v.(type) {
	case map[string]any:
		in[keys[last]] = b.value
		if b.value == (any)(removed{}) {
			delete(in, keys[last])
		}
	case []any:
		i, err := strconv.Atoi(keys[last])
		require.NoError(t, err)
		in[i] = b.value
	default:
		require.Fail(t, "no such place", b.pointer)
	}
	data, err := json.Marshal(tree)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, data, 0o600))
}

// said is one fault that a reader found.
type said struct{ what, pointer string }

func at(all []said, pointer string) bool {
	for _, s := range all {
		if s.pointer == pointer {
			return true
		}
	}
	return false
}

// readers are the tool and check-jsonschema.
type readers struct {
	t                               *testing.T
	tool, python, site, dir, schema string
}

func newReaders(t *testing.T) *readers {
	r := &readers{t: t, dir: t.TempDir()}
	r.python, r.site = installed(t, schemaRelease)
	r.tool = binary.Of(t, "wheelmanifest")
	r.schema = filepath.Join(r.dir, "schema", "schema.json")
	require.NoError(t, os.Mkdir(filepath.Dir(r.schema), 0o700))
	r.run(0, "schema", "--out="+r.schema)
	return r
}

// run runs the tool, which must exit with a code.
func (r *readers) run(want int, args ...string) []byte {
	r.t.Helper()
	return exits(r.t, want, exec.Command(r.tool, args...))
}

// check runs check-jsonschema, which must be content.
func (r *readers) check(args ...string) []byte {
	r.t.Helper()
	return exits(r.t, 0, r.checker(args...))
}

func (r *readers) checker(args ...string) *exec.Cmd {
	command := exec.Command(r.python, append([]string{"-m", "check_jsonschema"}, args...)...)
	command.Env = append(os.Environ(), "PYTHONPATH="+r.site)
	return command
}

func exits(t *testing.T, want int, command *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	command.Stderr = &stderr
	stdout, err := command.Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	require.Equal(t, want, command.ProcessState.ExitCode(), "%q: %s%s", command.Args, stdout, stderr.String())
	return stdout
}

// made are a stamped manifest and one that is merged of two.
func (r *readers) made() (stamped, merged string) {
	r.t.Helper()
	wheels := filepath.Join(r.dir, "wheels")
	require.NoError(r.t, os.Mkdir(wheels, 0o700))
	for _, name := range []string{"torch-2.9.1+rocm7.14.0-cp312-cp312-linux_x86_64.whl", "triton-3.5.1-cp312-cp312-linux_x86_64.whl"} {
		require.NoError(r.t, os.WriteFile(filepath.Join(wheels, name), wheel.Make(r.t, name, name), 0o600))
	}
	var manifests []string
	for _, arch := range []string{"gfx942", "gfx950"} {
		manifest := filepath.Join(r.dir, arch+".json")
		r.run(0, "generate", "--quiet", "--wheels="+wheels, "--rocm-sdk-version=7.14.0", "--pytorch-rocm-arch="+arch, "--amdgpu-family="+arch+"-dcgpu",
			"--stable-status="+absolute(r.t, "tools/wheelmanifest/testdata/cases/generate_stamped/in/stable-status.txt"), "--out="+manifest)
		manifests = append(manifests, manifest)
	}
	merged = filepath.Join(r.dir, "merged.json")
	r.run(0, "merge", manifests[0], manifests[1], "--quiet", "--prefix={amdgpu_family}/", "--out="+merged)
	return manifests[0], merged
}

// ours are the errors of validate, by file.
func (r *readers) ours(files []string) map[string][]said {
	r.t.Helper()
	var answer struct {
		Findings []struct{ Code, Severity, Artifact, Field string }
	}
	require.NoError(r.t, json.Unmarshal(r.run(1, append([]string{"validate", "--format=json"}, files...)...), &answer))
	found := map[string][]said{}
	for _, f := range answer.Findings {
		if f.Severity == "error" {
			found[f.Artifact] = append(found[f.Artifact], said{f.Code, f.Field})
		}
	}
	return found
}

// Where check-jsonschema names a field only in its message.
var (
	missing = regexp.MustCompile(`^'(.*)' is a required property$`)
	unknown = regexp.MustCompile(`^Additional properties are not allowed \('(.*)' was unexpected\)$`)
	element = regexp.MustCompile(`\[(\d+)\]`)
)

// theirs are the errors of check-jsonschema, by file.
func (r *readers) theirs(files []string) map[string][]said {
	r.t.Helper()
	type Fault struct{ Path, Message string }
	var answer struct {
		Successes []string
		Errors    []struct {
			Fault
			Filename string
			Deep     *Fault `json:"best_deep_match"`
		}
		ParseErrors []any `json:"parse_errors"`
	}
	stdout := exits(r.t, 1, r.checker(append([]string{"--verbose", "--output-format=json", "--schemafile", r.schema}, files...)...))
	require.NoError(r.t, json.Unmarshal(stdout, &answer))
	require.Empty(r.t, answer.ParseErrors)
	found := map[string][]said{}
	for _, e := range answer.Errors {
		if e.Deep != nil {
			e.Fault = *e.Deep // the path is that of a choice, such as null or an object
		}
		pointer := strings.ReplaceAll(element.ReplaceAllString(strings.TrimPrefix(e.Path, "$"), ".$1"), ".", "/")
		for _, of := range []*regexp.Regexp{missing, unknown} {
			if name := of.FindStringSubmatch(e.Message); name != nil {
				pointer += "/" + name[1]
			}
		}
		found[e.Filename] = append(found[e.Filename], said{e.Message, pointer})
	}
	// Each file is in one list or the other: none was passed over.
	require.Len(r.t, files, len(answer.Successes)+len(found))
	return found
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	name, err := filepath.Abs(filepath.Join(root, path))
	require.NoError(t, err)
	return name
}

func text(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}
