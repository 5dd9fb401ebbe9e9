package merge

import (
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// newest takes metadata and contents of one wheel from the document with the
// greatest reader; contents that nobody read count as reader 0. What equal
// readers say must be equal, also below the greatest: it was read of the same
// bytes by the same code.
func (j *joining) newest(at place, all []located) (document.Metadata, *document.Contents) {
	var readings []located // the first of each reader
	best := all[0]
	for _, l := range all {
		if readerOf(l) > readerOf(best) {
			best = l
		}
		known := false
		for _, first := range readings {
			if readerOf(first) == readerOf(l) {
				known = true
				j.sameFacts(at, first, l)
			}
		}
		if !known {
			readings = append(readings, l)
		}
	}
	if len(readings) > 1 {
		j.unknownFacts(at, readings)
	}
	return best.artifact.Metadata, best.artifact.Contents
}

func readerOf(l located) int64 {
	if l.artifact.Contents == nil {
		return 0
	}
	return l.artifact.Contents.Reader
}

// facts are what was read of a wheel's bytes.
type facts struct {
	Metadata document.Metadata  `json:"metadata"`
	Contents *document.Contents `json:"contents"`
}

func factsOf(l located) reflect.Value {
	return reflect.ValueOf(facts{l.artifact.Metadata, l.artifact.Contents})
}

// sameFacts asks that two documents say the same of one wheel.
func (j *joining) sameFacts(at place, a, b located) {
	x, y := factsOf(a), factsOf(b)
	if equal(x, y) {
		return
	}
	differences(x, y, at, func(here place, x, y reflect.Value) {
		j.disagree(codeFacts, here, []side{{a.document, x}, {b.document, y}}, "equal facts of equal bytes", "the documents tell different facts of the same wheel")
	})
	j.unknownFacts(at, []located{a, b})
}

// unknownFacts asks that the documents agree on the unknown fields in metadata
// and contents: whether a newer reader's stand for an older's is not known.
func (j *joining) unknownFacts(at place, all []located) {
	var metadata, contents []unknown
	for _, l := range all {
		metadata = append(metadata, unknown{l.document, extrasOf(reflect.ValueOf(l.artifact.Metadata))})
		if l.artifact.Contents != nil {
			contents = append(contents, unknown{l.document, extrasOf(reflect.ValueOf(l.artifact.Contents))})
		}
	}
	j.unknown(at.at("metadata"), metadata)
	j.unknown(at.at("contents"), contents)
}
