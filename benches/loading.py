"""What opening libraries costs: each in processes of its own, in turns, and what is in their files.
loading.py <processes> <program loading> <library>..."""

import json
import os
import pathlib
import subprocess
import sys

import measure


def once(program, library):
    return json.loads(subprocess.run([program, library], check=True, capture_output=True, text=True).stdout)


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def about(library):
    sections = [line for line in lines("readelf", "-rW", library) if " R_" in line]
    return {
        "name": pathlib.Path(library).name,
        "bytes": os.stat(library).st_size,
        "relocations": len(sections),
        "exported": sum(" A " not in line for line in lines("nm", "-D", "--defined-only", library)),
        "needed": [line.split("[")[1].rstrip("]") for line in lines("readelf", "-dW", library) if "(NEEDED)" in line],
    }


def main(processes, program, libraries):
    runs = {library: [] for library in libraries}
    for library in libraries:
        once(program, library)  # so that the file is in memory
    for _ in range(processes):
        for library in libraries:
            runs[library].append(once(program, library))
    print(json.dumps({
        "processes": processes,
        "libraries": [about(library) | {
            "open_us": measure.spread([run["nanoseconds"] / 1000 for run in runs[library]]),
            "resident_kb": measure.spread([run["resident_kb"] for run in runs[library]]),
            "changed_kb": measure.spread([run["changed_kb"] for run in runs[library]]),
        } for library in libraries],
    }, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
