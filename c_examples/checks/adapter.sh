#!/bin/sh
# Runs an example of an adapter with every script of its peer, and compares every line that it prints.
set -eu

program=$1
at_end=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# says <script> <exit code> <line>...
says() {
    script=$1 expected=$2
    shift 2
    printf '%s\n' "$@" >"$work/expected"
    code=0
    printf %s PsAbCdEfGhIjKlMnOpQrStUvWxYz0123 | "$program" "$script" >"$work/printed" 2>&1 || code=$?
    diff "$work/expected" "$work/printed"
    [ "$code" -eq "$expected" ]
}

host='connected to iot-auth.cn-shanghai.aliyuncs.com, port 443'
request='POST /auth/register/device HTTP/1.1'
client='a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|'
# No time passes: nothing was waited for that had come already.
says complete 0 "$host" "$request" disconnected "registered, stored; signs in as $client after 0 ms"
says silent 1 "$host" "$request" disconnected 'LINKAUTH_ERROR_TRANSPORT_TIMED_OUT after 15000 ms'
says cut 1 "$host" "$request" disconnected "$at_end after 0 ms"
says stranger 1 'LINKAUTH_ERROR_TRANSPORT_TLS after 0 ms'
