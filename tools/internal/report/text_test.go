package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1048575: "1.0 MiB", 899_742_281: "858.1 MiB", 1 << 53: "8192.0 TiB",
	} {
		assert.Equal(t, want, size(n))
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 899_742_281: "899,742,281"} {
		assert.Equal(t, want, grouped(n))
	}
}

func TestLink(t *testing.T) {
	assert.Equal(t, "https://example.com/a?b=c", link("https://example.com/a?b=c"))
	for _, nowhere := range []string{"", "http://example.com/", "javascript:alert(1)", "https://user@example.com/", "https:///a", "https://example.com/\u202e", "https://example.com/" + strings.Repeat("a", 2000)} {
		assert.Empty(t, link(nowhere), nowhere)
	}
}

func TestPlain(t *testing.T) {
	assert.Equal(t, `a\u202eb\x0a`, plain("a\u202eb\n"))
	assert.Equal(t, strings.Repeat("x", maxText)+"... (100000 bytes)", plain(strings.Repeat("x", 100_000)))
	assert.Equal(t, strings.Repeat("é", 60)+"…", short(strings.Repeat("é", 61)))
}
