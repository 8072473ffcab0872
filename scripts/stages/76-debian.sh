#!/usr/bin/env bash
# The Debian packages: built without the network, installed into a root of their own by dpkg, a program
# built against them, and removed.
source scripts/lib.sh

if ! have dpkg-buildpackage || ! have dh || ! have doxygen; then
    skip "Debian packages" "dpkg-dev, debhelper or doxygen is not installed"
    exit 0
fi

work=$BUILD/debian
packages=$work/packages
root=$work/root
rm -rf "$root" "$work/consumer"
mkdir -p "$root/var/lib/dpkg"/{info,updates,triggers}
touch "$root/var/lib/dpkg"/{status,available}

# The program of the tests is packed: another one, optimised, would take minutes.
cargo build --locked -p linkauth-platform --bin linkauth-platform
export PLATFORM=$CARGO_TARGET_DIR/debug/linkauth-platform
if ! scripts/packages/debian.sh "$packages"; then
    fail "the packages are built"
    exit 0
fi
pass "the packages are built"

built=$packages/linkauth/debian/build
library=$root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
deb() { echo "$packages/$1"_*.deb; }
# in_root <dpkg argument>...: dpkg with a file system and a database of its own.
in_root() { dpkg "--root=$root" --log=/dev/null --force-not-root --force-depends "$@"; }
symbols() { dpkg-deb --ctrl-tarfile "$(deb "$1")" | tar -xO ./symbols; }
pages() { dpkg-deb --contents "$(deb liblinkauth-dev)" | sed -n 's,.*/man3/\(linkauth_.*\)\.3\.gz$,\1,p' | LC_ALL=C sort; }
needs_libc_alone() { dpkg-deb --field "$(deb liblinkauth0)" Depends | grep -qE '^libc6 \(>= [0-9.]+\)$'; }
consumer() {
    cmake -S tests/consumers/find_package -B "$work/consumer" "-DMAIN=$ROOT/packaging/conan/test_package/consumer.c" \
        "-DCMAKE_PREFIX_PATH=$root/usr" -DWANTED=0.1 && cmake --build "$work/consumer"
}

check "liblinkauth0 needs libc alone" needs_libc_alone
check "liblinkauth0 lists every function with its version" \
    diff <(symbols liblinkauth0 | sed -n 's/^ \(linkauth_[a-z0-9_]*@LINKAUTH_.*\) [0-9.]*$/\1/p' | LC_ALL=C sort) \
    <(nm -D --defined-only "$built/liblinkauth.so" | sed -n 's/.* T \(.*\)@@/\1@/p' | LC_ALL=C sort)
check "liblinkauth-dev has a manual page for each function" \
    diff <(pages) <(LC_ALL=C sort -u "$built/prelink/linkauth.o.symbols" "$built/prelink/linkauth_tls.o.symbols")
if have lintian; then
    check "lintian finds no error" lintian --allow-root --fail-on error "$packages"/linkauth_*.changes
else
    skip "lintian" "it is not installed"
fi
check "installed where nothing else is" in_root --install "$packages"/*.deb
check "find_package: build" consumer
for kind in linkauth static tls cxx; do
    check "find_package: with_$kind runs" env "LD_LIBRARY_PATH=$library" "$work/consumer/with_$kind"
done
check "linkauth-platform runs" "$root/usr/bin/linkauth-platform" --version
check "removed" in_root --purge liblinkauth0 liblinkauth-tls0 liblinkauth-dev linkauth-platform
check "nothing is left" test -z "$(find "$root/usr" ! -type d 2>/dev/null)"

# A library that lost a function is no longer the one of the symbols file.
gensymbols() { (cd "$packages/linkauth" && dpkg-gensymbols -c4 -pliblinkauth0 "-Idebian/liblinkauth0.symbols" "-e$1" -O/dev/null); }
{ echo 'LINKAUTH_0.9 { global: linkauth_new; local: *; };' >"$work/new.map"; }
echo 'int linkauth_new(void); int linkauth_new(void) { return 0; }' |
    cc -shared -fPIC -x c - -Wl,-soname,liblinkauth.so.0 "-Wl,--version-script=$work/new.map" -o "$work/liblinkauth.so.0"
refuses "control: a function in no version of the symbols file is caught" "some new symbols appeared" gensymbols "$work/liblinkauth.so.0"
