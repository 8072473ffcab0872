#!/usr/bin/env python3
"""Reads one of the generated C headers, for the ABI comparison.

    header.py stub <header>...        C that defines every function: its debug information is the ABI
    header.py probe <header>...       C whose data are all sizes and offsets, in the order of `names`
    header.py names <header>...       a line for each of them: struct, or struct and member
    header.py bare <header>           the header without its comments
    header.py grown <header>          the header of a later version: each struct has a member more
    header.py compatible <old> <new>  a line for each thing that a program of the old header relies on
                                      and the new one has changed; none is what is promised

cbindgen writes the headers in one form, and only that form is read here.
"""

import os
import re
import sys

OPAQUE = "opaque"


def read(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def structs(text):
    """Each struct, with its members' declarations in their order."""
    found = {}
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\n\} \1;", text, re.DOTALL):
        members = [" ".join(member.split()) for member in body.split(";\n")]
        found[name] = [member.rstrip(";") for member in members if member]
    return found


def member_name(declaration):
    callback = re.search(r"\(\*(\w+)\)\(", declaration)
    return (callback or re.search(r"(\w+)(\[\w+\])?$", declaration))[1]


def other_types(text):
    """Each typedef that is no struct and no enum."""
    found = re.findall(r"^typedef ((?!struct|enum)[^{};]*?);", text, re.MULTILINE)
    return {member_name(one): " ".join(one.split()) for one in found}


def functions(text):
    """(result, name, parameters) of each function."""
    pattern = r"LINKAUTH_API\s+((?:\w+\s+)*?\w+[\s*]+)(\w+)\(([^;]*?)\);"
    found = []
    for result, name, parameters in re.findall(pattern, text):
        result = re.sub(r"LINKAUTH_\w+\s+", "", result).strip()
        found.append((result, name, " ".join(parameters.split())))
    return found


def constants(text):
    values = dict(re.findall(r"^#define (LINKAUTH_\w+) (\w+)$", text, re.MULTILINE))
    values.update(re.findall(r"^    (LINKAUTH_\w+) = (-?\d+),?$", text, re.MULTILINE))
    return {name: value for name, value in values.items() if not name.startswith("LINKAUTH_VERSION_")}


def includes(paths):
    return ["#include <stddef.h>"] + [f'#include "{os.path.abspath(path)}"' for path in paths]


def stub(paths):
    lines = includes(paths[-1:])
    for result, name, parameters in functions(read(paths[-1])):
        body = "" if result == "void" else 'return "";' if result == "const char *" else "return 0;"
        lines.append(f"{result} {name}({parameters}) {{ {body} }}")
    return lines


def rows(paths):
    for path in paths:
        for struct, members in structs(read(path)).items():
            yield struct, None
            for name in map(member_name, members):
                if name != OPAQUE:
                    yield struct, name


def probe(paths):
    values = [f"sizeof({s})" if m is None else f"offsetof({s}, {m})" for s, m in rows(paths)]
    return includes(paths) + [
        "const unsigned probe[] = {",
        *(f"    (unsigned){value}," for value in values),
        "};",
    ]


def changed(kind, old, new):
    for name, value in old.items():
        if name not in new:
            yield f"{kind} {name} is gone"
        elif new[name] != value:
            yield f"{kind} {name} was '{value}' and is '{new[name]}'"


def incompatible(old, new):
    yield from changed("constant", constants(old), constants(new))
    yield from changed("type", other_types(old), other_types(new))
    yield from changed("function", signatures(old), signatures(new))
    grown = structs(new)
    for name, members in structs(old).items():
        now = grown.get(name, [])
        if now[: len(members)] != members:
            yield f"struct {name} has lost, moved or changed a member"
        elif len(now) > len(members) and members[0] != "uint32_t struct_size":
            yield f"struct {name} has grown, and nothing tells how large the caller's is"


def grown(text):
    pattern = r"(typedef struct (\w+) \{\s*uint32_t struct_size;.*?)(\n\} \2;)"
    return re.sub(pattern, r"\1\n    uint64_t future;\3", text, flags=re.DOTALL)


def signatures(text):
    return {name: f"{result} ({parameters})" for result, name, parameters in functions(text)}


def main():
    command, *paths = sys.argv[1:]
    if command == "stub":
        lines = stub(paths)
    elif command == "probe":
        lines = probe(paths)
    elif command == "names":
        lines = [struct if member is None else f"{struct} {member}" for struct, member in rows(paths)]
    elif command == "bare":
        lines = [line.rstrip() for line in read(paths[0]).splitlines() if line.strip()]
    elif command == "grown":
        lines = [grown(read(paths[0]))]
    elif command == "compatible":
        lines = list(incompatible(read(paths[0]), read(paths[1])))
        for line in lines:
            print(line)
        sys.exit(1 if lines else 0)
    else:
        sys.exit(__doc__)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
