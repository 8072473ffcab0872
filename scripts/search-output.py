#!/usr/bin/env python3
"""Searches what a run of the tests has printed and written for the secrets that it used.

    search-output.py [--used <file>] <source tree> <file or folder>...

The secrets are those of tests/vectors, the texts in the tests and demos whose name says that they are
secrets, and the lines of <file>, which are those that were drawn at run time. Searched for is each
stretch of 12 characters, plain, in hexadecimal and in base64, of 6 in a list of numbers, and whatever is called a DeviceSecret,
ProductSecret or DeviceToken in JSON or an assignment. A finding is told by its file and position,
never by what was found. Exits with 1 if there is one.
"""

import base64
import json
import pathlib
import re
import sys

WINDOW = 12
# Of a list of numbers, which is how Rust shows bytes. Shorter, since one unit of flash is shown at a time.
NUMBERS = 6
SOURCES = ["tests", "platform", "tls", "fuzz", "c_examples", "scripts", "README.md", "src"]
SUFFIXES = {".c", ".h", ".cpp", ".hpp", ".rs", ".sh", ".py", ".md", ".conf"}
SECRET_LINE = re.compile(r"secret|token|password|\bKEY\b", re.IGNORECASE)
LITERAL = re.compile(r'"([A-Za-z0-9^+=_-]{16,128})"')
VECTOR_KEY = re.compile(r"secret|token|password|sign$", re.IGNORECASE)
# Part of some secrets of the tests, and of honest output too.
ORDINARY = ["0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "productsecret", "devicesecret", "issuedclientid"]
# One that was drawn at run time, and was not noted.
NAMED = re.compile(rb"""(?:device_?secret|product_?secret|device_?token)["']?\s*[:=]\s*["']?[A-Za-z0-9^]{16,}""", re.IGNORECASE)


def is_secret(text):
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text) and "__" not in text


def of_vectors(value, key=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from of_vectors(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from of_vectors(inner, key)
    elif isinstance(value, str) and VECTOR_KEY.search(key) and len(value) >= 16 and is_secret(value):
        yield value


def of_sources(tree):
    for name in SOURCES:
        top = tree / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            for line in path.read_text(errors="replace").splitlines():
                if SECRET_LINE.search(line):
                    yield from (text for text in LITERAL.findall(line) if is_secret(text))


def windows(secret, size):
    for at in range(len(secret) - size + 1):
        window = secret[at : at + size]
        if not any(window.lower() in ordinary for ordinary in ORDINARY):
            yield window.encode()


def patterns(secrets):
    """By length: a text of that length is looked up once for each position."""
    found = {}
    for secret in secrets:
        for window in windows(secret, NUMBERS):
            form = ", ".join(map(str, window)).encode()
            found.setdefault(len(form), set()).add(form)
        for window in windows(secret, WINDOW):
            whole = len(window) // 3 * 3
            forms = {window, window.hex().encode(), window.hex().upper().encode()}
            forms.add(base64.b64encode(window[:whole]))
            forms.add(base64.urlsafe_b64encode(window[:whole]))
            for form in forms:
                found.setdefault(len(form), set()).add(form)
    return found


def search(data, by_length):
    yield from (named.start() for named in NAMED.finditer(data))
    for length, wanted in by_length.items():
        for at in range(len(data) - length + 1):
            if data[at : at + length] in wanted:
                yield at
                break


def files(places):
    for place in map(pathlib.Path, places):
        yield from [place] if place.is_file() else (path for path in sorted(place.rglob("*")) if path.is_file())


def main(arguments):
    used = []
    if arguments[:1] == ["--used"]:
        used = pathlib.Path(arguments[1]).read_text().split()
        arguments = arguments[2:]
    tree, places = pathlib.Path(arguments[0]), arguments[1:]
    known = set(of_sources(tree))
    known.update(of_vectors(json.loads((tree / "tests/vectors/vectors.json").read_text())))
    secrets = known | {secret for secret in used if len(secret) >= WINDOW}
    by_length = patterns(secrets)
    count = size = findings = 0
    for path in files(places):
        data = path.read_bytes()
        count, size = count + 1, size + len(data)
        for at in search(data, by_length):
            findings += 1
            print(f"a secret is in {path}, at byte {at}, line {data.count(10, 0, at) + 1}")
    print(f"{len(known)} secrets of the sources and {len(secrets - known)} of the run, {count} files, {size} bytes: {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
