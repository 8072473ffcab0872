# shellcheck shell=bash
# Builds the libraries for gateways of other processors and C libraries. Sourced after scripts/lib.sh.
#
# What is built for <target> is in $BUILD/gateway/<target>.

gateway_targets() { echo aarch64-unknown-linux-gnu armv7-unknown-linux-gnueabihf x86_64-unknown-linux-musl; }

# gateway_binutils <target>: how the names of its binutils begin.
gateway_binutils() {
    case $1 in
        aarch64-unknown-linux-gnu) echo aarch64-linux-gnu- ;;
        armv7-unknown-linux-gnueabihf) echo arm-linux-gnueabihf- ;;
    esac
}

# gateway_compiler <target>
gateway_compiler() {
    case $1 in
        *-musl) echo musl-gcc ;;
        *) echo "$(gateway_binutils "$1")gcc" ;;
    esac
}

# gateway_emulator <target>: runs its programs here; empty where none is needed.
gateway_emulator() {
    case $1 in
        aarch64-*) echo qemu-aarch64 ;;
        armv7-*) echo qemu-arm ;;
    esac
}

has_rust_target() { [ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ]; }

# gateway_missing <target>: why it cannot be built here; empty when it can.
gateway_missing() {
    local compiler
    compiler=$(gateway_compiler "$1")
    if ! have "$compiler" || ! echo '#include <stdio.h>' | "$compiler" -E -x c - >/dev/null 2>&1; then
        echo "$compiler, or its C library, is not installed"
    elif ! has_rust_target "$1" && ! { have rustup && rustup target add "$1"; } >/dev/null 2>&1; then
        echo "Rust's standard library for it is neither there nor to be had by rustup"
    fi
}

# gateway_build <target> <cmake target>...: builds some of what CMake knows.
gateway_build() {
    local target=$1
    shift
    cmake -S "$ROOT" -B "$BUILD/gateway/$target" "-DCMAKE_TOOLCHAIN_FILE=$ROOT/cmake/toolchains/$target.cmake" \
        "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" -DCMAKE_BUILD_TYPE=Release \
        -DLINKAUTH_TLS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF &&
        cmake --build "$BUILD/gateway/$target" --parallel "$JOBS" --target "$@"
}

# gateway_size <target>: bytes of its liblinkauth.so: the stripped file, code and constants, data.
gateway_size() {
    local tools stripped
    tools=$(gateway_binutils "$1")
    stripped=$(mktemp)
    "${tools}strip" -o "$stripped" "$BUILD/gateway/$1/liblinkauth.so"
    printf '%s %s\n' "$(stat -c %s "$stripped")" "$("${tools}size" "$stripped" | awk 'NR == 2 { print $1, $2 + $3 }')"
    rm -f "$stripped"
}
