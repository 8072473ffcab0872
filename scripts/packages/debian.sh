#!/usr/bin/env bash
# Builds the Debian packages of packaging/debian from a copy of the sources, without the network.
#
#   scripts/packages/debian.sh <output folder>
#
# Leaves the packages in the output folder and the copy in its folder `linkauth`. The crates come from
# cargo's own folder, and what cargo compiles goes to CARGO_TARGET_DIR where that is set.
set -euo pipefail

mkdir -p "$1"
output=$(realpath -e "$1")
cd "$(dirname "$0")/../.."
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

rm -rf "$output"/linkauth "$output"/*.deb "$output"/linkauth_*
mkdir "$output/linkauth"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$output/linkauth"
cp -r packaging/debian "$output/linkauth/debian"
cd "$output/linkauth"
# The Rust of a Debian release may be too old, so that another one's cargo is taken: -d.
dpkg-buildpackage --build=binary --no-sign -d
