#!/usr/bin/env bash
# Every fault that the platform can play, against the example gateway, and so against liblinkauth and liblinkauth_tls:
# what the gateway must say to it, that nothing wrong is stored, and that it signs in when the fault is over.
#
#   scripts/faults.sh      BUILD_DIR and PLATFORM as in scripts/demo.sh
#
# Prints PASS: and FAIL: lines.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/demo/lib.sh
source scripts/demo/build.sh
build_demo

begin_work faults
# shellcheck disable=SC2034 # read by start_platform
serve_options=(--registration-close-ms 3000)
start_platform
product_key=$(on_platform product create --secret-file "$work/secrets/product")
on_platform product dynamic-registration "$product_key" on
secret=(--product-secret-file "$work/secrets/product" --attempts 1 --timeout-ms 20000)

# tell <what> <command>...
tell() {
    local what=$1
    shift
    if "$@"; then printf 'PASS: %s\n' "$what"; else printf "FAIL: %s (ended with %s)\n" "$what" "$exit_code" && tail -n 5 "$work/logs/$name"; fi
}

# said <exit code> <text>: how the gateway ended, and what it said.
said() { [ "$exit_code" -eq "$1" ] && grep -qF -- "$2" "$work/logs/$name"; }

over_it() { [ "$exit_code" -eq 0 ] && counts_once; }
counts_once() { [ "$(on_platform device show "$product_key" "$name" | awk '$1 == "sign_ins" { print $2 }')" = 1 ]; }

# registering <https|mqtt> <fault> <exit code> <text>: the fault once, at the registration of a new device; then it
# starts again without it, and must register or find what it stored.
registering() {
    local way=$1 fault=$2 code=$3 text=$4
    number=$((${number:-0} + 1)) name=fault-$number
    on_platform device create "$product_key" "$name"
    # A certificate is shown before anybody says a name.
    if [[ $fault == certificate:* ]]; then
        on_platform fault add "$fault" --times 1
    else
        on_platform fault add "$fault" --device "$name" --times 1
    fi
    over=${way#https} gateway "$name" "$name" "${secret[@]}" >/dev/null
    tell "$way $fault: exit code $code, $text" said "$code" "$text"
    [ "$code" -eq 0 ] || return 0
    tell "$way $fault: the platform counts one sign-in" counts_once
}

# afterwards: the same device without a fault.
afterwards() {
    on_platform fault clear
    over=${1#https} gateway "$name" "$name" "${secret[@]}" >/dev/null
    tell "$1 afterwards: it signs in" over_it
}

# signing_in <fault> <exit code> <text>: the same for a device that has its DeviceSecret.
signing_in() {
    local fault=$1 code=$2 text=$3
    number=$((number + 1)) name=fault-$number
    on_platform device create "$product_key" "$name" --secret-file "$work/secrets/$name"
    on_platform fault add "$fault" --device "$name" --times 1
    gateway "$name" "$name" --device-secret-file "$work/secrets/$name" --attempts 1 >/dev/null
    tell "sign-in $fault: exit code $code, $text" said "$code" "$text"
}

source scripts/faults/expected.sh
stop_platform
