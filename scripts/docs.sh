#!/usr/bin/env bash
# Makes the reference of the C headers: HTML, and a manual page for each function.
#
#   scripts/docs.sh <output folder>
#
# What Doxygen warns of is an error: something is declared and not explained.
set -euo pipefail

mkdir -p "$1"
output=$(realpath -e "$1")
cd "$(dirname "$0")/.."
for tool in doxygen python3; do
    command -v "$tool" >/dev/null || {
        echo "scripts/docs.sh: $tool is not installed" >&2
        exit 1
    }
done
headers=${LINKAUTH_HEADERS:-include}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
released=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
date=$(LC_ALL=C date -u -d "@$released" '+%B %-d, %Y')

rm -rf "$output/html" "$output/xml" "$output/man"
mkdir -p "$output/man"
{
    cat docs/Doxyfile
    printf '%s = "%s"\n' OUTPUT_DIRECTORY "$output" PROJECT_NUMBER "$version" STRIP_FROM_PATH "$headers"
    printf 'INPUT = docs/reference.dox "%s" "%s"\n' "$headers/linkauth.h" "$headers/linkauth_tls.h"
} | doxygen -
for name in linkauth linkauth_tls; do
    scripts/docs/man_pages.py "$output/xml/${name//_/__}_8h.xml" "$name.h" "lib$name" "$version" "$date" "$output/man"
done
rm -r "$output/xml"
