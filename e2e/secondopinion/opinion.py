"""What Python's packaging says of wheel file names and versions.

Reads one JSON object from standard input, {"names": [...], "versions": [...]},
and writes one: {"names": [{...} or null], "versions": [normal form or null],
"order": [[-1, 0 or 1 for each version against each] for each version read]}.
null is a refusal.
"""

import json
import sys

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version


def read_name(filename):
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError):
        return None
    return {
        "name": name,
        "version": str(version),
        # As text: JSON readers round long integers.
        "build": [str(build[0]), build[1]] if build else None,
        "tags": sorted(str(tag) for tag in tags),
    }


def read_version(text):
    try:
        return Version(text)
    except (InvalidVersion, ValueError):
        return None


def main():
    question = json.load(sys.stdin)
    versions = [read_version(text) for text in question["versions"] or []]
    readable = [v for v in versions if v is not None]
    json.dump(
        {
            "names": [read_name(name) for name in question["names"] or []],
            "versions": [None if v is None else str(v) for v in versions],
            "order": [[(a > b) - (a < b) for b in readable] for a in readable],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
