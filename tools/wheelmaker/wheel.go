package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

type wheel struct {
	distribution, version string
	build                 string
	tags                  []string
	requires              []string
	purelib               bool
	members               []member
	fault                 recordFault
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

// write writes the archive: members by name, then .dist-info, RECORD last.
func (w *wheel) write(out io.Writer) error {
	info := w.distribution + "-" + w.version + ".dist-info/"
	members := append([]member{}, w.members...)
	sort.Slice(members, func(i, j int) bool { return members[i].name < members[j].name })
	for _, own := range []struct {
		name string
		data []byte
	}{{"METADATA", w.metadata()}, {"WHEEL", w.wheel()}} {
		m, err := file(info+own.name, own.data)
		if err != nil {
			return err
		}
		members = append(members, m)
	}
	archive := zip.NewWriter(out)
	var sums []sum
	for _, m := range members {
		s := m.sum()
		sums = append(sums, s)
		if err := m.add(archive, s); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	rows, err := record(members, sums, info+"RECORD", w.fault)
	if err != nil {
		return err
	}
	last, err := file(info+"RECORD", rows)
	if err != nil {
		return err
	}
	if err := last.add(archive, last.sum()); err != nil {
		return fmt.Errorf("%s: %w", last.name, err)
	}
	return archive.Close()
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

// record is RECORD: every member with its digest, and itself without one. A
// fault, where there is to be one, is that of the first member.
func record(members []member, sums []sum, self string, fault recordFault) ([]byte, error) {
	var b bytes.Buffer
	rows := csv.NewWriter(&b)
	for i, m := range members {
		s := sums[i]
		if i == 0 {
			switch fault {
			case missingRow:
				continue
			case wrongDigest:
				s.digest[0] ^= 1
			case wrongSize:
				s.size++
			}
		}
		row := []string{m.name, "sha256=" + base64.RawURLEncoding.EncodeToString(s.digest[:]), strconv.FormatInt(s.size, 10)}
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

// recordFault is what is wrong with a wheel's RECORD.
type recordFault string

const (
	correct     recordFault = "correct"
	missingRow  recordFault = "missing-row"
	wrongDigest recordFault = "wrong-digest"
	wrongSize   recordFault = "wrong-size"
)
