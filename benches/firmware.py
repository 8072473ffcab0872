"""Flash, stack and instructions of a sign-in on a microcontroller, as scripts/size measured them.
firmware.py <target> <folder>"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/size"))
import report

VARIANT = "https"


def main(target, folder):
    rows = []
    for line in (folder / "flash.txt").read_text().splitlines():
        name, flash, ram = line.split()
        _, stores, calls = report.CALLS[name]
        rows.append({
            "key": name, "flash": int(flash), "static_ram": int(ram),
            "stack": report.deepest(folder.parent, VARIANT, stores, calls),
            "instructions": report.instructions(folder / "instructions.txt")[name],
        })
    print(json.dumps({"target": target, "rows": rows}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
