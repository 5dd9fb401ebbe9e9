package merge

// The codes of this package's findings. docs/findings.md says of each what it
// means and what to do.
const (
	codeNothing      = "no_documents"
	codeDisagreement = "documents_disagree"
	codeBytes        = "artifact_bytes_differ"
	codeFacts        = "artifact_facts_differ"
	codeUnknown      = "unknown_field_differs"
	codePath         = "duplicate_path"
	codePrefix       = "prefix_label"
)
