package merge

import (
	"reflect"

	"github.com/pytorch-manifest/rules_pytorch_manifest/tools/internal/document"
)

// rule says how the values of one field join. Equal values stay as they are,
// whatever the rule. Each is a join of a semilattice or a demand for equality,
// so that neither order nor grouping counts.
type rule int

const (
	_ rule = iota
	// agree: other values are a disagreement; null is a value.
	agree
	// allowed: the same, but where the caller allows it they become multiple.
	allowed
	// multiple: other values become multiple; null is a value.
	multiple
	// anyJoins: the same, but any joins to the other value.
	anyJoins
	// listed: other lists become their union, sorted by bytes; null joins to
	// the other list.
	listed
	// nulled: other values become null.
	nulled
	// or: true where one is.
	or
	// object: the fields join, each by its own rule.
	object
	// byName, byPath: the union; what both have joins field by field.
	byName
	byPath
	// newest: taken as it is from the document with the greater reader of
	// contents; with equal readers it must agree.
	newest
	// least: the whole record that is the least of all.
	least
)

// table has the rule of every field. Fields that this version of the format
// does not know must agree, wherever they stand.
var table = map[reflect.Type]map[string]rule{
	reflect.TypeFor[document.Manifest](): {
		"schema_version": agree, "stamped": agree, "accelerator": agree,
		"project": allowed, "component": allowed, "build_type": allowed, "artifact_group": allowed, "build_variant": allowed,
		"rocm_sdk_version": allowed, "cuda_version": allowed, "version_suffix": allowed,
		"platform": anyJoins, "python_version": anyJoins,
		"amdgpu_family": multiple, "pytorch_git_ref": multiple,
		"run_id": multiple, "run_attempt": multiple, "job_id": multiple, "run_url": multiple,
		"pytorch_rocm_arch": listed, "cuda_arch": listed,
		"therock": object, "sources": byName, "artifacts": byPath,
	},
	reflect.TypeFor[document.Checkout](): {
		"repo": agree, "commit": agree, "commit_time": agree, "ref": nulled, "dirty": or,
	},
	reflect.TypeFor[document.Source](): {
		"commit": agree, "upstream_commit": agree, "commit_time": agree, "remote": agree,
		"dir": nulled, "describe": nulled, "branch": nulled, "dirty": or,
	},
	reflect.TypeFor[document.Artifact](): {
		"relative_path": agree, "size_bytes": agree, "sha256": agree,
		"labels": object, "metadata": newest, "contents": newest, "build": least,
	},
	reflect.TypeFor[document.Labels](): {
		"framework": agree, "distribution": agree, "version": agree, "build_tag": agree,
		"python_tag": agree, "abi_tag": agree, "platform_tag": agree,
		"amdgpu_family": multiple, "build_variant": multiple, "rocm_arch": listed,
	},
	reflect.TypeFor[document.Build](): {
		"timestamp": least, "run_id": least, "run_attempt": least, "job_id": least, "run_url": least, "commit": least, "status": least,
	},
}

// field is one field of a type in the table.
type field struct {
	name  string
	index int
	rule  rule
}

// fields are those of each type in the table, in the order of Go.
var fields = fieldsOf(table)

func fieldsOf(table map[reflect.Type]map[string]rule) map[reflect.Type][]field {
	of := map[reflect.Type][]field{}
	for t, rules := range table {
		for i := range t.NumField() {
			if name := t.Field(i).Tag.Get("json"); name != "-" {
				of[t] = append(of[t], field{name, i, rules[name]})
			}
		}
	}
	return of
}
