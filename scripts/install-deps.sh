#!/usr/bin/env bash
# Names the tools that are missing and, as root on a Debian system, installs them.
#
#   scripts/install-deps.sh [--check] [build|demo|firmware|bench|test]
#
# build: what compiling the libraries needs. demo: that, and what the demo talks through. firmware: the
# cross compilers and QEMU. bench: what linkauth is compared with. test (the default): everything `make test` can make use of. --check never installs.
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
    build | demo | firmware | bench | test) ;;
    *)
        echo "usage: scripts/install-deps.sh [--check] [build|demo|firmware|bench|test]" >&2
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

# c_library_exists <cross compiler> [<argument>...]
c_library_exists() { printf '#include <string.h>\n' | "$@" -E -x c - -o /dev/null; }

# cross_tools <needs or wants>
cross_tools() {
    "$1" "a compiler for Arm firmware" gcc-arm-none-eabi command -v arm-none-eabi-gcc
    "$1" "its C library" libnewlib-arm-none-eabi c_library_exists arm-none-eabi-gcc
    "$1" "a compiler for RISC-V firmware" gcc-riscv64-unknown-elf command -v riscv64-unknown-elf-gcc
    "$1" "its C library" picolibc-riscv64-unknown-elf c_library_exists riscv64-unknown-elf-gcc --specs=picolibc.specs
    "$1" "QEMU for Arm" qemu-system-arm command -v qemu-system-arm
    "$1" "QEMU for RISC-V" qemu-system-misc command -v qemu-system-riscv32
}

# Like `needs`, for what a single check uses: installed where that works, and never missed.
wants() { [ "$optional" = no ] || needs "$@"; }

# What make bench puts beside linkauth, OpenSSL apart.
compared() {
    wants mbedTLS libmbedtls-dev header_exists mbedtls/md.h
    wants libsodium libsodium-dev header_exists sodium.h
    wants libcurl libcurl4-openssl-dev header_exists curl/curl.h
    wants "Python's venv" python3-venv python3 -c 'import ensurepip'
}

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
    needs OpenSSL libssl-dev header_exists openssl/ssl.h
    if [ "$purpose" = firmware ]; then
        needs python3 python3 command -v python3
        cross_tools needs
        return 0
    fi
    if [ "$purpose" = bench ]; then
        needs python3 python3 command -v python3
        compared
        wants "a compiler for Arm firmware" gcc-arm-none-eabi command -v arm-none-eabi-gcc
        wants "its C library" libnewlib-arm-none-eabi c_library_exists arm-none-eabi-gcc
        wants "QEMU for Arm" qemu-system-arm command -v qemu-system-arm
        return 0
    fi
    needs libmosquitto libmosquitto-dev header_exists mosquitto.h
    [ "$purpose" = demo ] && return 0
    needs c++ g++ command -v c++
    needs clang clang command -v clang++
    needs valgrind valgrind command -v valgrind
    needs shellcheck shellcheck command -v shellcheck
    needs python3 python3 command -v python3
    wants "the C library's symbols for valgrind" libc6-dbg dpkg -s libc6-dbg
    wants strace strace command -v strace
    wants "Paho C" libpaho-mqtt-dev header_exists MQTTClient.h
    wants mosquitto_rr mosquitto-clients command -v mosquitto_rr
    wants mosquitto mosquitto command -v mosquitto
    wants "what plugins of mosquitto are made of" mosquitto-dev header_exists mosquitto_broker.h
    wants SQLite libsqlite3-dev header_exists sqlite3.h
    wants ip iproute2 command -v ip
    wants swtpm swtpm command -v swtpm
    wants tpm2-tools tpm2-tools command -v tpm2_unseal
    wants "the TPM's socket" libtss2-tcti-swtpm0 dpkg -s libtss2-tcti-swtpm0
    wants keyctl keyutils command -v keyctl
    wants libfuse3 libfuse3-dev pkg-config --exists fuse3
    wants fusermount3 fuse3 command -v fusermount3
    wants "gcc for aarch64" gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
    wants "glibc for aarch64" libc6-dev-arm64-cross test -d /usr/aarch64-linux-gnu/include
    wants "gcc for armhf" gcc-arm-linux-gnueabihf command -v arm-linux-gnueabihf-gcc
    wants "glibc for armhf" libc6-dev-armhf-cross test -d /usr/arm-linux-gnueabihf/include
    wants qemu-user qemu-user command -v qemu-aarch64
    wants musl-gcc musl-tools command -v musl-gcc
    wants dpkg-buildpackage dpkg-dev command -v dpkg-buildpackage
    wants debhelper debhelper command -v dh
    wants lintian lintian command -v lintian
    wants doxygen doxygen command -v doxygen
    wants mandoc mandoc command -v mandoc
    wants yamllint yamllint command -v yamllint
    cross_tools wants
    wants abidiff abigail-tools command -v abidiff
    wants Go golang-go command -v go
    wants Node.js nodejs command -v node
    wants npm npm command -v npm
    compared
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
