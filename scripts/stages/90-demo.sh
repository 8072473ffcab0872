#!/usr/bin/env bash
# The demo, as a user runs it.
source scripts/lib.sh

if [ ! -x scripts/demo.sh ]; then
    skip "demo" "there is none"
elif missing=$(scripts/install-deps.sh --check demo 2>&1); then
    check "demo" scripts/demo.sh
else
    skip "demo" "$missing"
fi
