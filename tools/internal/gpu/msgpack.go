package gpu

import (
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// maxDepth bounds how deep MessagePack values may be nested.
const maxDepth = 16

var errDepth = errors.New("values nested too deep")

// readStrings reads an array of strings.
func readStrings(p []byte) (list []string, rest []byte, err error) {
	n, p, err := msgp.ReadArrayHeaderBytes(p)
	if err != nil {
		return nil, p, err
	}
	// Every element takes a byte at least, so a lying count costs nothing.
	if int64(n) > int64(len(p)) {
		return nil, p, fmt.Errorf("an array of %d elements in %d bytes", n, len(p))
	}
	for range n {
		var text string
		if text, p, err = msgp.ReadStringBytes(p); err != nil {
			return nil, p, err
		}
		list = append(list, text)
	}
	return list, p, nil
}

// skipValue passes one value.
func skipValue(p []byte, depth int) (rest []byte, err error) {
	if depth == 0 {
		return p, errDepth
	}
	var n uint32
	switch msgp.NextType(p) {
	case msgp.MapType:
		if n, p, err = msgp.ReadMapHeaderBytes(p); err != nil {
			return p, err
		}
		for range n {
			if p, err = skipValue(p, depth-1); err != nil {
				return p, err
			}
			if p, err = skipValue(p, depth-1); err != nil {
				return p, err
			}
		}
		return p, nil
	case msgp.ArrayType:
		if n, p, err = msgp.ReadArrayHeaderBytes(p); err != nil {
			return p, err
		}
		for range n {
			if p, err = skipValue(p, depth-1); err != nil {
				return p, err
			}
		}
		return p, nil
	}
	return msgp.Skip(p)
}
