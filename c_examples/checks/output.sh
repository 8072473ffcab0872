#!/bin/sh
# Runs a sign-in example as its user does and compares every line that it prints.
#
#   output.sh lent <program>      the DeviceSecret comes in on standard input
#   output.sh stored <program>    it is stored first, then read from the store alone
#
# Certificate and expected values are those of tests/vectors/vectors.json (dev1, hmacsha256, TLS).
set -eu

way=$1
program=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

secret=0123456789abcdefghijklmnopqrstuv
cat >"$work/expected" <<'END'
host a1B2c3D4e5F.iot-as-mqtt.cn-shanghai.aliyuncs.com
port 8883
clientId a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|
username dev1&a1B2c3D4e5F
password of 64 characters
END

# prints_expected <what> [<argument>...]: standard input is the example's
prints_expected() {
    what=$1
    shift
    "$program" a1B2c3D4e5F dev1 "$@" >"$work/printed" 2>&1
    diff "$work/expected" "$work/printed"
    echo "ok: $what"
}

# refuses <what> <text> [<argument>...]
refuses() {
    what=$1
    text=$2
    shift 2
    if "$program" a1B2c3D4e5F dev1 "$@" >"$work/printed" 2>&1 </dev/null; then
        echo "FAILED: $what was accepted"
        exit 1
    fi
    grep -F "$text" "$work/printed"
    echo "ok: $what is refused"
}

case $way in
lent)
    printf %s "$secret" | prints_expected "lent secret"
    printf '%s\n' "$secret" | prints_expected "lent secret with the end of a line"
    refuses "an empty secret" LINKAUTH_ERROR_ARGUMENT_EMPTY
    ;;
stored)
    mkdir -m 700 "$work/store"
    refuses "an empty store" LINKAUTH_ERROR_STORE_ABSENT "$work/store"
    printf %s "$secret" | prints_expected "stored secret" "$work/store"
    prints_expected "secret from the store" "$work/store" </dev/null
    ;;
*)
    exit 2
    ;;
esac
