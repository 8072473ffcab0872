#!/bin/sh
# What the gateway says no to before it connects anywhere. scripts/demo.sh shows what it does.
#
#   gateway.sh <gateway> <folder with the libraries>
set -eu

gateway=$1
libraries=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/store"
printf 0123456789abcdefghijklmnopqrstuv >"$work/secret"
chmod 600 "$work/secret"

cat >"$work/config" <<END
# a comment, and a line without anything

product-key = a1B2c3D4e5F
device-name=dev1
  store =   $work/store
library = $libraries/liblinkauth.so.0
END

# ends <exit code> <text> <what> [<flag>...]
ends() {
    wanted=$1
    text=$2
    what=$3
    shift 3
    code=0
    "$gateway" "$@" >"$work/printed" 2>&1 || code=$?
    if [ "$code" -ne "$wanted" ] || ! grep -qF -- "$text" "$work/printed"; then
        cat "$work/printed"
        echo "FAILED: $what (exit code $code, wanted $wanted and: $text)"
        exit 1
    fi
    echo "ok: $what"
}

ends 0 "--product-secret-file" "help" --help
ends 1 "/var/lib/gateway: LINKAUTH_ERROR_STORE_" "the configuration that comes with it" \
    --config "$(dirname "$0")/../gateway.conf" --library "$libraries/liblinkauth.so.0"
ends 2 "must be given" "no configuration"
ends 2 "no setting called device-secret" "a secret as an argument" --config "$work/config" --device-secret x
ends 2 "is no flag with a value" "a flag without its value" --config "$work/config" --topic
ends 2 "number from 1 to 65535" "a port out of range" --config "$work/config" --mqtt-port 65536
ends 2 "register-over is https, mqtt" "a way to register that there is not" --config "$work/config" --register-over ftp
ends 2 "number from 1 to 1000" "no attempt at all" --config "$work/config" --attempts 0
ends 2 "$work/none" "a configuration file that is not there" --config "$work/none"
ends 1 "LINKAUTH_ERROR_STORE_ABSENT" "no secret at all" --config "$work/config"
ends 2 "LINKAUTH_ERROR_ARGUMENT_CHARACTER" "a DeviceName with a space" --config "$work/config" --device-name "dev 1"
ends 1 "LINKAUTH_ERROR_STORE_NOT_FOUND" "a store that is not there" --config "$work/config" --store "$work/none"
ends 1 "none.so" "a library that is not there" --config "$work/config" --library "$work/none.so"
ends 1 "No such file" "a secret file that is not there" --config "$work/config" --device-secret-file "$work/none"

# Nothing listens on port 1: the library says when to try again, and the gateway does no more than it was told.
set -- --config "$work/config" --product-secret-file "$work/secret" --tls-library "$libraries/liblinkauth_tls.so.0" \
    --mqtt-host 127.0.0.1 --mqtt-port 1 --register-over mqtt
ends 5 "try again in " "no platform" "$@"
"$gateway" "$@" --attempts 1000 >"$work/printed" 2>&1 &
pid=$!
tries=0
until grep -q "^waiting: " "$work/printed" || [ "$tries" -eq 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
if [ "$code" -ne 7 ] || ! grep -q "^waiting: 999 of 1000 " "$work/printed"; then
    cat "$work/printed"
    echo "FAILED: a signal ends the wait (exit code $code, wanted 7)"
    exit 1
fi
echo "ok: a signal ends the wait"

ln -s secret "$work/link"
ends 1 "$work/link" "a secret file that is a link" --config "$work/config" --device-secret-file "$work/link"
chmod 640 "$work/secret"
ends 1 "chmod 600" "a secret file that others can read" --config "$work/config" --device-secret-file "$work/secret"
[ -z "$(find "$work/store" -type f -size +0)" ] || { echo "FAILED: something was stored"; exit 1; }
chmod 600 "$work/secret"
chmod 777 "$work/store"
ends 1 "LINKAUTH_ERROR_STORE_UNSAFE" "a store that others can write" --config "$work/config"
