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
        run cargo nextest run --locked --no-fail-fast --no-tests=pass "$@"
    else
        run cargo test --locked --no-fail-fast --lib --bins --tests --examples "$@"
    fi
}

tests -p linkauth --features posix,capi
run cargo test --locked --doc -p linkauth --features posix,capi
tests -p linkauth-tls
run cargo test --locked --doc -p linkauth-tls
tests -p linkauth-platform
exit $code
