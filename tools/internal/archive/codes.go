package archive

// Codes of the findings of this package, by what was read. They are stable:
// documents, logs and the tests of others name them.
const (
	// The file as a whole.
	EmptyFile       = "empty_file"        // no bytes at all
	NotAZip         = "not_a_zip"         // no end record, and nothing of a zip archive at its beginning
	Truncated       = "truncated_archive" // begins as a zip archive, and its end record is missing or cut
	ArchiveComment  = "archive_comment"   // the end record has a comment
	BytesAfterEnd   = "bytes_after_end"   // something follows the end record
	SecondEndRecord = "second_end_record" // another end record that a reader could take
	SplitArchive    = "split_archive"     // disk numbers other than that of a single file
	Zip64End        = "zip64_end"         // zip64 end record or locator wrong, misplaced, missing or needless

	// The central directory.
	DirectoryTooLarge  = "directory_too_large" // above MaxDirectoryBytes
	TooManyMembers     = "too_many_members"    // above MaxMembers
	DirectoryMisplaced = "directory_misplaced" // not where the end record says, or not up to it
	DirectoryDamaged   = "directory_damaged"   // a central header is cut or has no signature
	MemberCount        = "member_count"        // the end record counts other members than there are

	// The bytes outside members.
	BytesBeforeMembers   = "bytes_before_members"   // before the first local header
	BytesBetweenMembers  = "bytes_between_members"  // no member's, between two of them
	BytesBeforeDirectory = "bytes_before_directory" // between the last member and the central directory
	UnlistedMember       = "unlisted_member"        // a local header that the central directory does not name
	OverlappingMembers   = "overlapping_members"    // one byte belongs to two members
	MemberOutOfRange     = "member_out_of_range"    // a member outside the part of the file that holds members

	// One member's headers.
	LocalHeaderMissing  = "local_header_missing" // no local header where the central directory points
	HeaderMismatch      = "header_mismatch"      // local and central header differ; the field says in what
	DescriptorMismatch  = "descriptor_mismatch"  // the data descriptor is missing or says something else
	DescriptorAmbiguous = "descriptor_ambiguous" // stored data holds bytes that end it earlier for some readers
	ExtraDamaged        = "extra_damaged"        // extra fields that are cut or given twice
	Zip64Extra          = "zip64_extra"          // zip64 field missing, needless or of the wrong length
	UnicodePath         = "unicode_path"         // a Unicode-path field that gives another name
	UnsupportedMethod   = "unsupported_method"   // neither stored nor deflated
	Encrypted           = "encrypted_member"     // encrypted data or masked headers
	PatchedData         = "patched_data"         // compressed patch data
	ReservedFlags       = "reserved_flags"       // general purpose flags without a meaning
	SizeMismatch        = "size_mismatch"        // sizes that cannot both be true
	FolderData          = "folder_with_data"     // a folder that has content
	FolderType          = "folder_type"          // the name says file and the attributes folder, or the reverse
	Symlink             = "symlink_member"       // a symbolic link
	SpecialFile         = "special_member"       // a device, pipe or socket

	// Names.
	NameEmpty     = "name_empty"        // no name
	NameTooLong   = "name_too_long"     // above MaxName
	NameControl   = "name_control"      // NUL or another control character
	NameEncoding  = "name_encoding"     // no UTF-8, or not ASCII without the flag that says UTF-8
	NameAbsolute  = "name_absolute"     // begins with a slash
	NameDrive     = "name_drive_letter" // begins with a drive letter
	NameBackslash = "name_backslash"    // holds a backslash
	NameElement   = "name_element"      // an empty, `.` or `..` element
	DuplicateName = "duplicate_name"    // two members of one name
	NameCollision = "name_collision"    // names equal after normalisation and case folding
	FileAsFolder  = "file_as_folder"    // a file's name is the folder of another member

	// One member's content, where it was asked for.
	ChecksumFailed = "member_checksum"      // content does not have the CRC-32 of its header
	ContentSize    = "member_content_size"  // content is shorter or longer than its header says
	DeflateDamaged = "deflate_damaged"      // no valid deflate data, or cut
	DeflateTrailer = "deflate_trailing"     // deflate data ends before the compressed size
	MemberTooLarge = "member_above_limit"   // declared size above the limit of the reader
	Unreadable     = "member_not_locatable" // its local header could not be read
)
