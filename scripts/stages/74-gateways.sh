#!/usr/bin/env bash
# The libraries for gateways that are no x86-64 machine with glibc: what they promise to loaders, and
# the C tests, run by an emulator of the processor.
source scripts/lib.sh
source scripts/gateway/build.sh

# The shared library is what a gateway opens; the archive is in one test for each target.
tests=(sign_in_static sign_in_shared vectors_shared objects_shared store_shared file_store_shared registration_shared)

# Numbers for x86-64 with glibc are those of stage 60; other processors have others.
export LIMIT=73728 RELOCATIONS=16

# gateway_tests <target>
gateway_tests() {
    local emulator name
    emulator=$(gateway_emulator "$1")
    if [ -n "$emulator" ] && ! have "$emulator"; then
        skip "C tests for $1" "$emulator is not installed"
        return 0
    fi
    (cd "$BUILD/gateway/$1" && ctest --output-on-failure --parallel "$JOBS" --tests-regex "^($(
        IFS='|'
        echo "${tests[*]}"
    ))\$") || fail "C tests for $1"
}

# is_for <target> <words of readelf>: what was built is for that processor.
is_for() { readelf -hW "$BUILD/gateway/$1/liblinkauth.so" | grep -qF -- "$2"; }

for target in $(gateway_targets); do
    missing=$(gateway_missing "$target")
    if [ -n "$missing" ]; then
        skip "$target" "$missing"
        continue
    fi
    if ! gateway_build "$target" linkauth_static linkauth_shared "${tests[@]}"; then
        fail "$target is built"
        continue
    fi
    tools=$(gateway_binutils "$target")
    CC=$(gateway_compiler "$target") READELF=${tools}readelf NM=${tools}nm STRIP=${tools}strip \
        scripts/check-libraries.sh "$BUILD/gateway/$target" | sed "s/^\\(PASS\\|FAIL\\): /&$target: /; /^NOTE: /d" || fail "$target: what its libraries promise"
    case $target in
        aarch64-*) check "$target: is for AArch64" is_for "$target" AArch64 ;;
        armv7-*) check "$target: is for hard-float ARM" is_for "$target" "hard-float ABI" ;;
        *-musl)
            check "$target: does not need glibc" not grep -q GLIBC_ "$BUILD/gateway/$target/liblinkauth.so"
            # A program that needs no library of the gateway's at all.
            check "$target: a wholly static program" musl-gcc -static -std=c99 -Iinclude packaging/conan/test_package/consumer.c \
                "$BUILD/gateway/$target/liblinkauth.a" -o "$BUILD/gateway/static"
            check "$target: the wholly static program runs" "$BUILD/gateway/static"
            ;;
    esac
    read -r file code data < <(gateway_size "$target")
    printf 'NOTE: liblinkauth.so for %s: %s bytes stripped, code %s, data %s\n' "$target" "$file" "$code" "$data"
    gateway_tests "$target"
done
