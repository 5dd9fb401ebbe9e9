package publication

import (
	neturl "net/url"
	"strings"
)

// Status says what became of an object.
type Status string

const (
	// Sent is what this publication put there.
	Sent Status = "sent"
	// Already is what was there with the same bytes.
	Already Status = "already_there"
	// Newer is a pointer that was left alone, since it is that of a newer run.
	Newer Status = "newer_there"
	// Would is what a publication would put there.
	Would Status = "would_be_sent"
)

// Receipt says what lies where. In JSON every field is always there; what is not
// known is null.
type Receipt struct {
	Manifest Receipted          `json:"manifest"`
	Wheels   []Receipted        `json:"wheels"`
	Pointers []ReceiptedPointer `json:"pointers"`
}

// Receipted is one object.
type Receipted struct {
	// URL is the place and the key in it, Key the key alone.
	URL    string `json:"url"`
	Key    string `json:"key"`
	Size   int64  `json:"size_bytes"`
	SHA256 string `json:"sha256"`
	// Version is that of a bucket that keeps versions, else what the place
	// tells states apart by, such as the ETag.
	Version *string `json:"version"`
	Status  Status  `json:"status"`
}

// ReceiptedPointer is one pointer, as it is now.
type ReceiptedPointer struct {
	Receipted
	ManifestKey string `json:"manifest_key"`
}

// Counts are how many objects have each status.
func (r Receipt) Counts() map[Status]int {
	counts := map[Status]int{r.Manifest.Status: 1}
	for _, w := range r.Wheels {
		counts[w.Status]++
	}
	for _, p := range r.Pointers {
		counts[p.Status]++
	}
	return counts
}

func (r *run) receipt() Receipt {
	receipt := Receipt{Manifest: r.document.receipted(), Wheels: []Receipted{}, Pointers: []ReceiptedPointer{}}
	for _, w := range r.wheels {
		receipt.Wheels = append(receipt.Wheels, w.receipted())
	}
	for _, p := range r.pointers {
		receipt.Pointers = append(receipt.Pointers, ReceiptedPointer{
			Receipted:   Receipted{url(r.Manifests.Name(), p.key), p.key, p.size, p.sha256, version(p.version, p.sha256), p.status},
			ManifestKey: p.at.ManifestKey,
		})
	}
	return receipt
}

func (i *item) receipted() Receipted {
	return Receipted{i.url(), i.Key, i.Content.Size, i.Content.SHA256, version(i.version, i.Content.SHA256), i.status}
}

// url is where an object lies, for people and for this program.
func (i *item) url() string { return url(i.place.Name(), i.Key) }

// url is the URL, or the path, by which a key of a place is read again: a
// file:// URL is percent-encoded, an s3:// URL has keys as they are.
func url(place, key string) string {
	if len(place) >= len(fileScheme) && strings.EqualFold(place[:len(fileScheme)], fileScheme) {
		key = EscapeKey(key)
	}
	return strings.TrimSuffix(place, "/") + "/" + key
}

const fileScheme = "file://"

// EscapeKey is a key as it stands in a URL, `+` as `%2B`: servers differ in what
// they take it for.
func EscapeKey(key string) string {
	elements := strings.Split(key, "/")
	for i, e := range elements {
		elements[i] = strings.ReplaceAll(neturl.PathEscape(e), "+", "%2B")
	}
	return strings.Join(elements, "/")
}

// version is nil where the place has none, and tells files apart by their bytes.
func version(s, sha256 string) *string {
	if s == "" || s == sha256 {
		return nil
	}
	return &s
}
