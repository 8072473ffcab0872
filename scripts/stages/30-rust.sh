#!/usr/bin/env bash
# The Rust tests of every package, by cargo-nextest where it is installed.
source scripts/lib.sh

code=0
run() {
    printf '+ %s\n' "$*"
    "$@" || code=1
}
tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        run cargo nextest run --locked --no-fail-fast --no-tests=pass --success-output final "$@"
    else
        run cargo test --locked --no-fail-fast --lib --bins --tests --examples "$@" -- --show-output
    fi
}

output=$BUILD/rust.log
tests -p linkauth --features posix,capi,bulk,flash,lean,seal >"$output" 2>&1
cat "$output"
# What the exhaustive tests counted, and how the broken stores and clients in them were found.
grep -E '^ *(\||found: |Comments: |Counts |two |store and |replacement and |[A-Za-z]+: [0-9]+ of [0-9]+ |[0-9]+ flipped|(Rotate|Stable|Once)[^:]*: [0-9]+ states|(Request|Reply|Crash|Store)[A-Za-z]+$)' \
    "$output" | sed 's/^ */NOTE: /' || true
run cargo test --locked --doc -p linkauth --features posix,capi,bulk,flash,lean,seal
tests -p linkauth-bulk
tests -p linkauth-tls
run cargo test --locked --doc -p linkauth-tls
tests -p linkauth-platform
exit $code
