#!/usr/bin/env bash
# The ABI: what is checked in is what the headers say, nothing that an earlier version promised has
# changed, and programs and libraries of different versions work together. Uses the build of the gcc stage.
source scripts/lib.sh
source scripts/abi/lib.sh

work=$BUILD/abi
mkdir -p "$work"
rm -f "$work"/*.* "$work"/program*
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
major=${version%%.*}
warnings=(-std=c99 -Wall -Wextra -pedantic -Werror)
c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON
library=$BUILD/gcc

map_of() { if [ "$1" = linkauth ]; then echo liblinkauth.map; else echo tls/liblinkauth_tls.map; fi; }
for name in linkauth linkauth_tls; do
    stand_in "include/$name.h" "$(map_of $name)" "lib$name.so.$major" "$work/$name.so"
done

# --- What is checked in --------------------------------------------------------------------------

check "tests/abi has a folder for $version (else: make abi)" test -d "tests/abi/$version"
if cc -m32 -ffreestanding -x c -c - -o "$work/x.o" <<<'int x;'; then
    scripts/abi/layout.sh >"$work/layout.rs"
    check "src/capi/layout.rs is what C compilers measure (else: make header)" diff src/capi/layout.rs "$work/layout.rs"
else
    skip "src/capi/layout.rs is what C compilers measure" "this compiler has no -m32"
fi
for name in linkauth linkauth_tls; do
    python3 scripts/abi/header.py bare "include/$name.h" >"$work/$name.h"
    check "tests/abi/$version/$name.h is today's (else: make abi)" diff "tests/abi/$version/$name.h" "$work/$name.h"
    symbols "$work/$name.so" >"$work/$name.symbols"
    symbols "$library/lib$name.so" >"$work/$name.shipped"
    check "lib$name.so exports what its header says, with its versions" diff "$work/$name.symbols" "$work/$name.shipped"
done
python3 scripts/abi/header.py grown include/linkauth.h >"$work/grown.h"

# Only five structs are made to grow below; this mistake in the others would be seen after a release.
names_itself() { grep -rE 'FIRST_SIZE: usize = size_of::<(linkauth_|Transport|Self)' src/capi; }
check "every FIRST_SIZE is a number of its own" not names_itself

# --- What earlier versions promised --------------------------------------------------------------

# same_abi <old dump> <library> <flag>...
same_abi() {
    local old=$1 new=$2
    shift 2
    abidiff "$@" "$old" "$new"
}
# nodes_kept <old symbols> <new symbols>: each old name is there, and no old node has got a new one.
nodes_kept() {
    local nodes
    nodes=$(sed 's/.*@//' "$1" | sort -u)
    diff "$1" <(grep -E "@($(paste -sd '|' <<<"$nodes"))\$" "$2")
}

compared=()
for folder in tests/abi/*/; do
    old=$(basename "$folder")
    compared+=("$old")
    for name in linkauth linkauth_tls; do
        check "$name.h keeps what that of $old promised" \
            python3 scripts/abi/header.py compatible "$folder/$name.h" "include/$name.h"
        if [ "$old" != "$version" ]; then
            check "lib$name.so: no symbol of $old moved, no node of its was added to" \
                nodes_kept "$folder/$name.symbols" "$work/$name.symbols"
        fi
        if ! have abidiff; then
            skip "lib$name.so against the dump of $old" "abidiff is not installed"
        elif [ "$(uname -m)" != x86_64 ]; then
            skip "lib$name.so against the dump of $old" "it was made on x86_64"
        elif [ "$old" = "$version" ]; then
            check "lib$name.so has the ABI of the dump (else: make abi)" same_abi "$folder/$name.abi" "$work/$name.so"
        else
            check "lib$name.so: no symbol or type of $old is gone" \
                same_abi "$folder/$name.abi" "$work/$name.so" --no-added-syms --suppressions scripts/abi/growth.abignore
        fi
    done
done

# --- Controls: both comparisons find what breaks a program ----------------------------------------

# broken <what> <perl expression>: a header that differs.
broken() {
    perl -0pe "$2" "$work/linkauth.h" >"$work/broken.h"
    if cmp -s "$work/linkauth.h" "$work/broken.h"; then
        fail "control: $1 (nothing was changed)"
        return 0
    fi
    check "control: $1 is found in the header" \
        not python3 scripts/abi/header.py compatible "tests/abi/$version/linkauth.h" "$work/broken.h"
    if have abidiff && [ "$(uname -m)" = x86_64 ]; then
        stand_in "$work/broken.h" liblinkauth.map "liblinkauth.so.$major" "$work/broken.so"
        check "control: $1 is found by abidiff" not same_abi "tests/abi/$version/linkauth.abi" "$work/broken.so"
    fi
}
broken "a removed function" 's/linkauth_store_erase\(/linkauth_store_remove(/'
broken "a changed parameter" 's/uint8_t code\);/uint16_t code);/'
broken "a changed result" 's/uint32_t linkauth_version_number/uint64_t linkauth_version_number/'
broken "a member in between" 's/(    const char \*region;)/    void *between;\n\1/'
broken "two members in each other's place" 's/(    const char \*region;\n)(    size_t region_length;\n)/\2\1/'
broken "a member of another type" 's/uint32_t registrations;/int32_t registrations;/'
broken "a callback with a parameter more" 's/void \(\*close\)\(void \*user\)/void (*close)(void *user, int how)/'
broken "a smaller object" 's/uint64_t opaque\[64\]/uint64_t opaque[63]/'
sed 's/LINKAUTH_ERROR_BUSY = 110/LINKAUTH_ERROR_BUSY = 111/' "$work/linkauth.h" >"$work/broken.h"
refuses "control: a status with another number" "LINKAUTH_ERROR_BUSY was '110'" \
    python3 scripts/abi/header.py compatible "tests/abi/$version/linkauth.h" "$work/broken.h"
sed 's/^linkauth_wipe@@/linkauth_wipe2@@/' "$work/linkauth.symbols" | sort >"$work/broken.symbols"
refuses "control: a new function in an old node" "linkauth_wipe2" nodes_kept "tests/abi/$version/linkauth.symbols" "$work/broken.symbols"
check "a struct that grows at its end is no break" \
    python3 scripts/abi/header.py compatible "tests/abi/$version/linkauth.h" "$work/grown.h"
if have abidiff && [ "$(uname -m)" = x86_64 ]; then
    stand_in "$work/grown.h" liblinkauth.map "liblinkauth.so.$major" "$work/grown.so"
    check "nor is it by abidiff, for an earlier version" same_abi "tests/abi/$version/linkauth.abi" "$work/grown.so" \
        --no-added-syms --suppressions scripts/abi/growth.abignore
    check "control: it is a difference to be written down" not same_abi "tests/abi/$version/linkauth.abi" "$work/grown.so"
fi
structs=$(python3 scripts/abi/header.py names include/linkauth.h include/linkauth_tls.h | grep -vc ' ')
echo "NOTE: ABI: $(wc -l <"$work/linkauth.symbols") and $(wc -l <"$work/linkauth_tls.symbols") functions, $structs structs by abidiff and by the headers; compared with: ${compared[*]}"

# --- Old program and new library, new program and old library -------------------------------------

run() { LD_LIBRARY_PATH=$1 "${@:2}"; }
for folder in tests/abi/*/; do
    old=$(basename "$folder")
    check "the program of $old is compiled with the header of $old" \
        cc "${warnings[@]}" "-I$folder" "$folder/program.c" "$library/liblinkauth.so" -o "$work/program-$old"
    check "it runs with today's library" run "$library" "$work/program-$old"
done
mkdir -p "$work/newer"
mv "$work/grown.h" "$work/newer/linkauth.h"
check "a program of a later version, with more members" cc "${warnings[@]}" -DLINKAUTH_LAYOUT_CHECKED \
    "-I$work/newer" -Itests/c tests/abi/newer_program.c "$library/liblinkauth.so" -o "$work/program-newer"
check "it runs with today's library while they are 0, and is refused when they are not" run "$library" "$work/program-newer"

# future <folder> <argument>...: builds the library of a later version.
future() {
    rm -rf "$work/future/src"
    scripts/abi/future.sh "$work/future" "${@:2}" &&
        cmake -S "$work/future" -B "$work/future/build" "-DLINKAUTH_CARGO_TARGET_DIR=$work/future/cargo" \
            -DCMAKE_BUILD_TYPE=Release -DLINKAUTH_TLS=OFF -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON \
            -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF &&
        cmake --build "$work/future/build" --target linkauth_shared &&
        rm -rf "${work:?}/$1" && mkdir "$work/$1" && cp -P "$work"/future/build/liblinkauth.so* "$work/$1"
}
check "the library of a later version: more members, one function more" future later
for folder in tests/abi/*/; do
    old=$(basename "$folder")
    check "the program of $old runs with the later library" run "$work/later" "$work/program-$old"
done
echo 'unsigned linkauth_future(void);
int main(void) { return linkauth_future() == 1 ? 0 : 1; }' >"$work/future.c"
check "a program of the later version" cc "$work/future.c" "$work/later/liblinkauth.so" -o "$work/program-future"
check "it runs with its library" run "$work/later" "$work/program-future"
refuses "with today's it is refused when it starts, not when it calls" "version \`LINKAUTH_0.2' not found" \
    run "$library" "$work/program-future"
check "control: a library that forgets the first sizes" future forgetful forgetful
refuses "control: the program of $version finds it out" "LINKAUTH_ERROR_STRUCT_SIZE" \
    run "$work/forgetful" "$work/program-$version"
echo "NOTE: programs of ${compared[*]} with the library of today and of a later version; a later program with today's"
