#!/usr/bin/env bash
# What a sign-in costs with and without the wiping: the library as shipped beside the same one that
# neither burns stack nor clears registers, in one process, in turns. Prints a table.
set -euo pipefail
cd "$(dirname "$0")/.."

export ROOT=$PWD BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
source scripts/lib.sh

out=$BUILD/bench
source scripts/variants.sh
mkdir -p "$out"
changed unwiped 's/^    burn::<DEPTH>();$//; s/^    clear();$//' src/scrub.rs
library shipped "$ROOT" shipped instructions
library unwiped "$out/unwiped.source" shipped instructions
cc -std=gnu99 -O2 -Wall -Wextra -pedantic -Werror -Iinclude benches/sign_in.c -o "$out/sign_in" -ldl
"$out/sign_in" "$out/shipped/liblinkauth.so" "$out/unwiped/liblinkauth.so"
