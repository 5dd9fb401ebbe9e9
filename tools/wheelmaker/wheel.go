package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"hash/crc32"
	"sort"
	"strconv"
	"strings"
)

type member struct {
	name string
	data []byte
}

type wheel struct {
	distribution, version string
	build                 string
	tags                  []string
	requires              []string
	purelib               bool
	members               []member
}

// named takes the file name apart. Names with more than one build tag are the
// caller's mistake.
func (w *wheel) named(filename string) error {
	stem, ok := strings.CutSuffix(filename, ".whl")
	parts := strings.Split(stem, "-")
	if !ok || len(parts) != 5 && len(parts) != 6 {
		return fmt.Errorf("--filename: got %q, want {distribution}-{version}[-{build}]-{python}-{abi}-{platform}.whl", filename)
	}
	w.distribution, w.version = parts[0], parts[1]
	if len(parts) == 6 {
		w.build = parts[2]
	}
	tags := parts[len(parts)-3:]
	for _, python := range strings.Split(tags[0], ".") {
		for _, abi := range strings.Split(tags[1], ".") {
			for _, platform := range strings.Split(tags[2], ".") {
				w.tags = append(w.tags, python+"-"+abi+"-"+platform)
			}
		}
	}
	return nil
}

// bytes is the whole archive: members by name, then .dist-info, RECORD last.
func (w *wheel) bytes() ([]byte, error) {
	info := w.distribution + "-" + w.version + ".dist-info/"
	members := append([]member{}, w.members...)
	sort.Slice(members, func(i, j int) bool { return members[i].name < members[j].name })
	members = append(members, member{info + "METADATA", w.metadata()}, member{info + "WHEEL", w.wheel()})
	record, err := record(members, info+"RECORD")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, m := range append(members, member{info + "RECORD", record}) {
		if err := add(archive, m); err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (w *wheel) metadata() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Metadata-Version: 2.1\nName: %s\nVersion: %s\nRequires-Python: >=3.10\n",
		strings.ReplaceAll(w.distribution, "_", "-"), w.version)
	for _, line := range w.requires {
		fmt.Fprintf(&b, "Requires-Dist: %s\n", line)
	}
	b.WriteString("\nMade for the tests of rules_pytorch_manifest.\n")
	return b.Bytes()
}

func (w *wheel) wheel() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Wheel-Version: 1.0\nGenerator: wheelmaker\nRoot-Is-Purelib: %t\n", w.purelib)
	for _, tag := range w.tags {
		fmt.Fprintf(&b, "Tag: %s\n", tag)
	}
	if w.build != "" {
		fmt.Fprintf(&b, "Build: %s\n", w.build)
	}
	return b.Bytes()
}

// record is RECORD: every member with its digest, and itself without one.
func record(members []member, self string) ([]byte, error) {
	var b bytes.Buffer
	rows := csv.NewWriter(&b)
	for _, m := range members {
		digest := sha256.Sum256(m.data)
		row := []string{m.name, "sha256=" + base64.RawURLEncoding.EncodeToString(digest[:]), strconv.Itoa(len(m.data))}
		if err := rows.Write(row); err != nil {
			return nil, err
		}
	}
	if err := rows.Write([]string{self, "", ""}); err != nil {
		return nil, err
	}
	rows.Flush()
	return b.Bytes(), rows.Error()
}

// add writes one deflated member with its sizes in the local header, as the
// common build tools do, and not in a data descriptor, as zip.Writer would.
func add(archive *zip.Writer, m member) error {
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := deflate.Write(m.data); err != nil {
		return err
	}
	if err := deflate.Close(); err != nil {
		return err
	}
	header := &zip.FileHeader{
		Name:               m.name,
		Method:             zip.Deflate,
		CRC32:              crc32.ChecksumIEEE(m.data),
		CompressedSize64:   uint64(packed.Len()),
		UncompressedSize64: uint64(len(m.data)),
		// 1980-01-01, the first day the format knows.
		ModifiedDate: 1<<5 | 1,
	}
	header.SetMode(0o644)
	body, err := archive.CreateRaw(header)
	if err != nil {
		return err
	}
	_, err = body.Write(packed.Bytes())
	return err
}
