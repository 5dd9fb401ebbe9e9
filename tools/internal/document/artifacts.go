package document

import (
	"fmt"
	"strconv"
)

func (c *checker) artifacts(m *Manifest, at *place) {
	if len(m.Artifacts) == 0 {
		c.fault("no_wheels", at, "", "at least one artifact", "the document has no artifacts")
	}
	first := make(map[string]int, len(m.Artifacts))
	for i := range m.Artifacts {
		a, here := &m.Artifacts[i], at.elem(i)
		path := here.at("relative_path")
		if i > 0 && m.Artifacts[i-1].RelativePath > a.RelativePath {
			c.fault("unsorted_artifacts", path, a.RelativePath, "artifacts sorted by the bytes of relative_path", "the artifact before comes after this one")
		}
		key := PathKey(a.RelativePath)
		if other, twice := first[key]; twice {
			c.fault("duplicate_path", path, a.RelativePath, "a path of its own, also after normalisation and case folding",
				"artifact %d has the path %q", other, m.Artifacts[other].RelativePath)
		} else {
			first[key] = i
		}
		c.artifact(a, here)
	}
}

func (c *checker) artifact(a *Artifact, at *place) {
	c.path(a.RelativePath, at.at("relative_path"))
	if a.SizeBytes < 1 || a.SizeBytes > maxInteger {
		c.fault("invalid_value", at.at("size_bytes"), strconv.FormatInt(a.SizeBytes, 10), "an integer from 1, below 2^53", "not a wheel's size")
	}
	c.matches(sha256Pattern, a.SHA256, at.at("sha256"), wantSHA256)
	c.labels(a, at.at("labels"))
	c.metadata(&a.Metadata, at.at("metadata"))
	if a.Contents != nil {
		c.contents(a.Contents, at.at("contents"))
	}
	if a.Build == nil {
		c.fault("required_field", at.at("build"), "null", "an object", "an artifact of a document says which build made it")
		return
	}
	build := at.at("build")
	if b := a.Build; b.Status != Rebuilt && b.Status != Reused {
		c.fault("invalid_value", build.at("status"), b.Status, "rebuilt or reused", "an unknown status")
	}
	c.time(a.Build.Timestamp, build.at("timestamp"))
	c.run(a.Build.RunID, a.Build.RunAttempt, a.Build.JobID, a.Build.RunURL, build)
	if a.Build.Commit != nil {
		c.matches(commitPattern, *a.Build.Commit, build.at("commit"), wantCommit)
	}
}

func (c *checker) labels(a *Artifact, at *place) {
	l := &a.Labels
	if l.Framework != Framework {
		c.fault("invalid_value", at.at("framework"), l.Framework, Framework, "an unknown framework")
	}
	c.text(l.BuildVariant, at.at("build_variant"))
	c.text(l.AMDGPUFamily, at.at("amdgpu_family"))
	c.archs(l.ROCmArch, at.at("rocm_arch"), isROCmArch, wantROCmArch)
	for _, f := range []struct{ name, value string }{
		{"distribution", l.Distribution},
		{"version", l.Version},
		{"python_tag", l.PythonTag},
		{"abi_tag", l.ABITag},
		{"platform_tag", l.PlatformTag},
	} {
		c.text(&f.value, at.at(f.name))
	}
	c.text(l.BuildTag, at.at("build_tag"))
}

func (c *checker) metadata(m *Metadata, at *place) {
	c.text(&m.Name, at.at("name"))
	c.text(&m.Version, at.at("version"))
	c.text(m.RequiresPython, at.at("requires_python"))
	c.texts(m.RequiresDist, at.at("requires_dist"))
	c.texts(m.Tags, at.at("tags"))
	c.matches(sha256Pattern, m.SHA256, at.at("sha256"), wantSHA256)
}

func (c *checker) texts(list []string, at *place) {
	for i := range list {
		if !isText(list[i]) {
			c.text(&list[i], at.elem(i))
		}
	}
}

func (c *checker) count(n, least int64, at *place) {
	if n < least || n > maxInteger {
		c.fault("invalid_value", at, strconv.FormatInt(n, 10), fmt.Sprintf("an integer from %d, below 2^53", least), "not a count")
	}
}
