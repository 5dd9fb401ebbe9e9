package verification

// The codes of this package's findings. Faults of a wheel that is read again
// have the codes of the packages entry, archive, contents and gpu.
const (
	ArtifactMissing       = "artifact_missing"        // nothing lies where the wheel should be
	ArtifactUnreadable    = "artifact_unreadable"     // the place did not let it be read
	ArtifactSizeDiffers   = "artifact_size_differs"   // shorter or longer than the manifest says
	ArtifactDigestDiffers = "artifact_digest_differs" // other bytes than the manifest says
	IndexDigestDiffers    = "index_digest_differs"    // the place claims another digest than the manifest
	// METADATA beside the wheel: promised and not there, not to be read, other than
	// the wheel's.
	ServedMetadataMissing    = "served_metadata_missing"
	ServedMetadataUnreadable = "served_metadata_unreadable"
	ServedMetadataDiffers    = "served_metadata_differs"
	// The place claims another digest of METADATA, or other Pythons.
	IndexMetadataDiffers = "index_metadata_digest_differs"
	IndexPythonDiffers   = "index_requires_python_differs"

	ContentsDiffer       = "contents_differ" // the wheel, read again, does not say what the manifest says of it
	ContentsComparedPart = "contents_compared_in_part"
	UnlistedWheel        = "unlisted_wheel"   // beside those of the manifest
	UnlistedUnknown      = "unlisted_unknown" // the place does not tell what it holds
	PlaceUnreadable      = "place_unreadable" // nothing of it; for whoever opens the place of the wheels too
	WheelKeyInvalid      = "wheel_key_invalid"
	WheelKeyTwice        = "wheel_key_twice" // two different artifacts would lie under one key
)
