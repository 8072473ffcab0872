#!/bin/sh
# Seals with the key from a file, and from a pipe.
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/sealing.sh"

mkdir -m 700 "$work/keys"
(umask 077 && head -c 32 /dev/urandom >"$work/keys/key" && head -c 32 /dev/urandom >"$work/keys/other")
fetch_key() { cat "$work/keys/key"; }
fetch_other_key() { cat "$work/keys/other"; }
check_sealing

: >"$work/input"
sign_in --key "$work/keys/key" </dev/null
signed_in "the key from its file"
for mode in 640 604; do
    chmod "$mode" "$work/keys/key"
    if sign_in --key "$work/keys/key" </dev/null; then exit 1; fi
    refused "a key file of mode $mode" LINKAUTH_ERROR_STORE_SEALED
done
chmod 600 "$work/keys/key"
ln -s key "$work/keys/link"
if sign_in --key "$work/keys/link" </dev/null; then exit 1; fi
refused "a link to the key file" LINKAUTH_ERROR_STORE_SEALED
printf x >>"$work/keys/key"
if sign_in --key "$work/keys/key" </dev/null; then exit 1; fi
refused "a key of 33 bytes" LINKAUTH_ERROR_STORE_SEALED
if fetch_key | sign_in --key-fd 3; then exit 1; fi
refused "a pipe with 33 bytes" LINKAUTH_ERROR_STORE_SEALED
if sign_in --key "$work/keys/none" </dev/null; then exit 1; fi
refused "no key file" LINKAUTH_ERROR_STORE_SEALED
