"""What was released with this copy of the module."""

# None: the programs are compiled by the build that uses them. In the archive of
# a release //tools/release writes this file: a struct of `version`, `url` (the
# address that the programs' file names are joined to) and `sha256` (file name
# to digest, lower-case hex).
RELEASE = None
