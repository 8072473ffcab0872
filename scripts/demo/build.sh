# shellcheck shell=bash
# Sourced by scripts/demo.sh: builds what the demo needs, unless BUILD_DIR and PLATFORM say that it
# is there. CARGO_TARGET_DIR is honoured.

build_demo() {
    local top=${BUILD:-build} jobs=${JOBS:-$(nproc)} log
    if [ -z "$BUILD_DIR" ]; then
        BUILD_DIR=$top/demo
        log=$BUILD_DIR/build.log
        mkdir -p "$BUILD_DIR"
        printf 'Building the libraries and the examples in %s\n' "$BUILD_DIR"
        quietly "$log" cmake -S . -B "$BUILD_DIR" -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=ON \
            "-DLINKAUTH_CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$(realpath -m "$top/cargo")}"
        quietly "$log" cmake --build "$BUILD_DIR" --parallel "$jobs" --target gateway firmware_mqtt_register
    fi
    build_platform
    BUILD_DIR=$(realpath "$BUILD_DIR")
    GATEWAY=${GATEWAY:-$BUILD_DIR/c_examples/gateway}
    FIRMWARE=${FIRMWARE:-$BUILD_DIR/c_examples/firmware_mqtt_register}
    [ -x "$GATEWAY" ] || fail "there is no gateway in $BUILD_DIR/c_examples: libmosquitto-dev is needed to build it"
    [ -x "$FIRMWARE" ] || fail "there is no firmware_mqtt_register in $BUILD_DIR/c_examples"
}

build_platform() {
    local log=${BUILD:-build}/platform.log
    if [ -z "$PLATFORM" ]; then
        PLATFORM=${CARGO_TARGET_DIR:-target}/debug/linkauth-platform
        mkdir -p "${log%/*}"
        printf 'Building the platform\n'
        quietly "$log" cargo build --locked -p linkauth-platform --bin linkauth-platform --target-dir "${CARGO_TARGET_DIR:-target}"
    fi
    PLATFORM=$(realpath "$PLATFORM")
    [ -x "$PLATFORM" ] || fail "there is no platform at $PLATFORM"
}

# quietly <log> <command>...: what it says is of interest only if it fails.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || {
        cat "$log"
        fail "$*"
    }
}
