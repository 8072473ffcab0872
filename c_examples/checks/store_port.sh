#!/bin/sh
# Runs an example of a store of one's own and compares every line that it prints.
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/expected" <<'EXPECTED'
clientId a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|, password of 64 characters
activated, saved 2 times
clientId a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|, password of 64 characters
activated, saved 2 times
EXPECTED
printf %s 0123456789abcdefghijklmnopqrstuv | "$program" a1B2c3D4e5F dev1 >"$work/printed" 2>&1
diff "$work/expected" "$work/printed"
