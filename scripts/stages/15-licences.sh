#!/usr/bin/env bash
# Every dependency's licence goes with MIT OR Apache-2.0.
source scripts/lib.sh

if have python3; then
    check "the checker tells licences apart" python3 scripts/check-licences.py --self-test
    cargo metadata --locked --format-version 1 --all-features >"$BUILD/metadata.json"
    check "licences of the dependencies" python3 scripts/check-licences.py "$BUILD/metadata.json"
else
    skip "licences" "python3 is not installed"
fi
