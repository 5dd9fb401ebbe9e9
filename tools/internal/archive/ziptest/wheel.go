package ziptest

import (
	"fmt"
	"strings"
)

// Wheel is the archive of an honest pure wheel with one module: members,
// METADATA, WHEEL and RECORD (with no hashes in it). Tags are whole Tag lines.
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
	return Archive{Members: []Member{
		file(distribution+"/__init__.py", "__version__ = '"+version+"'\n"),
		file(folder+"METADATA", "Metadata-Version: 2.1\nName: "+distribution+"\nVersion: "+version+"\n\nA wheel of a test.\n"),
		file(folder+"WHEEL", wheel),
		file(folder+"RECORD", distribution+"/__init__.py,,\n"+folder+"METADATA,,\n"+folder+"WHEEL,,\n"+folder+"RECORD,,\n"),
	}}
}
