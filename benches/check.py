"""Whether the JSON of make bench is what docs/performance.md says. check.py <folder> <document>"""

import json
import pathlib
import re
import sys

# Not of a quick run, and not where a package cannot be had.
MAY_BE_MISSING = {"firmware.json", "linkkit.json"}
MAY_BE_LEFT_OUT = {"instructions"}


def documented(document):
    """For each file its keys, and those of each row within."""
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].endswith(".json`"):
            name, *keys = ([key for key in re.findall(r"`([^`]+)`", cell)] for cell in cells)
            yield name[0], *map(set, keys)


def problems(folder, document):
    for name, keys, row_keys in documented(document):
        path = folder / name
        if not path.exists():
            if name not in MAY_BE_MISSING:
                yield f"{name} is missing"
            continue
        found = json.loads(path.read_text())
        if set(found) != keys:
            yield f"{name}: {set(found) ^ keys}"
        for row in (row for value in found.values() if isinstance(value, list) for row in value):
            if set(row) | MAY_BE_LEFT_OUT != row_keys | MAY_BE_LEFT_OUT:
                yield f"{name}: {set(row) ^ row_keys} in {row.get('name')}"


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()))
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
