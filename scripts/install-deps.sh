#!/usr/bin/env bash
# Names the tools that are missing and, as root on a Debian system, installs them.
#
#   scripts/install-deps.sh [--check] [build|demo|test]
#
# build: what compiling the libraries needs. demo: that, and what the demo talks through.
# test (the default): everything `make test` can make use of. --check never installs.
# Exits 1 when something is still missing.
set -euo pipefail
cd "$(dirname "$0")/.."

check_only=no
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
purpose=${1:-test}
case $purpose in
    build | demo | test) ;;
    *)
        echo "usage: scripts/install-deps.sh [--check] [build|demo|test]" >&2
        exit 2
        ;;
esac

names=()
packages=()

# needs <how it is called> <Debian package> <command that succeeds if it is there>...
needs() {
    local name=$1 package=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        names+=("$name")
        packages+=("$package")
    fi
}

header_exists() {
    printf '#include <%s>\n' "$1" | cc -E -x c - -o /dev/null
}

# Like `needs`, for what a single check uses: installed where that works, and never missed.
wants() { [ "$optional" = no ] || needs "$@"; }

find_missing() {
    names=()
    packages=()
    needs cc gcc command -v cc
    needs "the C library's headers" libc6-dev header_exists stdio.h
    needs binutils binutils command -v objcopy
    needs make make command -v make
    needs cmake cmake command -v cmake
    [ "$purpose" = build ] && return 0
    needs pkg-config pkg-config command -v pkg-config
    needs libmosquitto libmosquitto-dev header_exists mosquitto.h
    needs OpenSSL libssl-dev header_exists openssl/ssl.h
    [ "$purpose" = demo ] && return 0
    needs c++ g++ command -v c++
    needs clang clang command -v clang++
    needs valgrind valgrind command -v valgrind
    needs shellcheck shellcheck command -v shellcheck
    needs python3 python3 command -v python3
    wants strace strace command -v strace
    wants swtpm swtpm command -v swtpm
    wants tpm2-tools tpm2-tools command -v tpm2_unseal
    wants "the TPM's socket" libtss2-tcti-swtpm0 dpkg -s libtss2-tcti-swtpm0
    wants keyctl keyutils command -v keyctl
    wants libfuse3 libfuse3-dev pkg-config --exists fuse3
    wants fusermount3 fuse3 command -v fusermount3
}

# Rust is not installed from here: which way it comes is the user's choice.
check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if ! command -v cargo >/dev/null || ! found=$(cargo --version 2>/dev/null); then
        echo "Missing: Rust $wanted or newer (https://rustup.rs)." >&2
        return 1
    fi
    found=$(printf '%s\n' "$found" | awk '{ sub(/-.*/, "", $2); print $2 }')
    if [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
        echo "Missing: Rust $wanted or newer, this is $found (rustup update)." >&2
        return 1
    fi
}

rust=yes
check_rust || rust=no

optional=no
if [ "$check_only" = no ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    optional=yes
fi
find_missing
if [ ${#names[@]} -gt 0 ]; then
    list=$(printf ', %s' "${names[@]}")
    command="apt-get install -y --no-install-recommends ${packages[*]}"
    if [ "$check_only" = yes ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "Missing: ${list#, }. On Debian, as root: $command" >&2
        exit 1
    fi
    echo "Installing ${list#, }"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    optional=no
    if ! apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; then
        # One package that is not to be had must not keep the needed ones away.
        find_missing
        [ ${#packages[@]} -eq 0 ] || apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
    fi
    find_missing
    if [ ${#names[@]} -gt 0 ]; then
        list=$(printf ', %s' "${names[@]}")
        echo "Still missing after installing: ${list#, }" >&2
        exit 1
    fi
fi
[ "$rust" = yes ]
