package index

// Codes of the findings of this package and of the verb index. They are stable.
const (
	NameTaken         = "index_name_taken"         // one file name, two digests
	FactsDiffer       = "index_facts_differ"       // one file, of which two manifests tell different things
	WheelMissing      = "index_wheel_missing"      // neither the wheel nor its METADATA was found
	WheelDiffers      = "index_wheel_differs"      // a wheel of other bytes than the manifest's
	MetadataDiffers   = "index_metadata_differs"   // METADATA of other bytes than the manifest's
	MetadataDisagrees = "index_metadata_disagrees" // the manifest says of METADATA what it does not say
	HiddenCharacters  = "index_hidden_characters"  // control, format or bidirectional characters
	Place             = "index_place"              // no place for a file of the index
	UnknownYank       = "index_unknown_yank"       // a yank of a version that is not there
	RequiresPython    = "index_requires_python"    // Requires-Python that installers do not understand
	TooMany           = "index_too_many_findings"  // more are not listed
)
