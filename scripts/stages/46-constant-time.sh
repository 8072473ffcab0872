#!/usr/bin/env bash
# No branch and no address in the shared library depends on a secret, by memcheck: in the library that
# has every function, and in the one that is shipped by default.
source scripts/lib.sh

if [ "$(uname -m)" != x86_64 ]; then
    skip "constant time" "the test makes the system calls of x86-64"
    exit 0
elif ! have valgrind || ! [ -e /usr/include/valgrind/memcheck.h ]; then
    skip "constant time" "valgrind or its headers are not installed"
    exit 0
elif ! valgrind -q true; then
    skip "constant time" "valgrind does not run here (Debian: libc6-dbg)"
    exit 0
fi

work=$BUILD/constant-time
rm -rf "$work"
mkdir -p "$work"
c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON >"$work/build.log"
c_build release -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib \
    -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF >>"$work/build.log"
cc -std=c99 -O1 -g -Wall -Wextra -pedantic -Werror -Iinclude tests/constant_time/*.c tests/c/fixture.c \
    -L"$BUILD/gcc" -llinkauth -o "$work/constant_time"

for build in gcc release; do
    mkdir -m 700 "$work/files"
    LD_LIBRARY_PATH=$BUILD/$build valgrind --error-limit=no -s \
        "$work/constant_time" "$work/files" >"$work/$build.out" 2>"$work/$build.err" || true
    rm -r "$work/files"
    grep -q ' passed, ' "$work/$build.out" || fail "constant time ($build): the program did not end"
    sed "s/^\(PASS\|FAIL\): /&$build library, /" "$work/$build.out"
    if grep -q '^FAIL: ' "$work/$build.out"; then
        cat "$work/$build.err"
    fi
    awk -v build="$build" '/^PASS: / && !/control/ { trials++ } /findings/ && !/control/ { sub(/.*: /, ""); found += $1 }
        END { printf "NOTE: %s library: %d trials with hidden secrets, %d findings\n", build, trials, found }' "$work/$build.out"
done
