#!/usr/bin/env bash
# Every public header compiles by itself, twice in a row and in two files of one program, in every
# language version its users have, without a warning; and means the same layout everywhere.
source scripts/lib.sh

work=$BUILD/headers
rm -rf "$work"
mkdir -p "$work"
warnings=(-Wall -Wextra -pedantic -Werror)
folder=$ROOT/include
mapfile -t headers < <(cd include && find . -name '*.h' -o -name '*.hpp' | sed 's|^\./||' | sort)

# compiles <header> <linker> <compiler> <flag>...
compiles() {
    local header=$1 linker=$2
    shift 2
    printf '#include "%s"\nint first(void);\nint first(void) { return 0; }\n' "$header" >"$work/first.src"
    printf '#include "%s"\n#include "%s"\nint second(void);\nint second(void) { return 0; }\n' "$header" "$header" >"$work/second.src"
    "$@" "${warnings[@]}" "-I$folder" -c "$work/first.src" -o "$work/first.o" &&
        "$@" "${warnings[@]}" "-I$folder" -c "$work/second.src" -o "$work/second.o" &&
        "$linker" -r "$work/first.o" "$work/second.o" -o "$work/both.o"
}

knows() { echo | "$1" "-std=$2" -x "$3" -fsyntax-only - 2>/dev/null; }

# matrix <compiler> <language> <standard>...: of two names for one standard, "c23|c2x", the one it knows.
matrix() {
    local compiler=$1 language=$2 header names standard covered=() extra
    shift 2
    if ! have "$compiler"; then
        skip "headers by $compiler" "it is not installed"
        return 0
    fi
    for names; do
        standard=
        for name in ${names//|/ }; do
            if knows "$compiler" "$name" "$language"; then standard=$name && break; fi
        done
        if [ -z "$standard" ]; then
            skip "headers by $compiler as $names" "it does not know that standard"
            continue
        fi
        covered+=("$standard")
        for header in "${headers[@]}"; do
            extra=()
            if [[ $header == *.hpp ]]; then
                if [ "$language" = c ] || [ "$standard" = c++98 ]; then continue; fi
                extra=(-fno-exceptions -fno-rtti)
            fi
            check "$header by $compiler as $standard" \
                compiles "$header" ld "$compiler" "-std=$standard" "${extra[@]}" -x "$language"
        done
    done
    echo "NOTE: headers alone, twice and in two files by $compiler $("$compiler" -dumpversion): ${covered[*]}"
}

c=(c99 c11 'c17|c18' 'c23|c2x')
cxx=(c++98 c++11 c++14 c++17 'c++20|c++2a' 'c++23|c++2b')
matrix gcc c "${c[@]}"
matrix clang c "${c[@]}"
matrix g++ c++ "${cxx[@]}"
matrix clang++ c++ "${cxx[@]}"

# The library's rows, as C reads them.
scripts/abi/layout_def.sh >"$work/layout.def"
rows=$(wc -l <"$work/layout.def")
# layout <compiler and flags>...
layout() { "$@" -std=c11 -ffreestanding -Iinclude "-I$work" -c tests/abi/layout.c -o "$work/layout.o"; }
widths=()
for target in cc "cc -m32" "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb" "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb -fno-short-enums"; do
    read -ra words <<<"$target"
    if ! have "${words[0]}"; then
        skip "headers by $target" "it is not installed"
        continue
    fi
    check "layout of $rows places by $target" layout "${words[@]}"
    widths+=("$target;")
    [ "${words[0]}" = cc ] && continue
    for header in linkauth.h linkauth_tls.h; do
        check "$header by $target as c99" compiles "$header" arm-none-eabi-ld "${words[@]}" -std=c99 -x c
    done
done
echo "NOTE: layout of $rows sizes and offsets, alike in Rust and C by: ${widths[*]%;}"
sed '0,/^OFFSET(linkauth_device_config, region, 8, 4)/s//OFFSET(linkauth_device_config, region, 8, 5)/' "$work/layout.def" >"$work/moved.def"
mv "$work/moved.def" "$work/layout.def"
refuses "control: a member that lies elsewhere" "linkauth_device_config.region" layout cc

# The same table in Rust where a pointer has 32 bits; with 64 every build asserts it.
narrow=thumbv7m-none-eabi
if have rustup && rustup target add "$narrow"; then
    check "layout in Rust for $narrow" cargo check --locked -p linkauth --lib --target "$narrow" \
        --no-default-features --features sha1,md5,capi,flash,seal
else
    skip "layout in Rust for $narrow" "rustup cannot add the target"
fi

# What the attributes say.
if have clang; then
    check "each @param names a parameter" clang -Wdocumentation -Werror -fsyntax-only -x c include/linkauth_tls.h
fi
echo '#include "linkauth.h"
void f(linkauth_device *d); void f(linkauth_device *d) { linkauth_report_connack(d, 0); }' >"$work/ignored.c"
refuses "an ignored status is a warning" "unused-result" cc "${warnings[@]}" -Iinclude -c "$work/ignored.c" -o "$work/x.o"
echo '#include "linkauth.h"
void no_name(void); void f(void); void f(void) { if (linkauth_status_name(0) == NULL) no_name(); }' >"$work/null.c"
# asks_for_null <flag>...: whether the compiler keeps the branch for a name that is NULL.
asks_for_null() { cc -O1 "$@" -Iinclude -c "$work/null.c" -o "$work/null.o" && nm -u "$work/null.o" | grep no_name; }
check "a compiler knows that no name is NULL" not asks_for_null
check "control: without the attribute it does not" asks_for_null -DLINKAUTH_RETURNS_NONNULL=

refuses "C++98 is told to take linkauth.h" "linkauth.hpp needs C++11" compiles linkauth.hpp ld g++ -std=c++98 -x c++

# Controls: the matrix sees what its oldest languages do not have.
folder=$work/broken
mkdir "$folder"
sed 's/^} linkauth_state;/, &/' include/linkauth.h >"$folder/linkauth.h"
refuses "control: a comma that C++98 has not" "comma" compiles linkauth.h ld g++ -std=c++98 -x c++
{ cat include/linkauth.h; echo 'static int twice(void) { return 0; }'; } >"$folder/linkauth.h"
refuses "control: a definition outside the guard" "twice" compiles linkauth.h ld gcc -std=c99 -x c
