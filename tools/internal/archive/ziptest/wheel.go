package ziptest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// Wheel is the archive of an honest pure wheel with one module: members,
// METADATA, WHEEL and RECORD. Tags are whole Tag lines.
func Wheel(distribution, version string, tags ...string) Archive {
	folder := distribution + "-" + version + ".dist-info/"
	purelib := "false"
	if strings.HasSuffix(strings.Join(tags, ""), "-none-any") {
		purelib = "true"
	}
	wheel := fmt.Sprintf("Wheel-Version: 1.0\nGenerator: ziptest 1\nRoot-Is-Purelib: %s\n", purelib)
	for _, tag := range tags {
		wheel += "Tag: " + tag + "\n"
	}
	file := func(name, data string) Member { return Member{Name: name, Data: []byte(data), Method: 8} }
	a := Archive{Members: []Member{
		file(distribution+"/__init__.py", "__version__ = '"+version+"'\n"),
		file(folder+"METADATA", "Metadata-Version: 2.1\nName: "+distribution+"\nVersion: "+version+"\n\nA wheel of a test.\n"),
		file(folder+"WHEEL", wheel),
		file(folder+"RECORD", ""),
	}}
	a.Record()
	return a
}

// Record makes the last member's content the RECORD of all of them, as they are
// now.
func (a *Archive) Record() {
	last := &a.Members[len(a.Members)-1]
	last.Data = nil
	for _, m := range a.Members[:len(a.Members)-1] {
		if !strings.HasSuffix(m.Name, "/") {
			last.Data = append(last.Data, Row(m.Name, m.Data)...)
		}
	}
	last.Data = append(last.Data, last.Name+",,\n"...)
}

// Row is a file's row in RECORD.
func Row(name string, data []byte) string {
	sum := sha256.Sum256(data)
	return fmt.Sprintf("%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
}
