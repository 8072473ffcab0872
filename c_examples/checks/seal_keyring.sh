#!/bin/sh
# Seals with a key from the kernel's keyring. A user key is gone after a restart of the machine: an
# early service puts it there, for instance from a TPM.
set -eu

program=$1
. "$(dirname "$0")/sealing.sh"
command -v keyctl >/dev/null || skip "there is no keyctl (package keyutils)"

# In a session keyring of its own, so that nothing stays.
if [ "${IN_KEYRING:-}" != yes ]; then
    IN_KEYRING=yes keyctl session - true >/dev/null 2>&1 || skip "the kernel or the container denies keyrings"
    IN_KEYRING=yes exec keyctl session - "$0" "$program"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key=$(head -c 32 /dev/urandom | keyctl padd user linkauth @s) || skip "no key can be added"
other=$(head -c 32 /dev/urandom | keyctl padd user other @s)
fetch_key() { keyctl pipe "$key"; }
fetch_other_key() { keyctl pipe "$other"; }
check_sealing
