#!/usr/bin/env bash
# Layout of the Rust sources, and the shell scripts under shellcheck.
source scripts/lib.sh

if cargo fmt --version; then
    check "Rust sources are formatted" cargo fmt --all --check
else
    skip "formatting" "rustfmt is not installed"
fi
if have shellcheck; then
    mapfile -t scripts < <(find scripts .ci -type f \( -name '*.sh' -o -name run \) | sort)
    check "shell scripts" shellcheck --external-sources "${scripts[@]}"
else
    skip "shell scripts" "shellcheck is not installed"
fi
