#!/usr/bin/env bash
# A short run of each fuzzer from its seeds. That the seeds themselves pass, and that every split of
# a reply is alike, tests/splits.rs shows everywhere, with a stable toolchain.
source scripts/lib.sh

SECONDS_EACH=20

if ! cargo fuzz --version || ! cargo +nightly --version; then
    skip "fuzz" "cargo-fuzz or a nightly toolchain is missing"
    exit 0
fi

# What is found stays outside the source tree.
found=$BUILD/fuzz
export CARGO_TARGET_DIR=$BUILD/fuzz/target

fuzz() {
    mkdir -p "$found/$1"
    cargo +nightly fuzz run "$1" "$found/$1" "fuzz/seeds/$1" -- "-max_total_time=$SECONDS_EACH" -max_len=1200 \
        -dict=fuzz/linkauth.dict "-artifact_prefix=$found/$1-"
}

for target in registration record; do
    check "fuzzing $target for $SECONDS_EACH s" fuzz "$target"
done
