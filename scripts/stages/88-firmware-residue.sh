#!/usr/bin/env bash
# What is left of a secret in a microcontroller: each entry is stopped where it has returned, and all RAM
# and all registers of the board are searched (tests/residue, tests/firmware/residue.py). With
# LINKAUTH_LONG 10 runs of everything, else one.
source scripts/lib.sh
source scripts/firmware/build.sh

out=$BUILD/residue-firmware
runs=1
[ -z "${LINKAUTH_LONG:-}" ] || runs=10
mkdir -p "$out"
(cd tests/residue && cc -std=c99 -O2 -Wall -Wextra -pedantic -Werror -o "$out/scan_dump" \
    scan_dump.c scan.c patterns.c arithmetic.c -lm)

# search <target> <residue.elf> <result> [<entry>...]
search() {
    local cross_gcc qemu run
    cross_tools "$1"
    : >"$3"
    for ((run = 0; run < runs; run++)); do
        timeout 600 python3 tests/firmware/residue.py "$1" "$2" "$out/scan_dump" "${cross_gcc%gcc}nm" "${@:4}" >>"$3" || return
    done
}

# found <result>: "<searches> <windows> <words>"
found() { awk '{ n++; w += $2; x += $3 } END { print n + 0, w + 0, x + 0 }' "$1"; }

# variant <target> <name> <cmake argument>...: the program with another library, in $out/<target>-<name>
variant() {
    local target=$1 at=$out/$1-$2
    shift 2
    rust_target "$target" &&
        cmake --preset "$target" -B "$at/made" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" "$@" &&
        env ${cargo_flags:+RUSTC_BOOTSTRAP=1} cmake --build "$at/made" --parallel "$JOBS" && cmake --install "$at/made" --prefix "$at" &&
        cmake -S tests/firmware -B "$at/programs" "-DCMAKE_PREFIX_PATH=$at" \
            "-DCMAKE_TOOLCHAIN_FILE=$ROOT/cmake/toolchains/$target.cmake" &&
        cmake --build "$at/programs" --parallel "$JOBS" --target residue
}

# search_again <target> <residue.elf> <result>: a word alone may be chance. It counts if one of three further
# runs, with other secrets, finds a word at the same entry. Sets windows and words.
search_again() {
    local entries runs=3
    mapfile -t entries < <(awk '$3 > 0 { print $1 }' "$3")
    search "$1" "$2" "$3.again" "${entries[@]}" || return
    read -r _ windows words < <(found "$3.again")
}

# nothing_left <what> <target> <residue.elf> <result>
nothing_left() {
    local searches windows words
    if ! search "$2" "$3" "$4"; then
        fail "$1: the calls return what they must"
        return
    fi
    read -r searches windows words < <(found "$4")
    if [ "$windows" -eq 0 ] && [ "$words" -gt 0 ]; then
        search_again "${@:2}" || fail "$1: the calls return what they must, again"
    fi
    if [ "$searches" -ge $((40 * runs)) ] && [ "$windows" -eq 0 ] && [ "$words" -eq 0 ]; then
        pass "$1: nothing is left in RAM or registers, $searches searches"
    else
        fail "$1: $windows windows, $words words in $searches searches"
        awk '$2 + $3 > 0' "$4"
    fi
}

# found_again <what> <target> <residue.elf> <result>: a control
found_again() {
    local windows words
    search "$2" "$3" "$4" || true
    read -r _ windows words < <(found "$4")
    if [ "$windows" -gt 0 ]; then
        pass "control: $1 is caught: $windows windows, $words words"
    else
        fail "control: $1 is not caught"
    fi
}

ready=()
for target in "${firmware_targets[@]}"; do
    why=$(why_not "$target")
    if [ -n "$why" ]; then
        skip "residue on $target" "$why"
        continue
    fi
    if { build_library "$target" && build_programs "$target" tests/firmware tests; } >"$out/$target.log" 2>&1; then
        ready+=("$target")
        nothing_left "$target" "$target" "$firmware/tests/$target/residue.elf" "$out/$target.found"
    else
        cat "$out/$target.log"
        fail "$target: the program is built"
    fi
done

for target in "${ready[@]}"; do
    case $target in thumbv6m* | thumbv7em*hf | riscv32*) ;; *) continue ;; esac
    cargo_flags=
    variant "$target" sealed -DLINKAUTH_SEAL=ON >"$out/$target-sealed.log" 2>&1 || cat "$out/$target-sealed.log"
    nothing_left "$target with the ready seal" "$target" "$out/$target-sealed/programs/residue.elf" "$out/$target-sealed.found"
    variant "$target" unburned "-DLINKAUTH_CARGO_FLAGS=--config;target.'cfg(all())'.rustflags=['--cfg=linkauth_without_burn']" \
        >"$out/$target-unburned.log" 2>&1 || cat "$out/$target-unburned.log"
    found_again "$target: a scope that burns no stack" "$target" "$out/$target-unburned/programs/residue.elf" "$out/$target-unburned.found"
done
