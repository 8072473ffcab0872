#!/usr/bin/env bash
# Prints src/capi/layout.rs: where C compilers put what linkauth.h declares. A place is a number of bytes and
# of words of a pointer's size; two widths of a pointer tell them apart.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure <name> <flag>
measure() {
    # The table comes before what the header asserts itself.
    cc "$2" -ffreestanding -DLINKAUTH_LAYOUT_CHECKED -c "$work/probe.c" -o "$work/$1.o"
    objcopy -O binary -j .rodata "$work/$1.o" "$work/$1.bin"
    od -An -v -t u4 -w4 "$work/$1.bin" | tr -d ' ' >"$work/$1"
}
python3 scripts/abi/header.py probe include/linkauth.h >"$work/probe.c"
python3 scripts/abi/header.py names include/linkauth.h >"$work/names"
measure wide -m64
measure narrow -m32

cat <<'END'
//! Size and offset of everything that crosses the border, in bytes and words of a pointer's size:
//! measured by C compilers of 64 and 32 bits, asserted here for every target, and in C by
//! tests/abi/layout.c. Made by `make header`.

use super::*;
use crate::transport::Transport as linkauth_transport;
use core::mem::offset_of;

const fn place(bytes: usize, words: usize) -> usize {
    bytes.wrapping_add(words.wrapping_mul(size_of::<usize>()))
}

macro_rules! size {
    ($type:ident, $bytes:literal, $words:literal) => {
        const _: () = assert!(size_of::<$type>() == place($bytes, $words));
    };
}

macro_rules! offset {
    ($type:ident, $member:ident, $bytes:literal, $words:literal) => {
        const _: () = assert!(offset_of!($type, $member) == place($bytes, $words));
    };
}
END
paste -d ' ' "$work/wide" "$work/narrow" "$work/names" | awk '{
    words = ($1 - $2) / 4
    bytes = $1 - 8 * words
    if (NF == 3) print ""
    if ($3 ~ /^linkauth_aead/) print "#[cfg(feature = \"seal\")]"
    if ($3 ~ /^linkauth_file/) print "#[cfg(feature = \"posix\")]"
    if ($3 ~ /^linkauth_(lean|flash_secret|secret_store)/) print "#[cfg(feature = \"lean\")]"
    if ($3 ~ /^linkauth_flash/) print "#[cfg(feature = \"flash\")]"
    if (NF == 3) printf "size!(%s, %d, %d);\n", $3, bytes, words
    else printf "offset!(%s, %s, %d, %d);\n", $3, $4, bytes, words
}'
