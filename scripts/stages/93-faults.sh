#!/usr/bin/env bash
# The example gateway against every fault of the platform.
source scripts/lib.sh

if missing=$(scripts/install-deps.sh --check demo 2>&1); then
    scripts/faults.sh
else
    skip "faults" "$missing"
fi
