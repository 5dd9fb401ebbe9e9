"""The features of Bazel 7.7 that the modules beside this one ask about."""

bazel_features = struct(
    external_deps = struct(
        bazel_mod_tidy = True,
        extension_metadata_has_reproducible = True,
        is_bzlmod_enabled = True,
        module_extension_has_os_arch_dependent = True,
    ),
    rules = struct(
        instrumented_files_info_has_baseline_coverage_files = False,
    ),
)
