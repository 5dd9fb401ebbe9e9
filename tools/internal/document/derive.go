package document

import "github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/wheel"

// derivation is what the tags of a document's wheels say of it together: the
// one rule for platform and python_version, of a document that is written and
// of one that is read.
type derivation struct {
	// platforms has a wheel of each platform. Wheels for any platform go with
	// every other and are left out.
	platforms map[string]string
	pythons   map[string]bool
}

func newDerivation() derivation {
	return derivation{map[string]string{}, map[string]bool{}}
}

// add counts one wheel.
func (d derivation) add(name wheel.Name, path string) {
	for _, platform := range name.Platforms() {
		if _, there := d.platforms[platform]; !there && platform != wheel.AnyPlatform {
			d.platforms[platform] = path
		}
	}
	for _, version := range name.Pythons() {
		d.pythons[version] = true
	}
}

// platform is any where every wheel is for any, the platform of the others
// where it is one, else Multiple.
func (d derivation) platform() string { return only(d.platforms, wheel.AnyPlatform) }

// python is any where no wheel is for one release of Python alone.
func (d derivation) python() string { return only(d.pythons, "any") }

// only is the one key of a map.
func only[V any](m map[string]V, none string) string {
	if len(m) > 1 {
		return Multiple
	}
	for key := range m {
		return key
	}
	return none
}
