#!/usr/bin/env bash
# Installs into a staging folder, moves it, and builds programs of users against it in every way users do:
# the projects of tests/consumers, copied out of the tree, with the first C example of README.md.
source scripts/lib.sh

work=$BUILD/consumers
rm -rf "$work"
mkdir -p "$work"
cp -R tests/consumers "$work/src"
awk '/^```c$/ && !done { inside = 1; next } /^```/ { if (inside) done = 1; inside = 0 } inside' README.md >"$work/main.c"
check "README.md has a C example" test -s "$work/main.c"
warnings=(-std=c99 -Wall -Wextra -pedantic -Werror)
said="LINKAUTH_OK: a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|"
ways=()

c_build release -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib \
    -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
DESTDIR=$work/staged cmake --install "$BUILD/release"
pass "install to a DESTDIR"

# Whatever works from here works without what install wrote anywhere else.
prefix=$work/moved
mv "$work/staged/usr/local" "$prefix"
rmdir "$work/staged/usr" "$work/staged"
names_a_path() { grep -rlIF -e "$ROOT" -e "$BUILD" -e /usr/local "$prefix/lib" "$prefix/include"; }
check "nothing installed names the build folder or the prefix" test -z "$(names_a_path)"
for file in include/linkauth.h include/linkauth.hpp include/linkauth_tls.h \
    lib/liblinkauth.a lib/liblinkauth.so lib/liblinkauth_tls.a lib/liblinkauth_tls.so \
    share/doc/linkauth/LICENSE-MIT share/doc/linkauth/LICENSE-APACHE share/doc/linkauth/README.md; do
    check "installed: $file" test -e "$prefix/$file"
done

# signs_in <program>...: it runs, and says the clientId of the example.
signs_in() {
    local output
    output=$(LD_LIBRARY_PATH=$prefix/lib "$@")
    printf '%s\n' "$output"
    [ "$output" = "$said" ]
}
# signed_in <way> <program>...: the programs of one way.
signed_in() {
    local program
    for program in "${@:2}"; do
        check "$1: $(basename "$program") signs in" signs_in "$program"
    done
    ways+=("$1;")
}
loads_linkauth() { readelf -d "$1" | grep liblinkauth; }

# project <project> <build> <cmake argument>...
configured() {
    cmake -S "$work/src/$1" -B "$work/$2" "-DMAIN=$work/main.c" "-DCMAKE_C_FLAGS=${warnings[*]}" "${@:3}"
}
project() { configured "$@" && cmake --build "$work/$2" --parallel "$JOBS"; }

check "find_package: build" project find_package find "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.1
signed_in find_package "$work"/find/with_{linkauth,static,tls,cxx}
check "find_package: the shared program loads liblinkauth.so" loads_linkauth "$work/find/with_linkauth"
check "find_package: the static program does not" not loads_linkauth "$work/find/with_static"
refuses "find_package: another minor version is refused" "compatible with requested version" \
    configured find_package other-minor "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.2
refuses "find_package: a later patch is refused" "compatible with requested version" \
    configured find_package later-patch "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.1.999

if have pkg-config; then
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    check "pkg-config: the version" test "$(pkg-config --modversion linkauth)" = "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
    mkdir "$work/pkg"
    check "pkg-config: build" env "CFLAGS=${warnings[*]}" make -C "$work/pkg" -f "$work/src/pkg_config/Makefile" "MAIN=$work/main.c"
    signed_in pkg-config "$work"/pkg/with_{linkauth,tls,cxx} "$work/pkg/wholly_static"
    unset PKG_CONFIG_PATH
else
    skip "pkg-config" "it is not installed"
fi

check "plain cc: build" cc "${warnings[@]}" "-I$prefix/include" "$work/main.c" "$prefix/lib/liblinkauth.so" -o "$work/with_so"
check "plain cc: build with the archive" cc "${warnings[@]}" "-I$prefix/include" "$work/main.c" "$prefix/lib/liblinkauth.a" -o "$work/with_archive"
check "plain cc: build from the source tree" cc "${warnings[@]}" -Iinclude "$work/main.c" "$BUILD/release/liblinkauth.a" -o "$work/uninstalled"
signed_in "plain cc" "$work/with_so" "$work/with_archive" "$work/uninstalled"
check "plain cc, everything hidden: build" cc "${warnings[@]}" -fvisibility=hidden "-I$prefix/include" \
    -include "$work/src/hidden.h" "$work/main.c" "$prefix/lib/liblinkauth.so" -o "$work/with_hidden"
signed_in "hidden symbols" "$work/with_hidden"
refuses "control: LINKAUTH_API is what shows the functions" "hidden symbol" cc "${warnings[@]}" -DLINKAUTH_API= \
    "-I$prefix/include" -include "$work/src/hidden.h" "$work/main.c" "$prefix/lib/liblinkauth.so" -o "$work/control"

check "dlopen: build with the header alone" cc "${warnings[@]}" "-I$prefix/include" "$work/src/dlopen/main.c" -ldl -o "$work/opened"
check "dlopen: signs in" signs_in "$work/opened" "$prefix/lib/liblinkauth.so.0"
ways+=("dlopen;")

check "add_subdirectory: build" project add_subdirectory sub "-DLINKAUTH_SOURCE=$ROOT" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR"
signed_in add_subdirectory "$work"/sub/with_{linkauth,static,cxx}
check "add_subdirectory: the unused TLS library was not built" test ! -e "$work/sub/linkauth/liblinkauth_tls.a"
DESTDIR=$work/program cmake --install "$work/sub"
check "add_subdirectory: nothing of linkauth is installed with the program" test ! -e "$work/program"

# What a release holds: the files that are checked in, as they stand here.
tarball() { git ls-files -z | tar --null --ignore-failed-read -czf "$work/linkauth.tar.gz" --transform 's|^|linkauth/|' -T -; }
if git rev-parse --is-inside-work-tree && tarball; then
    check "FetchContent: build" project fetch_content fetch "-DLINKAUTH_URL=$work/linkauth.tar.gz" "-DLINKAUTH_CARGO_TARGET_DIR=$work/cargo"
    signed_in FetchContent "$work"/fetch/with_{linkauth,static,cxx}
else
    skip "FetchContent" "what is checked in cannot be told without git"
fi

has_asan() { nm "$1" | grep -w __asan_init; }
presets() {
    local preset
    for preset in debug release asan clang; do
        if [ "$preset" = clang ] && ! have clang; then
            skip "preset $preset" "clang is not installed"
            continue
        fi
        check "preset $preset" cmake --preset "$preset" -B "$work/preset-$preset" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR"
    done
    check "preset asan: build a test" cmake --build "$work/preset-asan" --target texts_static
    check "preset asan: it is there" has_asan "$work/preset-asan/tests/c/texts_static"
    check "preset asan: the test runs" "$work/preset-asan/tests/c/texts_static"
}
if cmake --list-presets; then
    presets
else
    skip "presets" "this CMake is older than 3.21"
fi
echo "NOTE: README's program and a C++ one, built out of tree and signed in by: ${ways[*]}"
