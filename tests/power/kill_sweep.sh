#!/usr/bin/env bash
# Kills the gateway at every system call of its first start, from the opening of its store to its
# end, and starts it again: each time it must end signed in, as the only owner of what is stored.
#
#   tests/power/kill_sweep.sh [<most kills>]
#
# Without a limit every call is taken. With one, every call that writes the store, and of the others
# as many as remain, evenly chosen. BUILD_DIR and PLATFORM as for scripts/demo.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/demo/lib.sh
source scripts/demo/build.sh
most=${1:-100000}
build_demo

begin_work kill
start_platform
product_key=$(on_platform product create --secret-file "$work/secrets/product")
on_platform product dynamic-registration "$product_key" on
product_secret=(--product-secret-file "$work/secrets/product")
untraced=$GATEWAY

# traced <argument of strace>...: the next gateway runs under strace. Of buffers nothing is shown.
traced() {
    printf '#!/bin/sh\nexec strace -f -s 0 %s %s "$@"\n' "$*" "$untraced" >"$work/traced"
    chmod +x "$work/traced"
    GATEWAY=$work/traced
}

# start <log> <device> [<flag>...]: a gateway of this device, which registers over HTTPS.
start() {
    local log=$1 folder=$work/stores/$2
    mkdir -p "$folder"
    run "$log" /dev/null "$GATEWAY" --product-key "$product_key" --device-name "$2" --store "$folder" --ca "$ca" \
        --mqtt-host localhost --mqtt-port "$mqtt_port" --register-host localhost --register-port "$https_port" \
        "${@:3}" >/dev/null
}

add_device() { on_platform device create "$product_key" "$1" --secret-file "$work/secrets/$1"; }

# shown <what> <device>: what the platform knows of it.
shown() { on_platform device show "$product_key" "$2" | awk -v what="$1" '$1 == what { print $2 }'; }

# A line for each call, in order: its name, and the how manyth of that name it is in its thread. That is
# how strace counts.
calls_of() {
    awk '
        $2 ~ /^[a-z][a-z0-9_]*\(/ {
            name = $2
            sub(/\(.*/, "", name)
            count = ++seen[$1, name]
            if (name == "openat" && /O_DIRECTORY/ && /stores/) begun = 1
            if (begun && name !~ /^exit/ && !listed[name, count]++) print name, count
        }' "$1"
}

# choose: of the calls on standard input, those to be taken.
choose() {
    awk -v most="$most" '
        { line[NR] = $0; writes[NR] = /^(fsync|renameat|ftruncate|unlinkat|fchmod) /; taken += writes[NR] }
        END {
            others = NR - taken
            room = most - taken
            if (room > others) room = others
            for (i = 1; i <= NR; i++)
                if (writes[i]) print line[i]
                else if (int(++n * room / others) > int((n - 1) * room / others)) print line[i]
        }'
}

traced -o "$work/trace"
add_device recorded
start recorded recorded "${product_secret[@]}"
exit_code_is 0 || fail "the gateway does not sign in under strace"
calls_of "$work/trace" | choose >"$work/calls"
[ -s "$work/calls" ] || fail "strace showed no call"

kills=0 unreached=0 unregistered=0 registered_again=0 from_store=0 number=0
while read -r -u 3 name count; do
    number=$((number + 1))
    device=kill-$number
    at="killed at $name number $count"
    add_device "$device"
    traced -o /dev/null -e "trace=$name" -e "inject=$name:signal=KILL:when=$count"
    start killed "$device" "${product_secret[@]}"
    if exit_code_is 137; then
        kills=$((kills + 1))
    elif exit_code_is 0; then
        unreached=$((unreached + 1))
    else
        fail "$at: it ended with $exit_code"
    fi
    before=$(shown registrations "$device")

    GATEWAY=$untraced
    start again "$device" "${product_secret[@]}"
    exit_code_is 0 || fail "$at, and started again: it ended with $exit_code"
    after=$(shown registrations "$device")
    case $before/$after in
    0/1) unregistered=$((unregistered + 1)) ;;
    1/1) from_store=$((from_store + 1)) ;;
    1/2) registered_again=$((registered_again + 1)) ;;
    *) fail "$at: $before registrations before, and $after after it was started again" ;;
    esac
    # Without the ProductSecret it has nothing but its record.
    start stored "$device"
    exit_code_is 0 || fail "$at: the record does not sign in: it ended with $exit_code"
    [ "$(shown activated "$device")" = true ] || fail "$at: the device is not activated"
    [ -z "$(find "$work/stores/$device" -name '*.new')" ] || fail "$at: a temporary file is left"
done 3<"$work/calls"

stop_platform
printf 'NOTE: %d calls: %d kills, %d not reached. Started again: %d registered for the first time, %d again, %d signed in from the store\n' \
    "$number" "$kills" "$unreached" "$unregistered" "$registered_again" "$from_store"
# A sweep that never hits the gap would prove nothing.
if [ "$unregistered" -eq 0 ] || [ "$registered_again" -eq 0 ] || [ "$from_store" -eq 0 ]; then
    fail "the sweep missed one of the three"
fi
