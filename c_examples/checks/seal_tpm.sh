#!/bin/sh
# Seals with a key that only a TPM 2.0 gives out: here swtpm, elsewhere the one of the machine, where
# TPM2TOOLS_TCTI is device:/dev/tpmrm0.
set -eu

program=$1
work=$(mktemp -d)
. "$(dirname "$0")/sealing.sh"
cleanup() {
    if [ -s "$work/pid" ]; then kill "$(cat "$work/pid")" 2>/dev/null || :; fi
    rm -rf "$work"
}
trap cleanup EXIT

for tool in swtpm tpm2_createprimary tpm2_create tpm2_load tpm2_unseal tpm2_flushcontext; do
    command -v "$tool" >/dev/null || skip "there is no $tool (packages swtpm and tpm2-tools)"
done
mkdir -m 700 "$work/tpm"
swtpm socket --tpm2 --tpmstate "dir=$work/tpm" --server "type=unixio,path=$work/socket" \
    --ctrl "type=unixio,path=$work/socket.ctrl" --flags not-need-init,startup-clear \
    --daemon --pid "file=$work/pid" || skip "swtpm does not start"
export TPM2TOOLS_TCTI="swtpm:path=$work/socket"
export TSS2_LOG=all+NONE

# Without a resource manager, what a step leaves in the TPM fills it: hence tpm2_flushcontext.
tpm2_createprimary -Q -C o -c "$work/primary" || skip "these tpm2-tools do not reach swtpm by a path"
tpm2_flushcontext -t
for name in key other; do
    head -c 32 /dev/urandom | tpm2_create -Q -C "$work/primary" -u "$work/$name.public" -r "$work/$name.private" -i -
    tpm2_flushcontext -t
done
fetch() {
    tpm2_load -Q -C "$work/primary" -u "$work/$1.public" -r "$work/$1.private" -c "$work/loaded" &&
        tpm2_flushcontext -t && tpm2_unseal -c "$work/loaded" && tpm2_flushcontext -t
}
fetch_key() { fetch key; }
fetch_other_key() { fetch other; }
check_sealing
