package attestation

import (
	"encoding/base64"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// open reads a bundle. The envelope is nil where it has none that could be
// verified.
func open(data []byte) (*dsse.Envelope, []finding.Finding) {
	r := &report{code: BundleMalformed}
	tree, err := read(data)
	if err != nil {
		return nil, []finding.Finding{finding.Errorf(BundleMalformed, "not a Sigstore bundle: %v", err)}
	}
	top := place{tree, "", r}
	if !top.object() {
		return nil, r.findings
	}
	top.others("mediaType", "verificationMaterial", "dsseEnvelope")
	r.exactly(top, "mediaType", MediaType, BundleMediaType)
	// What stands in it says which key to ask for, and we know that.
	member[map[string]any](top, "verificationMaterial")
	_, envelope, ok := member[map[string]any](top, "dsseEnvelope")
	if !ok {
		return nil, r.findings
	}
	envelope.others("payloadType", "payload", "signatures")
	payloadType := r.exactly(envelope, "payloadType", PayloadType, PayloadWrong)
	payload, payloadOK := base64Text(envelope, "payload")
	_, signatures, ok := member[[]any](envelope, "signatures")
	list := signatures.elements()
	if ok && len(list) != 1 {
		// DSSE allows several; in a Sigstore bundle there is exactly one.
		r.add(finding.Errorf(SignatureCount, "a bundle's envelope has one signature").
			At(signatures.at).GotWant(fmt.Sprint(len(list)), "1"))
	}
	if len(list) != 1 || !list[0].object() {
		return nil, r.findings
	}
	list[0].others("sig", "keyid")
	sig, ok := base64Text(list[0], "sig")
	if !payloadOK || !ok {
		return nil, r.findings
	}
	// The key's own name for itself is a hint too, and left out.
	return &dsse.Envelope{PayloadType: payloadType, Payload: payload, Signatures: []dsse.Signature{{Sig: sig}}}, r.findings
}

// exactly returns a text, and notes where it is not the one it must be.
func (r *report) exactly(p place, name, want, code string) string {
	got, below, ok := member[string](p, name)
	if ok && got != want {
		r.add(finding.Errorf(code, "another type than verifies here").At(below.at).GotWant(got, want))
	}
	return got
}

// base64Text is a member in the one spelling that base64 has for its bytes.
func base64Text(p place, name string) (string, bool) {
	text, below, ok := member[string](p, name)
	if !ok {
		return "", false
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 || base64.StdEncoding.EncodeToString(data) != text {
		below.fault("", "base64 (RFC 4648, section 4) with padding and no line breaks", "a value that is not base64, or empty")
		return "", false
	}
	return text, true
}
