#!/usr/bin/env python3
"""Writes the licences of every crate whose code is in a library, as their licences ask.

    cargo metadata --locked --format-version 1 [features] [--filter-platform <target>] | scripts/packages/notices.py <crate>...

The same input gives the same text, wherever the crates are unpacked.
"""

import json
import pathlib
import sys


def linked(metadata, names):
    """The packages that <names> are built of, by following ordinary dependencies."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    packages = {package["id"]: package for package in metadata["packages"]}
    waiting = [key for key, package in packages.items() if package["name"] in names and key in metadata["workspace_members"]]
    if len(waiting) != len(names):
        sys.exit(f"{', '.join(names)}: not all are members of the workspace")
    reached = set()
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        for dependency in nodes[key]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    found = [packages[key] for key in reached if key not in metadata["workspace_members"]]
    return sorted(found, key=lambda package: (package["name"], package["version"]))


def licence_files(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    return sorted(path for path in folder.iterdir()
                  if path.is_file() and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE")))


def main(names):
    if not names:
        sys.exit(__doc__)
    texts = {}
    print("These crates, and Rust's core library (MIT OR Apache-2.0), are part of the libraries:\n")
    for package in linked(json.load(sys.stdin), names):
        called = f"{package['name']} {package['version']}"
        print(f"{called}: {package['license']}")
        for path in licence_files(package):
            texts.setdefault(path.read_text(encoding="utf-8").strip(), []).append(called)
    for text, of in texts.items():
        print(f"\n{'=' * 80}\n{', '.join(of)}\n\n{text}")


if __name__ == "__main__":
    main(sys.argv[1:])
