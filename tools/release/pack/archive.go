package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
	"time"
)

// archive is a tar.gz of the members, all in one folder. No clock, owner or
// permission of the machine is in it: scripts alone can be executed.
func archive(folder string, members map[string][]byte) ([]byte, error) {
	var buffer bytes.Buffer
	zip, err := gzip.NewWriterLevel(&buffer, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		mode := int64(0o644)
		if bytes.HasPrefix(members[name], []byte("#!")) {
			mode = 0o755
		}
		if err := w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg,
			Name:     folder + "/" + name,
			Size:     int64(len(members[name])),
			Mode:     mode,
			ModTime:  time.Unix(0, 0),
		}); err != nil {
			return nil, err
		}
		if _, err := w.Write(members[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
