# shellcheck shell=bash disable=SC2154 # folder is set by scripts/size.sh
# Sourced by scripts/size.sh: what of liblinkauth.a an image holds that calls certain functions.

# cross_ld <target>: sets ld and nm, with the linker's emulation.
cross_ld() {
    case $1 in
    thumb*) ld=(arm-none-eabi-ld) nm=arm-none-eabi-nm size=arm-none-eabi-size ;;
    *) ld=(riscv64-unknown-elf-ld -melf32lriscv) nm=riscv64-unknown-elf-nm size=riscv64-unknown-elf-size ;;
    esac
}

# image <target> <library> <output> <function>...: links what the functions need, and nothing else:
# no C library, so that a function it lacks is an error.
image() {
    local target=$1 library=$2 output=$3 ld nm size function roots=()
    shift 3
    cross_ld "$target"
    for function; do roots+=(-u "$function"); done
    "${ld[@]}" --gc-sections -e 0 -Ttext=0x1000 "${roots[@]}" -o "$output" "$library"
}

# flash <target> <variant> <row> <function>...: prints the row, the bytes of flash and those of RAM.
flash() {
    local target=$1 row=$3 ld nm size at=$folder/$1/$2
    shift 3
    cross_ld "$target"
    image "$target" "$at/lib/$target/liblinkauth.a" "$at/$row.elf" "$@" 2>"$at/ld.log" ||
        { cat "$at/ld.log" >&2 && return 1; }
    "$size" -A "$at/$row.elf" | awk -v row="$row" '
        $1 ~ /^\.(text|rodata|srodata|eh_frame|ARM\.ex)/ { flash += $2 }
        $1 ~ /^\.(data|sdata|bss|sbss|tdata|tbss)/ { ram += $2; if ($1 ~ /data/) flash += $2 }
        END { print row, flash + 0, ram + 0 }'
}

# What nobody wants in a firmware: panics, formatting, heap and unwinding.
unwanted='panic|core3fmt|core\.\.fmt|rust_begin_unwind|_Unwind|__rust_alloc|malloc|realloc|calloc|rust_eh'

# symbols <image> <nm>: those that are unwanted, and variables.
symbols() {
    "$2" "$1" | grep -E "$unwanted" || true
    "$2" "$1" | grep -E ' [bBdDsS] ' | grep -vE ' (__bss_|__data_start|_bss_end__|_edata|_end|__end|_stack|__global_pointer)' || true
}

# is_clean <target>: with every function of the header rooted.
is_clean() {
    local target=$1 ld nm size at=$folder/$1/all found
    cross_ld "$target"
    local functions
    mapfile -t functions <"$at/made/prelink/linkauth.o.symbols"
    image "$target" "$at/lib/$target/liblinkauth.a" "$at/everything.elf" "${functions[@]}" 2>/dev/null || return
    found=$(symbols "$at/everything.elf" "$nm")
    [ -z "$found" ] || { printf '%s\n' "$found" && return 1; }
}

# finds_a_panic <target>: that check on code which has what it looks for.
finds_a_panic() {
    local ld nm size at=$folder/$1
    cross_ld "$1"
    rustc --edition 2024 --target "$1" -C opt-level=z -C panic=abort -o "$at/panics.a" tests/size/panics.rs &&
        image "$1" "$at/panics.a" "$at/panics.elf" panics &&
        grep -q panicking <<<"$(symbols "$at/panics.elf" "$nm")" &&
        grep -q ' [bBdD] .*COUNT' <<<"$(symbols "$at/panics.elf" "$nm")"
}
