package report

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
)

// maxText bounds how much of one foreign text the page repeats, in bytes.
const maxText = 1024

// plain is foreign text fit for people: control and bidirectional characters
// as escapes, and cut where it is longer than anybody reads.
func plain(s string) string {
	if len(s) <= maxText {
		return finding.Escape(s)
	}
	return finding.Escape(strings.ToValidUTF8(s[:maxText], "")) + fmt.Sprintf("... (%d bytes)", len(s))
}

// short is foreign text for a heading.
func short(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return plain(s)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// size is a number of bytes in the units of IEC 80000-13.
func size(n int64) string {
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	if n < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	value := float64(n) / 1024
	for value >= 1023.95 && len(units) > 1 {
		value, units = value/1024, units[1:]
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + units[0]
}

// grouped is a number with commas: 899,742,281.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count is "1 wheel", "2 wheels".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(int64(n)) + " " + noun + "s"
}

// link is an address that the page may lead to, or "".
func link(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxText || u.Scheme != "https" || u.Host == "" || u.User != nil || finding.Escape(address) != address {
		return ""
	}
	return u.String()
}
