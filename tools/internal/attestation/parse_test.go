package attestation

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Statements with a good signature that say something else. What differs from
// the manifest is Hold's.
func TestStatementsThatAreRefused(t *testing.T) {
	malformed := func(field, got, want string) string {
		return "statement_malformed  /" + field + ": " + got + " | " + want
	}
	subject := func(v map[string]any, i int) map[string]any { return v["subject"].([]any)[i].(map[string]any) }
	const hex = "64 lower-case hex digits"
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   []string
	}{
		"statement type":      {func(v map[string]any) { v["_type"] = "https://in-toto.io/Statement/v0.1" }, []string{"statement_type  /_type: https://in-toto.io/Statement/v0.1 | " + StatementType}},
		"predicate type":      {func(v map[string]any) { v["predicateType"] = "https://slsa.dev/provenance/v0.2" }, []string{"statement_predicate_type  /predicateType: https://slsa.dev/provenance/v0.2 | " + PredicateType}},
		"both":                {func(v map[string]any) { v["_type"], v["predicateType"] = "x", PredicateType+"/" }, []string{"statement_type  /_type: x | " + StatementType, "statement_predicate_type  /predicateType: " + PredicateType + "/ | " + PredicateType}},
		"types":               {func(v map[string]any) { v["_type"], v["predicate"], v["subject"] = 1, "x", "y" }, []string{malformed("_type", "number", "string"), malformed("predicate", "string", "object"), malformed("subject", "string", "array")}},
		"nothing":             {func(v map[string]any) { clear(v) }, []string{malformed("_type", "", "string"), malformed("predicateType", "", "string"), malformed("predicate", "", "object"), malformed("subject", "", "array")}},
		"subjects, all said":  {func(v map[string]any) { v["subject"] = []any{"x", map[string]any{}} }, []string{malformed("subject/0", "string", "object"), malformed("subject/1/name", "", "string"), malformed("subject/1/digest", "", "object")}},
		"digests":             {func(v map[string]any) { subject(v, 0)["digest"] = map[string]any{"sha512": "x"} }, []string{malformed("subject/0/digest/sha512", "", ""), malformed("subject/0/digest/sha256", "", "string")}},
		"another digest too":  {func(v map[string]any) { subject(v, 0)["digest"].(map[string]any)["md5"] = "x" }, []string{malformed("subject/0/digest/md5", "", "")}},
		"digest in capitals":  {func(v map[string]any) { subject(v, 1)["digest"] = map[string]any{"sha256": strings.ToUpper(digestA)} }, []string{malformed("subject/1/digest/sha256", strings.ToUpper(digestA), hex)}},
		"digest's name":       {func(v map[string]any) { subject(v, 1)["digest"] = map[string]any{"SHA256": digestA} }, []string{malformed("subject/1/digest/SHA256", "", ""), malformed("subject/1/digest/sha256", "", "string")}},
		"a field's case":      {func(v map[string]any) { v["Predicate"] = v["predicate"]; delete(v, "predicate") }, []string{malformed("predicate", "", "object")}},
		"a name of no string": {func(v map[string]any) { subject(v, 0)["name"] = nil }, []string{malformed("subject/0/name", "null", "string")}},
	} {
		text, err := marshal(statement(t, sample()), "")
		require.NoError(t, err)
		v := tree(t, text)
		c.change(v)
		payload, err := json.Marshal(v)
		require.NoError(t, err)
		data, err := sign(context.Background(), PayloadType, payload, PrivateKey{fixed()})
		require.NoError(t, err)
		_, findings := verifyFixed(t, data)
		assert.Equal(t, c.want, brief(findings), name)
	}
}

func TestPayloadsThatAreNoStatement(t *testing.T) {
	text, err := marshal(statement(t, sample()), "")
	require.NoError(t, err)
	good := string(text)
	for name, c := range map[string]faulty{
		"a name twice":     {[]byte(`{"_type":"x",` + good[1:]), `the name "_type" stands twice in an object, perhaps in another case`},
		"a subject's name": {[]byte(strings.Replace(good, `{"name":`, `{"name":"x","name":`, 1)), `the name "name" stands twice in an object, perhaps in another case`},
		"in the predicate": {[]byte(strings.Replace(good, `"buildType":`, `"BuildType":"x","buildType":`, 1)), `the name "buildType" stands twice in an object, perhaps in another case`},
		"data behind it":   {[]byte(good + " x"), "not one JSON value: invalid character 'x' after top-level value"},
		"text":             {[]byte("text"), "not one JSON value: invalid character 'e' in literal true (expecting 'r')"},
	} {
		data, err := sign(context.Background(), PayloadType, c.text, PrivateKey{fixed()})
		require.NoError(t, err)
		_, findings := verifyFixed(t, data)
		require.Len(t, findings, 1, name)
		assert.Equal(t, StatementMalformed, findings[0].Code, name)
		assert.Equal(t, "the payload is not a statement: "+c.want, findings[0].Message, name)
	}
	for _, other := range []string{"[]", `"x"`, "null"} {
		data, err := sign(context.Background(), PayloadType, []byte(other), PrivateKey{fixed()})
		require.NoError(t, err)
		_, findings := verifyFixed(t, data)
		assert.Equal(t, []string{StatementMalformed}, codes(findings), other)
	}
}

// Fields that a later version of the formats adds do not matter.
func TestFurtherFieldsOfAStatement(t *testing.T) {
	text, err := marshal(statement(t, sample()), "")
	require.NoError(t, err)
	v := tree(t, text)
	v["new"] = 1
	v["subject"].([]any)[0].(map[string]any)["annotations"] = map[string]any{"a": 1}
	in(v, "predicate")["new"] = 1
	payload, err := json.Marshal(v)
	require.NoError(t, err)
	data, err := sign(context.Background(), PayloadType, payload, PrivateKey{fixed()})
	require.NoError(t, err)
	s, findings := verifyFixed(t, data)
	require.Empty(t, findings)
	assert.Empty(t, s.Hold(manifestText, sample().Artifacts))
}
