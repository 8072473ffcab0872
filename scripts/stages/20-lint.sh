#!/usr/bin/env bash
# clippy and rustdoc, every warning an error, for the feature sets that users build.
source scripts/lib.sh

lint() { check "clippy $*" cargo clippy --locked "$@" -- -D warnings; }

if cargo clippy --version; then
    # `artifact` brings the panic handler of the C library, which no test can be linked with: it is
    # looked at without its tests.
    lint -p linkauth --all-targets --features posix,capi,bulk,flash,lean,seal
    lint -p linkauth --lib --profile capi --features posix,artifact
    lint -p linkauth --lib --profile capi --no-default-features --features artifact
    for features in "" sha1 md5 register-mqtt posix flash sealing seal capi lean; do
        lint -p linkauth --lib --no-default-features --features "$features"
    done
    lint -p linkauth-bulk --all-targets
    lint -p linkauth-tls --all-targets
    lint -p linkauth-tls --lib --features artifact
    lint -p linkauth-platform --all-targets
else
    skip "clippy" "it is not installed"
fi
if cc -fsyntax-only -include stdio.h -include mosquitto_broker.h -include sqlite3.h -x c /dev/null; then
    for compiler in gcc clang; do
        check "the storm's plugin of Mosquitto, $compiler" "$compiler" -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only \
            scripts/storm/plugin.c
    done
else
    skip "the storm's plugin of Mosquitto" "mosquitto-dev or libsqlite3-dev is not installed"
fi
# The C functions' comments are written for Doxygen, whose @param[in] rustdoc takes for a link: the
# core is read as Rust users see it, without them.
check "documentation of linkauth" env RUSTDOCFLAGS="-D warnings" \
    cargo doc --locked --no-deps -p linkauth --features posix,flash,seal
check "documentation of linkauth-tls" env RUSTDOCFLAGS="-D warnings -A rustdoc::broken-intra-doc-links" \
    cargo doc --locked --no-deps -p linkauth-tls
