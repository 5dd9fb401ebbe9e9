package attestation

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// signed is the sample's bundle with a fixed key.
func signed(t testing.TB) []byte {
	t.Helper()
	data, err := Sign(context.Background(), statement(t, sample()), PrivateKey{fixed()})
	require.NoError(t, err)
	return data
}

// tree is a bundle as maps and slices.
func tree(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(data, &v))
	return v
}

// in is an object of a tree.
func in(v map[string]any, names ...string) map[string]any {
	for _, name := range names {
		v = v[name].(map[string]any)
	}
	return v
}

func signature(v map[string]any) map[string]any {
	return in(v, "dsseEnvelope")["signatures"].([]any)[0].(map[string]any)
}

// flip changes one bit of a base64 text's bytes.
func flip(t *testing.T, text any, at int) string {
	data, err := base64.StdEncoding.DecodeString(text.(string))
	require.NoError(t, err)
	data[(at+len(data))%len(data)] ^= 1
	return base64.StdEncoding.EncodeToString(data)
}

func verifyFixed(t *testing.T, data []byte) (*Statement, []finding.Finding) {
	t.Helper()
	s, findings, err := Verify(data, publicPEM(t, fixed().Public()))
	require.NoError(t, err)
	assert.Equal(t, s == nil, finding.HasErrors(findings), "a statement or findings, not both")
	return s, findings
}

// What is not signed and says nothing of the payload counts for nothing.
func TestHintsCountForNothing(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"as it was":    func(map[string]any) {},
		"another hint": func(v map[string]any) { in(v, "verificationMaterial", "publicKey")["hint"] = "x" },
		"no hint":      func(v map[string]any) { delete(in(v, "verificationMaterial", "publicKey"), "hint") },
		"a log entry":  func(v map[string]any) { in(v, "verificationMaterial")["tlogEntries"] = []any{map[string]any{}} },
		"a certificate": func(v map[string]any) {
			v["verificationMaterial"] = map[string]any{"certificate": map[string]any{"rawBytes": "AA=="}}
		},
		"another name for key": func(v map[string]any) { signature(v)["keyid"] = "SHA256:x" },
		"no name for the key":  func(v map[string]any) { delete(signature(v), "keyid") },
	} {
		v := tree(t, signed(t))
		change(v)
		data, err := json.MarshalIndent(v, "", "\t")
		require.NoError(t, err)
		s, findings := verifyFixed(t, data)
		assert.Empty(t, findings, name)
		assert.Equal(t, statement(t, sample()), s, name)
	}
}

func TestTamperedBundles(t *testing.T) {
	const envelope, sig = "dsseEnvelope", "bundle_signature_invalid  /dsseEnvelope/signatures/0/sig:  | "
	malformed := func(field, got, want string) string {
		return "bundle_malformed  /" + field + ": " + got + " | " + want
	}
	const wantBase64 = "base64 (RFC 4648, section 4) with padding and no line breaks"
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   []string
	}{
		"first byte of the payload": {func(v map[string]any) { in(v, envelope)["payload"] = flip(t, in(v, envelope)["payload"], 0) }, []string{sig}},
		"a later one":               {func(v map[string]any) { in(v, envelope)["payload"] = flip(t, in(v, envelope)["payload"], 99) }, []string{sig}},
		"last byte of the payload":  {func(v map[string]any) { in(v, envelope)["payload"] = flip(t, in(v, envelope)["payload"], -1) }, []string{sig}},
		"the signature":             {func(v map[string]any) { signature(v)["sig"] = flip(t, signature(v)["sig"], 7) }, []string{sig}},
		"a short signature":         {func(v map[string]any) { signature(v)["sig"] = "AAAA" }, []string{sig}},
		"no signature's bytes":      {func(v map[string]any) { signature(v)["sig"] = "" }, []string{malformed("dsseEnvelope/signatures/0/sig", "", wantBase64)}},
		"no signature":              {func(v map[string]any) { in(v, envelope)["signatures"] = []any{} }, []string{"bundle_signature_count  /dsseEnvelope/signatures: 0 | 1"}},
		"two, the first good": {func(v map[string]any) {
			in(v, envelope)["signatures"] = []any{signature(v), map[string]any{"sig": "AAAA"}}
		}, []string{"bundle_signature_count  /dsseEnvelope/signatures: 2 | 1"}},
		"the same twice":           {func(v map[string]any) { in(v, envelope)["signatures"] = []any{signature(v), signature(v)} }, []string{"bundle_signature_count  /dsseEnvelope/signatures: 2 | 1"}},
		"payload type":             {func(v map[string]any) { in(v, envelope)["payloadType"] = "text/plain" }, []string{"bundle_payload_type  /dsseEnvelope/payloadType: text/plain | " + PayloadType, sig}},
		"payload type's case":      {func(v map[string]any) { in(v, envelope)["payloadType"] = strings.ToUpper(PayloadType) }, []string{"bundle_payload_type  /dsseEnvelope/payloadType: " + strings.ToUpper(PayloadType) + " | " + PayloadType, sig}},
		"media type":               {func(v map[string]any) { v["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.3" }, []string{"bundle_media_type  /mediaType: application/vnd.dev.sigstore.bundle+json;version=0.3 | " + MediaType}},
		"media type and signature": {func(v map[string]any) { v["mediaType"] = "x"; signature(v)["sig"] = "AAAA" }, []string{"bundle_media_type  /mediaType: x | " + MediaType, sig}},
		"empty payload":            {func(v map[string]any) { in(v, envelope)["payload"] = "" }, []string{malformed("dsseEnvelope/payload", "", wantBase64)}},
		"base64 for URLs":          {func(v map[string]any) { in(v, envelope)["payload"] = "_-8=" }, []string{malformed("dsseEnvelope/payload", "", wantBase64)}},
		"base64 in lines":          {func(v map[string]any) { in(v, envelope)["payload"] = in(v, envelope)["payload"].(string) + "\n" }, []string{malformed("dsseEnvelope/payload", "", wantBase64)}},
		"base64, bits at its end":  {func(v map[string]any) { in(v, envelope)["payload"] = "AB==" }, []string{malformed("dsseEnvelope/payload", "", wantBase64)}},
		"no envelope":              {func(v map[string]any) { delete(v, envelope) }, []string{malformed("dsseEnvelope", "", "object")}},
		"a message's signature":    {func(v map[string]any) { v["messageSignature"] = v[envelope]; delete(v, envelope) }, []string{malformed("messageSignature", "", ""), malformed("dsseEnvelope", "", "object")}},
		"nothing to verify with":   {func(v map[string]any) { delete(v, "verificationMaterial") }, []string{malformed("verificationMaterial", "", "object")}},
		"types of everything":      {func(v map[string]any) { v["mediaType"] = 3; v["verificationMaterial"] = true; v[envelope] = []any{} }, []string{malformed("mediaType", "number", "string"), malformed("verificationMaterial", "boolean", "object"), malformed("dsseEnvelope", "array", "object")}},
		"types in the envelope": {func(v map[string]any) {
			v[envelope] = map[string]any{"payload": 1, "payloadType": nil, "signatures": map[string]any{}}
		}, []string{malformed("dsseEnvelope/payloadType", "null", "string"), malformed("dsseEnvelope/payload", "number", "string"), malformed("dsseEnvelope/signatures", "object", "array")}},
		"a signature that is text":   {func(v map[string]any) { in(v, envelope)["signatures"] = []any{"x"} }, []string{malformed("dsseEnvelope/signatures/0", "string", "object")}},
		"fields of no bundle":        {func(v map[string]any) { v["x"] = 1; in(v, envelope)["x"] = 1; signature(v)["x"] = 1 }, []string{malformed("x", "", ""), malformed("dsseEnvelope/x", "", ""), malformed("dsseEnvelope/signatures/0/x", "", "")}},
		"a field in another case":    {func(v map[string]any) { v["MediaType"] = v["mediaType"]; delete(v, "mediaType") }, []string{malformed("MediaType", "", ""), malformed("mediaType", "", "string")}},
		"the payload in two objects": {func(v map[string]any) { v["payload"] = "AAAA" }, []string{malformed("payload", "", "")}},
	} {
		v := tree(t, signed(t))
		c.change(v)
		data, err := json.Marshal(v)
		require.NoError(t, err)
		_, findings := verifyFixed(t, data)
		assert.Equal(t, c.want, brief(findings), name)
	}
}

func TestTextsThatAreNoBundle(t *testing.T) {
	good := string(signed(t))
	for name, c := range map[string]faulty{
		"empty":               {nil, "no bytes, want JSON"},
		"cut":                 {[]byte(good[:len(good)/2]), "not one JSON value: unexpected end of JSON input"},
		"followed by data":    {[]byte(good + "{}"), "not one JSON value: invalid character '{' after top-level value"},
		"a name twice":        {[]byte(`{"mediaType":"x",` + good[1:]), `the name "mediaType" stands twice in an object, perhaps in another case`},
		"in another case":     {[]byte(`{"MEDIATYPE":"x",` + good[1:]), `the name "mediaType" stands twice in an object, perhaps in another case`},
		"escaped":             {[]byte(`{"\u006dediaType":"x",` + good[1:]), `the name "mediaType" stands twice in an object, perhaps in another case`},
		"twice, deep":         {[]byte(strings.Replace(good, `"keyid"`, `"sig":"AA==","keyid"`, 1)), `the name "sig" stands twice in an object, perhaps in another case`},
		"a byte order mark":   {[]byte("\xef\xbb\xbf" + good), "not one JSON value: invalid character 'ï' looking for beginning of value"},
		"no UTF-8":            {[]byte(strings.Replace(good, `"keyid":"`, "\"keyid\":\"\xff", 1)), "invalid UTF-8, want JSON in UTF-8"},
		"too large":           {bytes.Repeat([]byte(" "), MaxBytes+1), "16777217 bytes, want at most 16777216"},
		"too deep":            {[]byte(strings.Repeat("[", 40) + strings.Repeat("]", 40)), "nested too deeply, want at most 32 levels"},
		"too many values":     {[]byte("[" + strings.Repeat("0,", maxValues) + "0]"), "too many values, want at most 131072"},
		"a list of bundles":   {[]byte("[" + good + "]"), ""},
		"two bundles, a line": {[]byte(good + good), "not one JSON value: invalid character '{' after top-level value"},
	} {
		_, findings := verifyFixed(t, c.text)
		require.Len(t, findings, 1, name)
		assert.Equal(t, BundleMalformed, findings[0].Code, name)
		if c.want != "" {
			assert.Equal(t, "not a Sigstore bundle: "+c.want, findings[0].Message, name)
		}
	}
}

func TestAnotherKey(t *testing.T) {
	for kind, signer := range newKeys(t) {
		_, findings, err := Verify(signed(t), publicPEM(t, signer.Public()))
		require.NoError(t, err)
		assert.Equal(t, []string{SignatureWrong}, codes(findings), kind)

		// The other way round, with the hint of the key that is given.
		data, err := Sign(context.Background(), statement(t, sample()), PrivateKey{signer})
		require.NoError(t, err)
		v := tree(t, data)
		hint, err := PrivateKey{fixed()}.hint()
		require.NoError(t, err)
		in(v, "verificationMaterial", "publicKey")["hint"] = hint
		data, err = json.Marshal(v)
		require.NoError(t, err)
		_, findings = verifyFixed(t, data)
		assert.Equal(t, []string{SignatureWrong}, codes(findings), kind)
	}
}

// A signature that holds for the payload as another type is none.
func TestTheTypeIsSigned(t *testing.T) {
	payload, err := marshal(statement(t, sample()), "")
	require.NoError(t, err)
	data, err := sign(context.Background(), "text/plain", payload, PrivateKey{fixed()})
	require.NoError(t, err)
	_, findings := verifyFixed(t, data)
	assert.Equal(t, []string{PayloadWrong}, codes(findings))
	_, findings = verifyFixed(t, bytes.Replace(data, []byte("text/plain"), []byte(PayloadType), 1))
	assert.Equal(t, []string{SignatureWrong}, codes(findings))

	raw := tree(t, signed(t))
	signature(raw)["sig"] = base64.StdEncoding.EncodeToString(ed25519.Sign(fixed(), payload))
	data, err = json.Marshal(raw)
	require.NoError(t, err)
	_, findings = verifyFixed(t, data)
	assert.Equal(t, []string{SignatureWrong}, codes(findings), "the bare payload was signed")
}

// The number of findings is bounded.
func TestManyFaults(t *testing.T) {
	v := tree(t, signed(t))
	for i := range 500 {
		v[strings.Repeat("x", i+1)] = 1
	}
	data, err := json.Marshal(v)
	require.NoError(t, err)
	_, findings := verifyFixed(t, data)
	assert.Len(t, findings, maxFindings)
	assert.Contains(t, findings[maxFindings-1].Message, "not listed")
}
