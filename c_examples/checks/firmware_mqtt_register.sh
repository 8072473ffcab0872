#!/bin/sh
# What firmware_mqtt_register says no to, and what it says when nothing answers. scripts/demo.sh
# shows what it does.
#
#   firmware_mqtt_register.sh <program>
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'PsAbCdEfGhIjKlMnOpQrStUvWxYz0123\n' >"$work/secret"
: >"$work/empty"
: >"$work/ca"

# ends <exit code> <text> <what> <file with the ProductSecret> [<argument>...]
ends() {
    wanted=$1
    text=$2
    what=$3
    input=$4
    shift 4
    code=0
    "$program" "$@" >"$work/printed" 2>&1 <"$input" || code=$?
    if [ "$code" -ne "$wanted" ] || ! grep -qF -- "$text" "$work/printed"; then
        cat "$work/printed"
        echo "FAILED: $what (exit code $code, wanted $wanted and: $text)"
        exit 1
    fi
    echo "ok: $what"
}

ends 2 usage "no arguments" "$work/secret"
ends 2 "No such file" "a folder that is not there" "$work/secret" a1B2c3D4e5F dev1 localhost 1 "$work/ca" "$work/none"
ends 1 ARGUMENT_TOO_SHORT "a short DeviceName" "$work/secret" a1B2c3D4e5F dev localhost 1 "$work/ca" "$work"
ends 1 ARGUMENT_EMPTY "no ProductSecret" "$work/empty" a1B2c3D4e5F dev1 localhost 1 "$work/ca" "$work"
# Nothing listens on port 1, and the file of the certificate authority is empty.
ends 1 LINKAUTH_ERROR_TRANSPORT_ "no platform" "$work/secret" a1B2c3D4e5F dev1 127.0.0.1 1 "$work/ca" "$work"
ends 1 "dev1.a1B2c3D4e5F|random=" "what it sends" "$work/secret" a1B2c3D4e5F dev1 127.0.0.1 1 "$work/ca" "$work"
ends 1 "authType=regnwl" "the same without pre-registration" \
    "$work/secret" a1B2c3D4e5F dev1 127.0.0.1 1 "$work/ca" "$work" no-pre-registration
[ ! -e "$work/flash.img" ] || { echo "FAILED: something was stored"; exit 1; }
echo damaged >"$work/flash.img"
ends 1 STORE_DAMAGED "a damaged record, which is not taken for none" \
    "$work/secret" a1B2c3D4e5F dev1 127.0.0.1 1 "$work/ca" "$work"
