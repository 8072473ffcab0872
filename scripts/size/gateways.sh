#!/usr/bin/env bash
# What liblinkauth.so weighs for each kind of gateway: a table.
set -euo pipefail
cd "$(dirname "$0")/../.."

export ROOT=$PWD BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$BUILD/cargo}
source scripts/lib.sh
source scripts/gateway/build.sh

host=x86_64-unknown-linux-gnu

# build_for <target>
build_for() {
    if [ "$1" != $host ]; then
        gateway_build "$1" linkauth_shared
    else
        cmake -S . -B "$BUILD/gateway/$host" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" -DCMAKE_BUILD_TYPE=Release \
            -DLINKAUTH_TLS=OFF -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF &&
            cmake --build "$BUILD/gateway/$host" --parallel "$JOBS" --target linkauth_shared
    fi
}

mkdir -p "$BUILD/gateway"
echo "| liblinkauth.so for | bytes, stripped | code and constants | data |"
echo "|---|---|---|---|"
for target in $host $(gateway_targets); do
    missing=
    [ "$target" = $host ] || missing=$(gateway_missing "$target")
    if [ -n "$missing" ]; then
        skip "$target" "$missing"
    elif build_for "$target" >"$BUILD/gateway/$target.log" 2>&1; then
        read -r file code data < <(gateway_size "$target")
        echo "| $target | $file | $code | $data |"
    else
        tail -n 20 "$BUILD/gateway/$target.log"
        exit 1
    fi
done
