"""A target that stands where an imported folder has no wheels to offer."""

def _unavailable_wheels_impl(ctx):
    fail(ctx.attr.message)

unavailable_wheels = rule(
    implementation = _unavailable_wheels_impl,
    doc = """Fails when it is built, not when its repository is fetched.

So a build that does not use the folder needs no setting for it.""",
    attrs = {"message": attr.string(mandatory = True, doc = "What is missing and the remedy.")},
)
