#!/usr/bin/env python3
"""Writes a manual page of section 3 for each function of a header, from what Doxygen read of it.

    scripts/docs/man_pages.py <Doxygen's XML of the header> <header> <library> <version> <date> <output folder>

The pages are mdoc(7), as mandoc and groff read it.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml

# What ends a function's comment, each with a section of its own.
SECTIONS = {
    "Ownership": "OWNERSHIP", "Wiped": "WIPING", "Source": "SOURCES", "Threads": "THREADS", "Blocks": "BLOCKING",
    "Since": "HISTORY",
}


def escaped(text):
    """A line of text that no formatter takes for a request or an escape."""
    text = " ".join(text.split()).replace("\\", "\\e")
    return "\\&" + text if text.startswith((".", "'")) else text


def filled(text):
    """Text with a line for each sentence, as mdoc wants it."""
    return "\n".join(escaped(line) for line in re.split(r"(?<=[.:;?!]) (?=[A-Z])", " ".join(text.split())) if line)


def plain(element):
    """The text of an element, without that of the lists in it."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if child.tag != "parameterlist" and child.tag != "simplesect":
            parts.append(plain(child))
        parts.append(child.tail or "")
    return "".join(parts)


def tail_sections(text):
    """Splits `What. Threads: any. Since 0.1.0.` into what comes first and its labelled sentences."""
    pieces = re.split(r"(?:^|(?<=[.)] ))(Ownership|Wiped|Source|Threads|Blocks|Since):? ", " ".join(text.split()) + " ")
    labelled = {SECTIONS[label]: body.strip() for label, body in zip(pieces[1::2], pieces[2::2])}
    if "HISTORY" in labelled:
        labelled["HISTORY"] = "Since " + labelled["HISTORY"]
    return pieces[0].strip(), labelled


def listed(detailed, kind):
    """Names and descriptions of a parameter list."""
    for item in detailed.iterfind(f".//parameterlist[@kind='{kind}']/parameteritem"):
        names = [plain(name) for name in item.iterfind("parameternamelist/parametername")]
        directions = [name.get("direction") for name in item.iterfind("parameternamelist/parametername")]
        yield names, directions[0], plain(item.find("parameterdescription")).strip()


def mentioned(function, others):
    """The functions that a comment names."""
    words = set(re.findall(r"\blinkauth_\w+", "".join(function.find("detaileddescription").itertext())))
    return sorted(words & others - {function.findtext("name")})


def page(function, others, header, library, version, date):
    name = function.findtext("name")
    brief = plain(function.find("briefdescription")).strip()
    detailed = function.find("detaileddescription")
    paragraphs, labelled = [], {}
    for paragraph in detailed.iterfind("para"):
        text, found = tail_sections(plain(paragraph))
        labelled.update(found)
        if text:
            paragraphs.append(text)
    lines = [f".Dd {date}", f".Dt {name.upper()} 3", f".Os linkauth {version}", ".Sh NAME", f".Nm {name}",
             f".Nd {escaped(brief.rstrip('.'))}", ".Sh LIBRARY", f"{library} (pkg-config {library[3:].replace('_', '-')})",
             ".Sh SYNOPSIS", f".In {header}", f".Ft {plain(function.find('type'))}", f".Fo {name}"]
    for parameter in function.iterfind("param"):
        kind = plain(parameter.find("type")).strip()
        called = parameter.findtext("declname") or ""
        space = "" if kind.endswith("*") or not called else " "
        lines.append(f'.Fa "{kind}{space}{called}"')
    lines += [".Fc", ".Sh DESCRIPTION", filled(brief)]
    for text in paragraphs:
        lines += [".Pp", filled(text)]
    parameters = list(listed(detailed, "param"))
    if parameters:
        lines += [".Pp", "The arguments are:", ".Bl -tag -width Ds"]
        for names, direction, text in parameters:
            mark = f" Pq {direction}" if direction else ""
            lines += [f".It Fa {' , '.join(names)}{mark}", filled(text)]
        lines.append(".El")
    results = list(listed(detailed, "retval"))
    returned = plain(detailed.find(".//simplesect[@kind='return']")).strip()
    if results or returned:
        lines.append(".Sh RETURN VALUES")
        if returned:
            lines.append(filled(returned))
        if results:
            lines.append(".Bl -tag -width Ds")
            for names, _, text in results:
                lines += [f".It Dv {' , '.join(names)}", filled(text)]
            lines.append(".El")
    related = mentioned(function, others)
    if related:
        lines.append(".Sh SEE ALSO")
        lines += [f".Xr {name} 3 ," for name in related[:-1]] + [f".Xr {related[-1]} 3"]
    for title in SECTIONS.values():
        if title in labelled:
            lines += [f".Sh {title}", filled(labelled[title][:1].upper() + labelled[title][1:])]
    return "\n".join(lines) + "\n"


def main(arguments):
    if len(arguments) != 6:
        sys.exit(__doc__)
    source, header, library, version, date, folder = arguments
    functions = {function.findtext("name"): function for function in xml.parse(source).iterfind(".//memberdef[@kind='function']")}
    for name, function in functions.items():
        text = page(function, functions.keys(), header, library, version, date)
        pathlib.Path(folder, name + ".3").write_text(text, encoding="utf-8")
    print(f"{len(functions)} manual pages of {header}")


if __name__ == "__main__":
    main(sys.argv[1:])
