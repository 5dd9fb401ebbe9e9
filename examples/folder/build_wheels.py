#!/usr/bin/env python3
"""Builds wheels into a folder and, as its last step, the manifest of what lies there.

What build_wheel() does stands for the real thing, hours of pip and compilers. The line
to copy is the call of `wheelmanifest generate` in main().
"""

import argparse
import base64
import hashlib
import pathlib
import subprocess
import sys
import zipfile

ROCM_VERSION = "7.11.0"
TAG = "cp312-cp312-linux_x86_64"
VERSIONS = {"torch": "2.9.1", "torchaudio": "2.9.1", "torchvision": "0.24.1", "triton": "3.5.1"}


def digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def build_wheel(project: str, dist: pathlib.Path) -> None:
    """Writes a wheel of one module. The same call gives the same bytes."""
    version = f"{VERSIONS[project]}+rocm{ROCM_VERSION}"
    info = f"{project}-{version}.dist-info"
    requires = "" if project in ("torch", "triton") else f"Requires-Dist: torch=={VERSIONS['torch']}+rocm{ROCM_VERSION}\n"
    members = {
        f"{project}/__init__.py": f'__version__ = "{version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: build_wheels.py\nRoot-Is-Purelib: false\nTag: {TAG}\n",
    }
    record = "".join(f"{name},{digest(text.encode())},{len(text.encode())}\n" for name, text in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    with zipfile.ZipFile(dist / f"{project}-{version}-{TAG}.whl", "w") as wheel:
        for name, text in members.items():
            wheel.writestr(zipfile.ZipInfo(name), text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output-dir", type=pathlib.Path, required=True)
    parser.add_argument("--projects", default=",".join(VERSIONS), help="what to build, separated by commas")
    parser.add_argument("--stable-status", help="what tools/workspace_status.sh printed; without it the manifest is not stamped")
    args = parser.parse_args()

    args.output_dir.mkdir(parents=True, exist_ok=True)
    for project in args.projects.split(","):
        build_wheel(project, args.output_dir)

    # The end of the script: every wheel that has to be there is there, or there is no manifest and the script fails.
    manifest = subprocess.run(
        ["wheelmanifest", "generate", f"--wheels={args.output_dir}", f"--out={args.output_dir / 'manifest.json'}"]
        + [f"--expect={project}" for project in VERSIONS]
        + [f"--rocm-sdk-version={ROCM_VERSION}", "--pytorch-rocm-arch=gfx942", f"--version-suffix=+rocm{ROCM_VERSION}"]
        + ([f"--stable-status={args.stable_status}"] if args.stable_status else [])
    )
    sys.exit(manifest.returncode)


if __name__ == "__main__":
    main()
