package entry

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/archive"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/finding"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/metadata"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"
)

// The metadata's folder and the files that every wheel has in it.
const (
	distInfo     = ".dist-info"
	metadataFile = "METADATA"
	wheelFile    = "WHEEL"
	recordFile   = "RECORD"
)

// MaxRecordBytes is the largest RECORD that a wheel may have.
const MaxRecordBytes = 64 << 20

// contents reads the inside of one wheel into its entry.
type contents struct {
	entry *Entry
	// name is of use only where entry.Name is not nil.
	name   wheel.Name
	faults *faults
}

// read returns the bytes of METADATA, nil where it could not be read.
func (c contents) read(file io.ReaderAt) ([]byte, error) {
	directory, err := archive.Read(file, c.entry.SizeBytes, c.faults.add)
	if directory == nil || err != nil {
		return nil, err
	}
	folder := c.distInfo(directory)
	if folder == "" {
		return nil, nil
	}
	core, err := c.file(directory, folder, metadataFile, NoMetadataFile)
	if err != nil {
		return nil, err
	}
	text, err := c.file(directory, folder, wheelFile, NoWheelFile)
	if err != nil {
		return nil, err
	}
	c.record(directory, folder)
	c.facts(core, text, folder)
	return core, nil
}

// distInfo returns the name of the folder that holds the wheel's metadata;
// empty where there is none, or several among which only a guess could choose.
func (c contents) distInfo(directory *archive.Directory) string {
	var folders []string
	for _, m := range directory.Members {
		folder, _, nested := strings.Cut(m.Name, "/")
		if nested && strings.HasSuffix(strings.ToLower(folder), distInfo) && !slices.Contains(folders, folder) {
			if folders = append(folders, folder); len(folders) > MaxFaults {
				break
			}
		}
	}
	named := c.entry.Name != nil
	switch len(folders) {
	case 0:
		f := finding.Errorf(NoDistInfo, "the wheel has no .dist-info folder")
		if named {
			f = f.GotWant("", c.name.DistInfo())
		}
		c.faults.add(f)
		return ""
	case 1:
		if named && !c.name.IsDistInfo(folders[0]) {
			c.faults.add(finding.Errorf(DistInfoDisagrees, "the .dist-info folder is that of another wheel").
				In(folders[0]+"/").GotWant(folders[0], c.name.DistInfo()))
		}
		return folders[0]
	}
	c.faults.add(finding.Errorf(SeveralDistInfos, "the wheel has %d .dist-info folders", len(folders)).
		GotWant(strings.Join(folders, ", "), "one"))
	folders = slices.DeleteFunc(folders, func(f string) bool { return !named || !c.name.IsDistInfo(f) })
	if len(folders) != 1 {
		return ""
	}
	return folders[0]
}

// member returns a file of the metadata's folder and reports where it is not.
func (c contents) member(directory *archive.Directory, folder, name, code string) (archive.Member, bool) {
	name = folder + "/" + name
	at := slices.IndexFunc(directory.Members, func(m archive.Member) bool { return m.Name == name })
	if at < 0 {
		c.faults.add(finding.Errorf(code, "the wheel has no %s", name).In(name))
		return archive.Member{}, false
	}
	return directory.Members[at], true
}

// file returns the content of a file of the metadata's folder, nil where it
// could not be read.
func (c contents) file(directory *archive.Directory, folder, name, code string) ([]byte, error) {
	m, ok := c.member(directory, folder, name, code)
	if !ok {
		return nil, nil
	}
	data, err := directory.ReadAll(m, metadata.MaxBytes)
	if err != nil {
		return nil, c.faults.damage(err)
	}
	return data, nil
}

// record looks at RECORD from outside: what is in it is another action's work.
func (c contents) record(directory *archive.Directory, folder string) {
	if m, ok := c.member(directory, folder, recordFile, NoRecordFile); ok && m.Size > MaxRecordBytes {
		c.faults.add(finding.Errorf(archive.MemberTooLarge, "RECORD has %d bytes, want at most %d", m.Size, MaxRecordBytes).In(m.Name))
	}
}

// facts reads METADATA and WHEEL, either of which may be nil, and holds them
// against the file name.
func (c contents) facts(coreText, wheelText []byte, folder string) {
	var core metadata.Core
	var w metadata.Wheel
	if coreText != nil {
		report := c.faults.in(folder + "/" + metadataFile)
		core = metadata.ParseCore(coreText, report)
		c.agreeCore(core, report)
	}
	if wheelText != nil {
		report := c.faults.in(folder + "/" + wheelFile)
		w = metadata.ParseWheel(wheelText, report)
		c.agreeWheel(w, report)
	}
	if coreText == nil || wheelText == nil {
		return
	}
	digest := sha256.Sum256(coreText)
	c.entry.Metadata = &Metadata{
		Name: valid(core.Name), Version: valid(core.Version),
		RequiresDist: validAll(core.RequiresDist), Tags: validAll(w.Tags),
		RootIsPurelib: w.RootIsPurelib, SHA256: hex.EncodeToString(digest[:]),
	}
	if core.RequiresPython != nil {
		requires := valid(*core.RequiresPython)
		c.entry.Metadata.RequiresPython = &requires
	}
}

// valid replaces bytes that are no UTF-8, each of which is a fault already.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

func validAll(list []string) []string {
	for i, s := range list {
		list[i] = valid(s)
	}
	return list
}
