#!/usr/bin/env bash
# Installs into a staging folder, moves it, and builds a program against it in every way users do.
# The program is the first C example of README.md.
source scripts/lib.sh

work=$BUILD/install
rm -rf "$work"
mkdir -p "$work"
awk '/^```c$/ && !done { inside = 1; next } /^```/ { if (inside) done = 1; inside = 0 } inside' README.md >"$work/main.c" || true
if [ ! -s "$work/main.c" ]; then
    skip "the C example of README.md" "there is none"
    cp scripts/consumer/fallback.c "$work/main.c"
fi
warnings=(-std=c99 -Wall -Wextra -pedantic -Werror)

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
    lib/liblinkauth.a lib/liblinkauth.so lib/liblinkauth_tls.a lib/liblinkauth_tls.so; do
    check "installed: $file" test -e "$prefix/$file"
done
for file in LICENSE-MIT LICENSE-APACHE README.md; do
    if [ -e "$ROOT/$file" ]; then
        check "installed: $file" test -e "$prefix/share/doc/linkauth/$file"
    fi
done

runs() { LD_LIBRARY_PATH=$prefix/lib "$@"; }
consumer() {
    local name=$1
    shift
    cmake -S scripts/consumer -B "$work/$name" "-DMAIN=$work/main.c" "$@"
}

built() {
    consumer "$@" "-DCMAKE_C_FLAGS=$(printf '%s ' "${warnings[@]}")" && cmake --build "$work/$1" --parallel "$JOBS"
}
loads_linkauth() { readelf -d "$1" | grep liblinkauth; }

check "find_package: build" built find "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.1
for kind in linkauth static tls; do
    check "find_package: linkauth::$kind runs" runs "$work/find/with_$kind"
done
check "find_package: the static program does not load liblinkauth.so" \
    not loads_linkauth "$work/find/with_static"
refuses "find_package: another minor version is refused" "compatible with requested version" \
    consumer other-minor "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.2
refuses "find_package: a later patch is refused" "compatible with requested version" \
    consumer later-patch "-DCMAKE_PREFIX_PATH=$prefix" -DWANTED=0.1.999

if have pkg-config; then
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
    check "pkg-config: the version" test "$(pkg-config --modversion linkauth)" = "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
    # shellcheck disable=SC2046 # flags are words
    check "pkg-config: build" cc "${warnings[@]}" "$work/main.c" $(pkg-config --cflags --libs linkauth) -o "$work/by-pkg-config"
    check "pkg-config: runs" runs "$work/by-pkg-config"
    # shellcheck disable=SC2046
    check "pkg-config: build with linkauth-tls" cc "${warnings[@]}" "$work/main.c" $(pkg-config --cflags --libs linkauth-tls) -o "$work/by-pkg-config-tls"
    check "pkg-config: runs with linkauth-tls" runs "$work/by-pkg-config-tls"
    # shellcheck disable=SC2046
    check "pkg-config: a wholly static program" cc -static "${warnings[@]}" "$work/main.c" $(pkg-config --static --cflags --libs linkauth) -o "$work/static-by-pkg-config"
    check "pkg-config: the wholly static program runs" "$work/static-by-pkg-config"
else
    skip "pkg-config" "it is not installed"
fi

check "add_subdirectory: build" built sub "-DLINKAUTH_SOURCE=$ROOT" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR"
for kind in linkauth static; do
    check "add_subdirectory: linkauth::$kind runs" "$work/sub/with_$kind"
done
check "add_subdirectory: the unused TLS library was not built" test ! -e "$work/sub/linkauth/liblinkauth_tls.a"
DESTDIR=$work/program cmake --install "$work/sub"
check "add_subdirectory: nothing of linkauth is installed with the program" test ! -e "$work/program"
