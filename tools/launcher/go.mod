// What tools/bazel fetches where the central registry cannot be reached. rules_go and Gazelle are of the versions that
// MODULE.bazel names; Gazelle's v2 is of the version that its release has in v2/.
module github.com/pytorch-manifest/rules_pytorch_manifest/tools/launcher

go 1.21

require (
	github.com/bazel-contrib/bazel-gazelle/v2 v2.0.0-3
	github.com/bazelbuild/bazel-gazelle v0.53.0
	github.com/bazelbuild/rules_go v0.63.0
)
