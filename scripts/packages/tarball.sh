#!/usr/bin/env bash
# Packs what a build folder installs into linkauth-<version>-<target>.tar.gz, with the licences of all
# that is in it and a checksum of each file; and its own checksum beside it.
#
#   scripts/packages/tarball.sh <build folder> <target> <output folder>
#
# The same libraries give the same bytes. SOURCE_DATE_EPOCH is the time in it, by default the one of
# the last commit.
set -euo pipefail

build=$(realpath -e "$1")
target=$2
output=$(realpath -e "$3")
cd "$(dirname "$0")/../.."
export LC_ALL=C
umask 022
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
name=linkauth-$version-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --strip --prefix "$work/$name" >/dev/null
crates=(linkauth)
[ ! -e "$work/$name/include/linkauth_tls.h" ] || crates+=(linkauth-tls)
cargo metadata --locked --offline --format-version 1 --filter-platform "$target" --features linkauth/posix,linkauth/flash,linkauth/seal |
    scripts/packages/notices.py "${crates[@]}" >"$work/$name/share/doc/linkauth/THIRD-PARTY.txt"
(cd "$work/$name" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs -d '\n' sha256sum >"$work/sums" && mv "$work/sums" SHA256SUMS)

tar -C "$work" --sort=name --format=ustar "--mtime=@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=u+rw,go=rX -cf - "$name" | gzip -9n >"$output/$name.tar.gz"
(cd "$output" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
