package store

import "net/url"

// metadataEnd is what the name of a file with METADATA has behind that of its
// wheel (PEP 658).
const metadataEnd = ".metadata"

// metadataOf is where METADATA lies beside a file. A query stays, since it can be
// what lets the file be read.
func metadataOf(file *url.URL) string {
	u := *file
	u.Path += metadataEnd
	if u.RawPath != "" {
		u.RawPath += metadataEnd
	}
	return u.String()
}

// Beside is where a page promises METADATA, and in a plain folder beside the
// wheel.
func (w *web) Beside(o Object) (Object, bool) {
	return Object{Key: o.Key + metadataEnd, Size: -1, at: o.beside}, o.beside != ""
}

// Beside is a file of the wheel's folder.
func (f *folder) Beside(o Object) (Object, bool) {
	return Object{Key: o.Key + metadataEnd, Size: -1}, true
}

// Beside is as that of a folder.
func (s *shelf) Beside(o Object) (Object, bool) {
	return Object{Key: o.Key + metadataEnd, Size: -1}, true
}

// Beside is an object beside that of the wheel.
func (b *bucket) Beside(o Object) (Object, bool) {
	return Object{Key: o.Key + metadataEnd, Size: -1, at: o.at + metadataEnd}, true
}

// Beside is nothing: what lies beside a given file was not given.
func (f *files) Beside(Object) (Object, bool) { return Object{}, false }
