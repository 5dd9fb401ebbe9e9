package document

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the documents that this
// version writes. It says all that a schema can say; Validate says the rest,
// such as the order of artifacts and paths that differ only in case.
func Schema() []byte { return slices.Clone(schema) }
