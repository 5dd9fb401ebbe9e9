"""Whether this build stamps."""

StampInfo = provider(
    doc = "Whether the build was called with `--stamp`.",
    fields = {"enabled": "`bool`"},
)

def _stamp_flag_impl(ctx):
    return [StampInfo(enabled = ctx.attr.enabled)]

stamp_flag = rule(
    implementation = _stamp_flag_impl,
    doc = "Carries `--stamp` to rules: a private attribute's default cannot hold a `select`.",
    attrs = {"enabled": attr.bool(mandatory = True)},
)

STAMP_ATTRS = {
    "stamp": attr.int(
        doc = "1: take facts of git and CI from the stable workspace status. 0: never. -1: as `--[no]stamp` says.",
        default = -1,
        values = [-1, 0, 1],
    ),
    "_stamp_flag": attr.label(
        default = Label("//manifest/private:stamp"),
        providers = [StampInfo],
    ),
}

def is_stamped(ctx):
    """Whether a target is to be stamped.

    Args:
        ctx: of a rule that has `STAMP_ATTRS`.

    Returns:
        `bool`
    """
    if ctx.attr.stamp == -1:
        return ctx.attr._stamp_flag[StampInfo].enabled
    return ctx.attr.stamp == 1
