#!/bin/sh
# Runs the operator's tool over a store that is empty, in use, damaged and erased.
#
#   store_inspect.sh <store_inspect> <sign_in_static>
set -eu

program=$1
sign_in=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/store"
secret=0123456789abcdefghijklmnopqrstuv

# inspect <status> [<argument>...]
inspect() {
    expected=$1
    shift
    status=0
    "$program" "$work/store" a1B2c3D4e5F dev1 "$@" >"$work/printed" 2>&1 || status=$?
    if [ "$status" != "$expected" ]; then
        echo "FAILED: it exited $status, not $expected"
        cat "$work/printed"
        exit 1
    fi
    if grep -qF "$secret" "$work/printed"; then
        echo "FAILED: it printed the secret"
        exit 1
    fi
}

# says <line>...: all of what was printed
says() {
    printf '%s\n' "$@" | diff - "$work/printed"
    echo "ok: $1"
}

# begins <text>
begins() {
    head -n 1 "$work/printed" | grep -F "$1"
    grep -qF "What to do: " "$work/printed"
}

inspect 1
begins LINKAUTH_ERROR_STORE_ABSENT
printf %s "$secret" | "$sign_in" a1B2c3D4e5F dev1 "$work/store" >/dev/null
inspect 0
says "state issued" "kind DeviceSecret" "sealed no" "sequence 1" "registrations 0"
inspect 1 --instance iot-other
begins LINKAUTH_ERROR_STORE_
for record in "$work"/store/*.linkauth; do
    printf x >>"$record"
done
inspect 1
begins LINKAUTH_ERROR_STORE_DAMAGED
chmod 644 "$record"
inspect 1
begins LINKAUTH_ERROR_STORE_UNSAFE
chmod 600 "$record"
inspect 0 --erase
says erased
inspect 1
begins LINKAUTH_ERROR_STORE_ABSENT
inspect 0 --erase
says erased
inspect 2 --other
rm -r "$work/store"
inspect 1
head -n 1 "$work/printed" | grep -F LINKAUTH_ERROR_STORE_NOT_FOUND
