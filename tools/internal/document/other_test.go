package document

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClaims(t *testing.T) {
	for text, want := range map[string]bool{
		string(encoded(t, sample())): true, `{"schema_version": "9.9"}`: true, `{"a": {}, "schema_version": "x"}`: true,
		`{"schema_version": 1}`: false, `{"schema_version": ""}`: false, `{"a": {"schema_version": "1.0"}}`: false, `{}`: false,
		`[]`: false, `"schema_version"`: false, ``: false, `{"schema_version": "1.0"`: false, "\xff": false,
	} {
		assert.Equal(t, want, Claims([]byte(text)), text)
	}
}

func TestDecodeOther(t *testing.T) {
	type entry struct {
		Repo   string  `json:"repo"`
		Branch *string `json:"branch" document:"optional"`
	}
	type shape struct {
		Version *int64           `json:"version" document:"optional"`
		Rest    map[string]entry `json:"-" document:"rest"`
	}
	var got shape
	assert.Empty(t, DecodeOther([]byte(`{"a": {"repo": "x"}, "version": 1, "b": {"repo": "y", "branch": "main"}}`), &got))
	assert.Equal(t, shape{ref(int64(1)), map[string]entry{"a": {Repo: "x"}, "b": {Repo: "y", Branch: ref("main")}}}, got)
	got = shape{}
	assert.Empty(t, DecodeOther([]byte(`{}`), &got))
	assert.Equal(t, shape{}, got)
	for text, want := range map[string][]string{
		`{"a": {}}`:                         {"missing_field /a/repo"},
		`{"a": {"repo": "x", "more": 1}}`:   {"unknown_field /a/more"},
		`{"a": 1, "b": {"repo": 1}}`:        {"wrong_type /a", "wrong_type /b/repo"},
		`{"a": {"repo": "x"}, "A": {}}`:     {"duplicate_field /A"},
		`{"version": "1"}`:                  {"wrong_type /version"},
		`{} {}`:                             {"malformed_document "},
		`{"a": {"repo": "x", "Repo": "y"}}`: {"duplicate_field /a/Repo"},
	} {
		assert.Equal(t, want, brief(DecodeOther([]byte(text), &shape{})), text)
	}
}
