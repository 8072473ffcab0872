#!/usr/bin/env bash
# Prints layout.def, which tests/abi/layout.c includes: the table of src/capi/layout.rs as C calls it.
set -euo pipefail
cd "$(dirname "$0")/../.."

sed -n 's/^size!/SIZE/p; s/^offset!/OFFSET/p' src/capi/layout.rs | sed 's/;$//'
