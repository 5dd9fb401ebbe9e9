package version

import "strings"

// number is a non-negative integer of any size: its decimal digits without
// leading zeros, "0" for zero.
type number string

// newNumber takes digits as a version spells them; none mean zero.
func newNumber(digits string) number {
	if trimmed := strings.TrimLeft(digits, "0"); trimmed != "" {
		return number(trimmed)
	}
	return "0"
}

// compare orders numbers by their value.
func (n number) compare(m number) int {
	if len(n) != len(m) {
		if len(n) < len(m) {
			return -1
		}
		return 1
	}
	return strings.Compare(string(n), string(m))
}

// isNumber says whether a local segment is compared as a number.
func isNumber(segment string) bool {
	return strings.Trim(segment, "0123456789") == "" && segment != ""
}
