#!/bin/sh
# Seals with a key that systemd-creds keeps encrypted. In a service the key comes by
# LoadCredentialEncrypted= as $CREDENTIALS_DIRECTORY/linkauth, for --key.
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/sealing.sh"

command -v systemd-creds >/dev/null || skip "there is no systemd-creds"
# A host key of this check's own, in place of the machine's.
export SYSTEMD_CREDENTIAL_SECRET="$work/host.secret"
for name in key other; do
    head -c 32 /dev/urandom |
        systemd-creds --with-key=host --name=linkauth encrypt - "$work/$name.cred" 2>"$work/why" ||
        skip "systemd-creds cannot encrypt with a host key here: $(head -n 1 "$work/why")"
done
fetch_key() { systemd-creds --name=linkauth decrypt "$work/key.cred" -; }
fetch_other_key() { systemd-creds --name=linkauth decrypt "$work/other.cred" -; }
check_sealing
