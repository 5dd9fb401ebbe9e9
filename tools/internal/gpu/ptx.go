package gpu

import "bytes"

// ptxHeader is how much of a PTX file is searched for its target, in bytes.
const ptxHeader = 4096

// ptx reads the target of NVIDIA's portable code, as compute_90a, from the
// beginning of its text: after comments a `.version` line, then
// `.target sm_90a`, perhaps with options behind a comma (PTX ISA, "PTX Module
// Directives").
func ptx(text []byte) (target string, ok bool) {
	word, rest := ptxWord(text)
	if string(word) != ".version" {
		return "", false
	}
	if word, rest = ptxWord(rest); string(bytes.Trim(word, "0123456789")) != "." {
		return "", false
	}
	if word, rest = ptxWord(rest); string(word) != ".target" {
		return "", false
	}
	word, rest = ptxWord(rest)
	number, isSM := bytes.CutPrefix(word, []byte("sm_"))
	// The word must end within what is there, or it may be cut.
	if !isSM || len(rest) == 0 {
		return "", false
	}
	digits := bytes.TrimRight(number, "af")
	if len(number)-len(digits) > 1 || len(digits) < 2 || len(digits) > 3 || digits[0] == '0' || len(bytes.Trim(digits, "0123456789")) > 0 {
		return "", false
	}
	return "compute_" + string(number), true
}

// ptxWord takes one word off the text: white space, commas and comments
// separate words.
func ptxWord(text []byte) (word, rest []byte) {
	const spaces = " \t\r\n\v\f,"
	for {
		text = bytes.TrimLeft(text, spaces)
		var end string
		switch {
		case bytes.HasPrefix(text, []byte("//")):
			end = "\n"
		case bytes.HasPrefix(text, []byte("/*")):
			text, end = text[2:], "*/"
		default:
			n := bytes.IndexAny(text, spaces+"/\x00")
			if n < 0 {
				n = len(text)
			}
			return text[:n], text[n:]
		}
		_, after, found := bytes.Cut(text, []byte(end))
		if !found {
			return nil, nil
		}
		text = after
	}
}

// notePTX adds a file that is PTX itself to f, and says whether it is one.
func notePTX(text []byte, f *found) bool {
	target, ok := ptx(text)
	if ok {
		f.ptx[target] = true
		f.objects++
	}
	return ok
}
