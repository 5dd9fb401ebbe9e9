package publication

// The codes of this package's findings.
const (
	Unstamped   = "publication_unstamped"    // nothing says which build made the wheels
	SourceDirty = "publication_source_dirty" // nobody expected it
	RemoteNull  = "publication_remote_null"  // nobody else finds the commit
	KeyInvalid  = "publication_key_invalid"
	KeyTwice    = "publication_key_twice"   // two objects would lie under one key
	RunUnknown  = "publication_run_unknown" // a pointer cannot tell whether the manifest is newer
	OtherBytes  = "publication_other_bytes" // a key is taken
	NotThere    = "publication_not_there"   // what was sent, or should have been sent before, is not there
	FileChanged = "publication_file_changed"
	Foreign     = "publication_pointer_foreign" // no pointer lies where one is to be put
	SameRun     = "publication_pointer_taken"   // by another manifest of the same run
	Failed      = "publication_failed"          // the place did not let something be read or written
	NotManifest = "publication_not_a_manifest"  // JSON among the manifests that is none
	NoManifest  = "publication_no_manifest"     // an index of nothing
	PageForeign = "publication_page_foreign"    // no page of ours lies where one is to be put
	PageLeft    = "publication_page_left"       // the page of a project that no manifest has any more
)
