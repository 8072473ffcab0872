# shellcheck shell=bash
# What the ABI comparison is made of. Sourced by write.sh and by the stage.
#
# The shipped library has no debug information. Its types are those of the header, since cbindgen
# makes the header from the Rust signatures and both assert one layout. So the dump is taken of a stand-in:
# a library of empty functions that a C compiler makes of the header, with debug information.

# stand_in <header> <version script> <SONAME> <library>
stand_in() {
    local source=${4%.so}.c
    python3 "$ROOT/scripts/abi/header.py" stub "$1" >"$source"
    # A changed struct must reach the comparison, so the header's own assertions are off.
    cc -std=c99 -w -g -fPIC -shared -nostartfiles -DLINKAUTH_LAYOUT_CHECKED -DLINKAUTH_TLS_LAYOUT_CHECKED \
        "-ffile-prefix-map=$(dirname "$source")/=" "-I$ROOT/include" "$source" "-Wl,--version-script=$2" "-Wl,-soname,$3" -o "$4"
}

# dump <library> <file>
dump() {
    abidw --no-show-locs --no-comp-dir-path --no-corpus-path --drop-undefined-syms --out-file "$2" "$1"
}

# symbols <library>: every exported name with its version, sorted.
symbols() {
    nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort
}
