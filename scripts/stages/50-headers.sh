#!/usr/bin/env bash
# Every public header compiles by itself, twice in a row and in two files of one program, in every
# language version its users have, without a warning.
source scripts/lib.sh

work=$BUILD/headers
rm -rf "$work"
mkdir -p "$work"
warnings=(-Wall -Wextra -pedantic -Werror)
includes=(-Iinclude)
mapfile -t headers < <(find include -name '*.h' -o -name '*.hpp' | sort)

# compiles <compiler> <language> <standard> <header>
compiles() {
    local flags=("-std=$3" "${warnings[@]}" "${includes[@]}" -x "$2" -c)
    printf '#include "%s"\nint first(void);\nint first(void) { return 0; }\n' "$4" >"$work/first.src"
    printf '#include "%s"\n#include "%s"\nint second(void);\nint second(void) { return 0; }\n' "$4" "$4" >"$work/second.src"
    "$1" "${flags[@]}" "$work/first.src" -o "$work/first.o" &&
        "$1" "${flags[@]}" "$work/second.src" -o "$work/second.o" &&
        ld -r "$work/first.o" "$work/second.o" -o "$work/both.o"
}

# matrix <compiler> <language> <standards>
matrix() {
    local compiler=$1 language=$2 header standard
    shift 2
    if ! have "$compiler"; then
        skip "headers by $compiler" "it is not installed"
        return 0
    fi
    for header in "${headers[@]}"; do
        [ "$language" = c ] && [[ $header == *.hpp ]] && continue
        for standard; do
            check "$(basename "$header") by $compiler as $standard" \
                compiles "$compiler" "$language" "$standard" "$(basename "$header")"
        done
    done
}

matrix gcc c c99 c11 c17
matrix clang c c99 c11 c17
matrix g++ c++ c++11 c++17 c++20
matrix clang++ c++ c++11 c++17 c++20
