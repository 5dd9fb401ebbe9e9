package document

import "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"

// Claims says whether a text is JSON and says of itself that it is a manifest
// of this format, of any version: an object whose schema_version is a string
// that is not empty.
func Claims(data []byte) bool {
	r, ok := newReader(data)
	return ok && r.peek("schema_version") != ""
}

// DecodeOther reads a document of another format into root, a pointer to a
// struct, with the strictness and the bounds of Decode, and returns every fault
// of its form. Fields are found by their json tags; one with the tag
// document:"optional" may be missing, one with document:"rest", a map, takes what
// no other field is for, and nothing else may be there.
func DecodeOther(data []byte, root any) []finding.Finding {
	r, whole := decode(data, root)
	if whole {
		r.pending(finding.Error)
	}
	return r.report.all()
}

// EncodeSources writes the sources by name, and therock among them where it is
// known, as Encode writes a document.
func EncodeSources(m *Manifest) ([]byte, error) {
	all := make(map[string]any, len(m.Sources)+1)
	for name, source := range m.Sources {
		all[name] = source
	}
	if m.TheRock != nil {
		all["therock"] = *m.TheRock
	}
	return encode(all, "  ")
}
