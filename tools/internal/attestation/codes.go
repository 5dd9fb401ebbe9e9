package attestation

// The codes of findings; docs/findings.md says what each means.
const (
	// Of a document that cannot be attested.
	Unstamped       = "attestation_unstamped"
	SeveralBuilds   = "attestation_several_builds"
	SourceNameless  = "attestation_source"
	NameUnusable    = "attestation_file_name"
	TooManySubjects = "attestation_subjects"

	// Of a bundle.
	BundleMalformed = "bundle_malformed"
	BundleMediaType = "bundle_media_type"
	PayloadWrong    = "bundle_payload_type"
	SignatureCount  = "bundle_signature_count"
	SignatureWrong  = "bundle_signature_invalid"

	// Of the statement in it, whose signature is good.
	StatementMalformed = "statement_malformed"
	StatementWrong     = "statement_type"
	PredicateWrong     = "statement_predicate_type"

	// Of the statement, held against a manifest.
	SubjectMissing  = "subject_missing"
	SubjectUnlisted = "subject_unlisted"
	SubjectDiffers  = "subject_differs"
	SubjectTwice    = "subject_twice"
)
