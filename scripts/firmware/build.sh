# shellcheck shell=bash
# Sourced by scripts/firmware.sh and the stages that run firmware: builds liblinkauth.a and programs
# for the targets of cmake/toolchains.
#
# Set before: ROOT, BUILD, JOBS, CARGO_TARGET_DIR, and what scripts/lib.sh has.

# shellcheck disable=SC2034 # for who sources this
firmware_targets=(thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabi thumbv7em-none-eabihf
    thumbv8m.main-none-eabi riscv32imc-unknown-none-elf)
firmware=$BUILD/firmware # lib/<target>, include, and below it what was built on the way

# cross_tools <target>: sets cross_gcc and qemu.
cross_tools() {
    case $1 in
    thumb*) cross_gcc=arm-none-eabi-gcc qemu=qemu-system-arm ;;
    *) cross_gcc=riscv64-unknown-elf-gcc qemu=qemu-system-riscv32 ;;
    esac
}

# The Rust core of a target: there, or by rustup, or from its sources (Debian's rust-web-src).
rust_target() {
    local sysroot
    cargo_flags=
    sysroot=$(rustc --print sysroot) || return
    if [ -d "$sysroot/lib/rustlib/$1/lib" ] || { have rustup && rustup target add "$1"; }; then
        return 0
    fi
    [ -d "$sysroot/lib/rustlib/src/rust/library/core" ] || return
    cargo_flags="-Zbuild-std=core"
}

# why_not <target>: what keeps this machine from building and running it, if anything does.
why_not() {
    local cross_gcc qemu c_library=()
    cross_tools "$1"
    [ "$qemu" = qemu-system-arm ] || c_library=(--specs=picolibc.specs)
    if ! have "$cross_gcc"; then
        echo "$cross_gcc is not installed"
    elif ! printf '#include <string.h>\n' | "$cross_gcc" "${c_library[@]}" -E - >/dev/null 2>&1; then
        echo "the C library of $cross_gcc is not installed"
    elif ! have "$qemu"; then
        echo "$qemu is not installed"
    elif ! rust_target "$1" >/dev/null 2>&1; then
        echo "neither rustup nor rust-src has the Rust target"
    fi
}

# build_library <target>: installs lib/<target>/liblinkauth.a and include/linkauth.h into $firmware.
build_library() {
    rust_target "$1" &&
        cmake --preset "$1" -B "$firmware/cmake/$1" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" \
            "-DLINKAUTH_CARGO_FLAGS=$cargo_flags" &&
        env ${cargo_flags:+RUSTC_BOOTSTRAP=1} cmake --build "$firmware/cmake/$1" --parallel "$JOBS" &&
        cmake --install "$firmware/cmake/$1" --prefix "$firmware"
}

# build_programs <target> <source folder> <name>: into $firmware/<name>/<target>, against what
# build_library installed.
build_programs() {
    local folder=$firmware/$3/$1
    cmake -S "$2" -B "$folder" "-DCMAKE_PREFIX_PATH=$firmware" \
        "-DCMAKE_TOOLCHAIN_FILE=$ROOT/cmake/toolchains/$1.cmake" &&
        cmake --build "$folder" --parallel "$JOBS"
}
