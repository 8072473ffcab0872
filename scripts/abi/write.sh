#!/usr/bin/env bash
# Writes what the ABI of this version is, as the headers say it: tests/abi/<version of Cargo.toml>. Look at the
# difference: until that version is released anything may change, afterwards nothing but what docs/abi.md
# allows, and Cargo.toml has the next version.
set -euo pipefail
cd "$(dirname "$0")/../.."
ROOT=$PWD
source scripts/abi/lib.sh

if ! command -v abidw >/dev/null; then
    echo "abidw is not installed (Debian: abigail-tools)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
folder=tests/abi/$version
mkdir -p "$folder"

stand_in include/linkauth.h liblinkauth.map "liblinkauth.so.${version%%.*}" "$work/linkauth.so"
stand_in include/linkauth_tls.h tls/liblinkauth_tls.map "liblinkauth_tls.so.${version%%.*}" "$work/linkauth_tls.so"
for name in linkauth linkauth_tls; do
    python3 scripts/abi/header.py bare "include/$name.h" >"$folder/$name.h"
    dump "$work/$name.so" "$folder/$name.abi"
    symbols "$work/$name.so" >"$folder/$name.symbols"
done
echo "Written: $folder"
