package entry

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// maxNameFile bounds the content of a name file, in bytes; a file name that is
// too long for a wheel is found by who reads it.
const maxNameFile = 64 << 10

// ReadName reads a wheel's real file name from a file (py_wheel's
// name_file), less one final line end.
func ReadName(path string) (name string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxNameFile+1))
	if err := f.Close(); err != nil {
		return "", err
	}
	if err != nil {
		return "", err
	}
	name = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if name == "" || len(data) > maxNameFile {
		return "", fmt.Errorf("name file %s has %d bytes, want a file name", path, len(data))
	}
	return name, nil
}
