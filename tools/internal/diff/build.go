package diff

import (
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// rebuilt compares the build records of two wheels. Where their paths or bytes
// differ that is told already; what a build reused it did not make.
func (c *comparison) rebuilt(about Change, p pair) {
	if p.old.Build == nil || p.new.Build == nil || !c.both("artifacts.build") || !c.stamped() {
		return
	}
	c.extras(about, "artifacts.build.", p.old.Build.Extra, p.new.Build.Extra)
	old, new := *p.old.Build, *p.new.Build
	old.Extra, new.Extra = nil, nil
	if about.Was != "" || p.old.SHA256 != p.new.SHA256 || new.Status != document.Rebuilt || reflect.DeepEqual(old, new) {
		return
	}
	about.Kind, about.Field, about.Old, about.New = Rebuilt, "artifacts.build", p.old.Build, p.new.Build
	c.add(about)
}

// stamped says whether both documents know of git and CI.
func (c *comparison) stamped() bool { return c.old.Manifest.Stamped && c.new.Manifest.Stamped }
