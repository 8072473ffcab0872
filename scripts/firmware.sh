#!/usr/bin/env bash
# Builds liblinkauth.a and the firmware of c_examples/firmware for bare-metal targets, and runs it in
# QEMU against the local platform: both ways in, a reboot after each, and what it refuses.
#
#   scripts/firmware.sh [target...]
#
# Leaves lib/<target>/liblinkauth.a, include/linkauth.h and images/<target>/firmware.elf in
# build/firmware. Ends with 1 if anything was not as it should be.
set -euo pipefail
cd "$(dirname "$0")/.."

export ROOT=$PWD BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
source scripts/demo/lib.sh
source scripts/lib.sh
source scripts/firmware/build.sh
source scripts/firmware/run.sh

failures=0
fail() {
    failures=$((failures + 1))
    printf 'FAIL: %s\n' "$1"
}

begin_work firmware
mkdir "$work/flash"

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)

# run_target <machine>: everything that the firmware of a target has to do.
run_target() {
    local on="$target on $1"
    check "$on: registers over HTTPS; signs in; after a reboot signs in from flash" registers https HTTPS
    check "$on: registers over MQTT; signs in; after a reboot signs in from flash" registers mqtt MQTT
    check "$on: without a device, registers over HTTPS; signs in; after a reboot with and without one" registers_leanly https HTTPS
    check "$on: without a device, registers over MQTT; signs in; after a reboot with and without one" registers_leanly mqtt MQTT
    check "$on: without a device, does not register over a damaged record" does_not_register_leanly_over_a_damaged_record
    check "$on: signs in with its own certificate; after a reboot from flash" has_its_own_certificate
    check "$on: is refused with a wrong DeviceSecret" is_refused_with_a_wrong_secret
    check "$on: does not register with a server that does not verify" does_not_register_with_a_stranger
    check "$on: a connection that breaks costs nothing but another try" survives_a_broken_connection
    check "$on: registers again if somebody else registered under its name" registers_again_if_somebody_else_did
    check "$on: does not register over a damaged record" does_not_register_over_a_damaged_record
    # The generator of the nRF51 never fails.
    [ "$1" = microbit ] ||
        check "$on: does not register without random bytes" does_not_register_without_random_bytes
    check "$on: says that its factory page is missing" needs_its_factory_page
}

# build <target>
build() { build_library "$1" && build_programs "$1" c_examples/firmware images; }

targets=("$@")
[ $# -gt 0 ] || targets=("${firmware_targets[@]}")
ready=()
mkdir -p "$firmware"
for target in "${targets[@]}"; do
    why=$(why_not "$target")
    if [ -n "$why" ]; then
        skip "$target" "$why"
        continue
    fi
    printf 'Building the library and the firmware for %s\n' "$target"
    if build "$target" >"$firmware/$target.log" 2>&1; then
        ready+=("$target")
    else
        cat "$firmware/$target.log"
        fail "$target: the firmware is built"
    fi
done

if [ ${#ready[@]} -gt 0 ]; then
    printf 'Building the platform\n'
    cargo build --quiet --locked -p linkauth-platform --bin linkauth-platform
    PLATFORM=$(realpath "$CARGO_TARGET_DIR/debug/linkauth-platform")
    start_platform
    product_key=$(on_platform product create --secret-file "$work/secrets/product")
    on_platform product dynamic-registration "$product_key" on
    for target in "${ready[@]}"; do
        run_target "$(python3 tests/firmware/machine.py "$target")"
    done
    check "no secret and no password is in what the firmware and the platform said" shows_no_secret
    stop_platform
    check "the platform ended with 0" exit_code_is 0
fi
[ "$failures" -eq 0 ]
