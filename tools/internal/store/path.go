package store

// Path is where the object lies on this machine: whoever reads a file from
// several places in it needs no copy.
func (f *folder) Path(o Object) (string, bool) {
	path, err := f.path(o.Key)
	return path, err == nil
}

// Path is as that of a folder.
func (f *files) Path(o Object) (string, bool) { return o.at, o.at != "" }
