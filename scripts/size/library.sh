# shellcheck shell=bash
# Sourced by scripts/size.sh and scripts/bench.sh: libraries with other features for a microcontroller, and what is
# measured with them in QEMU.
#
# Set before: ROOT, BUILD, JOBS, CARGO_TARGET_DIR.

folder=$BUILD/size
mkdir -p "$folder"

# variant <target> <name> <cmake argument>...: a library with other features, in $folder/<target>/<name>.
variant() {
    local target=$1 at=$folder/$1/$2
    shift 2
    cmake --preset "$target" -B "$at/made" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" \
        -DLINKAUTH_SHA1=OFF -DLINKAUTH_MD5=OFF -DLINKAUTH_SEALING=OFF -DLINKAUTH_REGISTER_MQTT=OFF "$@" &&
        cmake --build "$at/made" --parallel "$JOBS" && cmake --install "$at/made" --prefix "$at"
}

# run_measures <target> <name> <cmake argument>...: what tests/size measures with that library: stack, and instructions.
run_measures() {
    local target=$1 at=$folder/$1/$2
    shift 2
    cmake -S tests/size -B "$at/stack" "-DCMAKE_PREFIX_PATH=$at" \
        "-DCMAKE_TOOLCHAIN_FILE=$ROOT/cmake/toolchains/$target.cmake" "$@" &&
        cmake --build "$at/stack" --parallel "$JOBS" &&
        python3 tests/size/run.py "$target" "$at/stack/stack.elf" >"$at/stack.txt" &&
        python3 tests/size/run.py "$target" "$at/stack/instructions.elf" -icount shift=0,sleep=off >"$at/instructions.txt"
}
