#!/usr/bin/env bash
# The programs of make bench: built without a warning, and run for some rounds. How fast they are is no test.
source scripts/lib.sh

if ! have python3; then
    skip "make bench" "python3 is not installed"
    exit 0
fi
out=$BUILD/bench
check "make bench runs, and all contenders give the same" scripts/bench.sh --quick
check "its JSON is as docs/performance.md says" python3 benches/check.py "$out" docs/performance.md
# Those whose headers are there.
sources=()
for source in benches/*.c; do
    ! cc -E -Iinclude -Ibenches "$source" -o /dev/null 2>/dev/null || sources+=("$source")
done
if have clang; then
    check "clang has no warning either" clang -std=gnu11 -O2 -Wall -Wextra -pedantic -Werror -Iinclude -Ibenches \
        -fsyntax-only "${sources[@]}"
fi

# Controls: a contender that signs something else, and JSON that lacks a key.
work=$BUILD/bench-controls
rm -rf "$work"
mkdir -p "$work/json"
cp benches/{sodium.c,text.h} "$work/"
sed -i 's/2524608000000/2524608000001/' "$work/text.h"
if [ -e "$out/sodium.so" ]; then
    cc -std=gnu11 -O2 -Ibenches -fPIC -shared "$work/sodium.c" -o "$work/other.so" -lsodium
    library=$out/installed/lib/liblinkauth.so
    refuses "control: a contender with another timestamp" "not what linkauth_sign_in_with_secret" \
        "$out/sign_in" 1 "$library" "$library" "$work/other.so"
fi
cp "$out"/*.json "$work/json/"
sed -i '/"relocations"/d' "$work/json/loading.json"
refuses "control: JSON without a key" "relocations" python3 benches/check.py "$work/json" docs/performance.md
