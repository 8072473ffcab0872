#!/usr/bin/env bash
# A tarball for each target: the same bytes wherever it is made, nothing left out, and a program is
# built against what it unpacks to. Those for gateways are of the builds of stage 74.
source scripts/lib.sh
source scripts/gateway/build.sh

work=$BUILD/tarballs
rm -rf "$work"
mkdir -p "$work"/{copy,one,two,later,damaged}
export CARGO_NET_OFFLINE=true
warnings=(-std=c99 -Wall -Wextra -pedantic -Werror)
host=$(rustc -vV | sed -n 's/^host: //p')
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=linkauth-$version-$host
file=$name.tar.gz

# core <source tree> <name>: the libraries of a source tree, cargo's folder and CMake's of its own.
core() {
    cmake -S "$1" -B "$work/$2-build" "-DLINKAUTH_CARGO_TARGET_DIR=$work/$2-cargo" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_INSTALL_LIBDIR=lib -DLINKAUTH_TLS=OFF -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF &&
        cmake --build "$work/$2-build" --parallel "$JOBS"
}
pack() { scripts/packages/tarball.sh "$1" "$2" "$work/$3"; }
sums_of() { (cd "$work/$1" && sha256sum --check "$2"); }

git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/copy"
check "the libraries are built" core "$ROOT" one
check "the libraries are built from a copy of the sources" core "$work/copy" two
check "one tarball" pack "$work/one-build" "$host" one
check "another tarball" pack "$work/two-build" "$host" two
check "both are the same, byte for byte" cmp "$work/one/$file" "$work/two/$file"
export SOURCE_DATE_EPOCH=1
check "a tarball with another time" pack "$work/one-build" "$host" later
unset SOURCE_DATE_EPOCH
check "control: it differs" not cmp -s "$work/one/$file" "$work/later/$file"

check "the tarball's checksum" sums_of one "$file.sha256"
cp "$work/one/$file" "$work/one/$file.sha256" "$work/damaged"
printf 'x' | dd "of=$work/damaged/$file" bs=1 seek=5000 conv=notrunc status=none
refuses "control: one changed byte is caught" "did NOT match" sums_of damaged "$file.sha256"
tar -C "$work" -xzf "$work/one/$file"
check "the checksums of its files" sums_of "$name" SHA256SUMS
printf 'x' >>"$work/$name/include/linkauth.h"
refuses "control: one changed file is caught" "include/linkauth.h: FAILED" sums_of "$name" SHA256SUMS
tar -C "$work" -xzf "$work/one/$file"

check "nothing in it names a path of this machine" not grep -rqF -e "$ROOT" -e "$BUILD" -e "${CARGO_HOME:-$HOME/.cargo}" "$work/$name"
documents=$work/$name/share/doc/linkauth
for licence in LICENSE-MIT LICENSE-APACHE THIRD-PARTY.txt; do
    check "it has $licence" test -s "$documents/$licence"
done
check "it names the crates that are linked in" grep -q '^sha2 .*: MIT OR Apache-2.0$' "$documents/THIRD-PARTY.txt"
check "it has their licences" grep -q 'Copyright .* RustCrypto' "$documents/THIRD-PARTY.txt"
check "a program is built against it" cc "${warnings[@]}" packaging/conan/test_package/consumer.c \
    "-I$work/$name/include" "-L$work/$name/lib" -llinkauth -o "$work/consumer"
check "the program runs" env "LD_LIBRARY_PATH=$work/$name/lib" "$work/consumer"

for target in $(gateway_targets); do
    if [ -e "$BUILD/gateway/$target/liblinkauth.so" ]; then
        check "a tarball for $target" pack "$BUILD/gateway/$target" "$target" one
    else
        skip "a tarball for $target" "stage 74 has not built the libraries"
    fi
done
(cd "$work/one" && stat -c 'NOTE: %n: %s bytes' ./*.tar.gz)
