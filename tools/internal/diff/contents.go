package diff

import (
	"slices"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/device"
	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// read stands for contents that were read, where the other side's were not.
const read = "read"

// contents compares what the members hold. Where nobody read them on one side,
// that alone is told: nothing was lost.
func (c *comparison) contents(about Change, old, new *document.Contents) {
	const prefix = "artifacts.contents."
	switch {
	case !c.both("artifacts.contents"), old == nil && new == nil:
		return
	case old == nil:
		about.Kind, about.Field, about.New = Contents, "artifacts.contents", read
		c.add(about)
		return
	case new == nil:
		about.Kind, about.Field, about.Old = Contents, "artifacts.contents", read
		c.add(about)
		return
	}
	c.devices(about, old, new)
	compareAll(c, about, prefix, contentsFields, old, new)
	c.extras(about, prefix, old.Extra, new.Extra)
	c.extras(about, prefix+"device_code.", old.DeviceCode.Extra, new.DeviceCode.Extra)
	c.module(about, old.Module, new.Module)
	c.files(about, old.DeviceCode.Files, new.DeviceCode.Files)
}

// devices compares the devices that the code serves.
func (c *comparison) devices(about Change, old, new *document.Contents) {
	a, b := c.served(&old.DeviceCode), c.served(&new.DeviceCode)
	if slices.Equal(a, b) {
		return
	}
	about.Kind, about.Field, about.Old, about.New = Device, "artifacts.contents.device_code", a, b
	about.Gained, about.Lost = listChange(a, b)
	c.add(about)
}

// served are the known devices on which some of the code runs.
func (c *comparison) served(code *document.DeviceCode) []string {
	on := map[string]bool{}
	for _, targets := range [][]string{code.ROCm, code.CUDA, code.PTX} {
		for _, target := range targets {
			for _, name := range c.devicesOf(target) {
				on[name] = true
			}
		}
	}
	names := []string{}
	for _, d := range c.known() {
		if on[d] {
			names = append(names, d)
		}
	}
	return names
}

// devicesOf are the known devices that run code for a target: none where the
// target is none that the table of devices can read.
func (c *comparison) devicesOf(target string) []string {
	if names, there := c.serves[target]; there {
		return names
	}
	names := []string{}
	if t, err := device.Parse(target); err == nil {
		for _, d := range device.Known() {
			if t.Serves(d) {
				names = append(names, d.String())
			}
		}
	}
	c.serves[target] = names
	return names
}

// known are the names of all known devices, in their order.
func (c *comparison) known() []string {
	if c.devicesKnown == nil {
		for _, d := range device.Known() {
			c.devicesKnown = append(c.devicesKnown, d.String())
		}
	}
	return c.devicesKnown
}

// module compares what version.py says.
func (c *comparison) module(about Change, old, new *document.Module) {
	switch {
	case old != nil && new != nil:
		compareAll(c, about, "artifacts.contents.module.", moduleFields, old, new)
		c.extras(about, "artifacts.contents.module.", old.Extra, new.Extra)
	case old != new:
		about.Kind, about.Field = Module, "artifacts.contents.module"
		if old != nil {
			about.Old = old.Path
		} else {
			about.New = new.Path
		}
		c.add(about)
	}
}

// files compares the members that hold code.
func (c *comparison) files(about Change, old, new []document.DeviceFile) {
	const prefix = "artifacts.contents.device_code.files"
	before := map[string]*document.DeviceFile{}
	for i := range old {
		before[old[i].Path] = &old[i]
	}
	for i := range new {
		f := &new[i]
		about.Member = f.Path
		if was := before[f.Path]; was != nil {
			compareAll(c, about, prefix+".", fileFields, was, f)
			c.extras(about, prefix+".", was.Extra, f.Extra)
			delete(before, f.Path)
			continue
		}
		came := about
		came.Kind, came.Field, came.New = Contents, prefix, allTargets(f)
		c.add(came)
	}
	for i := range old {
		if f := before[old[i].Path]; f != nil {
			gone := about
			gone.Member, gone.Kind, gone.Field, gone.Old = f.Path, Contents, prefix, allTargets(f)
			c.add(gone)
		}
	}
}

// allTargets are the targets of one member.
func allTargets(f *document.DeviceFile) []string {
	return slices.Concat([]string{}, f.ROCm, f.CUDA, f.PTX)
}
