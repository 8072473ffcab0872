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

counts_once() { [ "$(on_platform device show "$product_key" "$name" | awk '$1 == "sign_ins" { print $2 }')" = 1 ]; }

# new_device: with a name of its own. It has its DeviceSecret in a file for who wants to sign in with it.
new_device() {
    number=$((${number:-0} + 1)) name=fault-$number
    on_platform device create "$product_key" "$name" --secret-file "$work/secrets/$name"
}

# play <fault> <times>: for the device; a certificate is shown before anybody says a name.
play() {
    if [[ $1 == certificate:* ]]; then
        on_platform fault add "$1" --times "$2"
    else
        on_platform fault add "$1" --device "$name" --times "$2"
    fi
}

# start <https|mqtt|sign-in> [<flag>...]: the gateway, which registers that way, or has its DeviceSecret.
start() {
    local way=$1
    shift
    case $way in
    sign-in) gateway "$name" "$name" --device-secret-file "$work/secrets/$name" --attempts 1 "$@" >/dev/null ;;
    *) over=${way#https} gateway "$name" "$name" "${secret[@]}" "$@" >/dev/null ;;
    esac
}

# note <way> <fault> <exit code> <text>: a cell of the table in docs/platform.md.
declare -A cells=()
note() {
    local fault=$2 cell=$4
    case $fault in
    connack:* | certificate:*) ;;
    *) fault=${fault%%:*} ;;
    esac
    case $1-$3-$4 in
    *-0-*) cell=succeeds ;;
    sign-in-5-"signed in"*) cell="succeeds, then the connection ends" ;;
    sign-in-5-*) cell="the MQTT client's error" ;;
    esac
    cells[$fault $1]=${cell#LINKAUTH_ERROR_}
}

# playing <https|mqtt|sign-in> <fault> <exit code> <text>: the fault once, at the registration or sign-in of a new device.
playing() {
    local way=$1 fault=$2 code=$3 text=$4
    new_device
    play "$fault" 1
    start "$way"
    tell "$way $fault: exit code $code, $text" said "$code" "$text"
    note "$way" "$fault" "$code" "$text"
    [ "$code" -eq 0 ] || return 0
    tell "$way $fault: the platform counts one sign-in" counts_once
}

# afterwards <way>: the same device without a fault registers, or finds what it stored, and signs in.
afterwards() {
    tell "$1 afterwards: the fault is over" no_fault
    start "$1"
    tell "$1 afterwards: it signs in" exit_code_is 0
}

no_fault() { [ -z "$(on_platform fault list)" ]; }

# repeatedly <way> <fault> <times> <exit code> <text>: so many starts fail, and the next one does not.
repeatedly() {
    local way=$1 fault=$2 times=$3 code=$4 text=$5 turn
    new_device
    play "$fault" "$times"
    for turn in $(seq "$times"); do
        start "$way"
        tell "$way $fault --times $times: start $turn: exit code $code, $text" said "$code" "$text"
    done
    afterwards "$way"
}

# retrying <way> <fault>: a gateway that may register twice waits as long as the library says, and signs in.
retrying() {
    new_device
    play "$2" 1
    start "$1" --attempts 2
    tell "$1 $2: the second attempt of the same gateway" said 0 "waiting: 1 of 2 attempts"
    tell "$1 $2: the platform counts one sign-in" counts_once
}

# row <fault>: as the table has it.
row() {
    local way line="| \`$1\` |"
    for way in https mqtt sign-in; do
        line+=" ${cells[$1 $way]:--} |"
    done
    printf '%s\n' "$line"
}

# documented <fault>...: docs/platform.md says what was seen, and nothing else.
documented() {
    local fault
    for fault; do row "$fault"; done >"$work/seen"
    sed -n '/^| fault | registration over HTTPS |/,/^$/p' docs/platform.md | tail -n +3 | sed '/^$/d' >"$work/told"
    diff "$work/told" "$work/seen"
}

source scripts/faults/expected.sh
stop_platform
