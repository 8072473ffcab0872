#!/usr/bin/env python3
"""Checks that the licence of every dependency goes with MIT OR Apache-2.0.

    cargo metadata --format-version 1 | scripts/check-licences.py -
    scripts/check-licences.py --self-test

What is compiled into the libraries must be permissive. Tools that only the tests use (dev- and
build-dependencies) may also be under the MPL, which asks nothing of their users.
"""

import json
import re
import sys

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
    "Apache-2.0 WITH LLVM-exception",
}
TOOLS = PERMISSIVE | {"MPL-2.0"}


def acceptable(expression, allowed):
    """Whether an SPDX expression can be satisfied with allowed licences."""
    # A slash is what old manifests write for OR.
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    position = 0

    def peek():
        return tokens[position] if position < len(tokens) else None

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def atom():
        if peek() is None:
            raise ValueError(expression)
        if peek() == "(":
            take()
            value = alternatives()
            if peek() != ")":
                raise ValueError(expression)
            take()
            return value
        name = take()
        if peek() == "WITH":
            take()
            name += " WITH " + take()
        return name in allowed

    def conjunction():
        value = atom()
        while peek() == "AND":
            take()
            value = atom() and value
        return value

    def alternatives():
        value = conjunction()
        while peek() == "OR":
            take()
            value = conjunction() or value
        return value

    value = alternatives()
    if peek() is not None:
        raise ValueError(expression)
    return value


def shipped(metadata):
    """The packages that end up in what is built, by following ordinary dependencies."""
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    reached, waiting = set(), list(metadata["workspace_members"])
    while waiting:
        package = waiting.pop()
        if package in reached:
            continue
        reached.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    return reached


def check(metadata):
    in_product = shipped(metadata)
    refused = []
    for package in metadata["packages"]:
        allowed = PERMISSIVE if package["id"] in in_product else TOOLS
        licence = package["license"] or ""
        try:
            good = acceptable(licence, allowed)
        except ValueError:
            good = False
        if not good:
            where = "shipped" if package["id"] in in_product else "used by tests"
            refused.append(f"{package['name']} {package['version']} ({where}): {licence or 'no licence'}")
    print(f"{len(metadata['packages'])} packages, {len(in_product)} of them shipped")
    for line in refused:
        print(line)
    return not refused


def self_test():
    expected = {
        "MIT": True, "MIT OR Apache-2.0": True, "MIT/Apache-2.0": True, "GPL-3.0-only": False,
        "GPL-3.0-only OR MIT": True, "GPL-3.0-only AND MIT": False, "MPL-2.0": False,
        "(MIT OR GPL-2.0-only) AND ISC": True, "Apache-2.0 WITH LLVM-exception": True,
        "Apache-2.0 WITH some-exception": False, "MIT AND (GPL-2.0-only OR MPL-2.0)": False,
    }
    wrong = [text for text, value in expected.items() if acceptable(text, PERMISSIVE) != value]
    for text in ("", "MIT OR", "(MIT", "MIT ISC"):
        try:
            acceptable(text, PERMISSIVE)
            wrong.append(text)
        except ValueError:
            pass
    if not acceptable("MPL-2.0", TOOLS):
        wrong.append("MPL-2.0 as a tool")
    for text in wrong:
        print(f"wrong about: {text!r}")
    return not wrong


def main(arguments):
    if arguments == ["--self-test"]:
        good = self_test()
    elif len(arguments) == 1:
        if arguments[0] == "-":
            good = check(json.load(sys.stdin))
        else:
            with open(arguments[0], encoding="utf-8") as file:
                good = check(json.load(file))
    else:
        sys.exit(__doc__)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
