# Read by the scripts that check sealing: each defines fetch_key and fetch_other_key, which print 32
# bytes, sets program and work, then calls check_sealing. The keys go through pipes alone.
# shellcheck shell=sh disable=SC2154

# Certificate of tests/vectors/vectors.json.
secret=0123456789abcdefghijklmnopqrstuv

# skip <why>: ctest takes 77 for skipped
skip() {
    echo "SKIP: $1"
    exit 77
}

# sign_in [<argument>...]: standard input is what descriptor 3 of the program shall be
sign_in() {
    "$program" a1B2c3D4e5F dev1 "$work/store" "$@" 3<&0 <"$work/input" >"$work/printed" 2>&1
}

# refused <what> <text>: after a sign_in that failed
refused() {
    if ! grep -qF "$2" "$work/printed"; then
        echo "FAILED: $1: $2 was not printed"
        cat "$work/printed"
        exit 1
    fi
    echo "ok: $1"
}

# signed_in <what>
signed_in() {
    if ! diff "$work/expected" "$work/printed"; then
        echo "FAILED: $1"
        exit 1
    fi
    echo "ok: $1"
}

# holds_no_secret: no stretch of 8 characters of the secret is in any file of the store
holds_no_secret() {
    at=1
    while [ "$at" -le 25 ]; do
        part=$(printf %s "$secret" | cut -c "$at-$((at + 7))")
        if grep -rqF "$part" "$work/store"; then
            echo "FAILED: the store holds the secret"
            exit 1
        fi
        at=$((at + 1))
    done
    echo "ok: the store holds no secret"
}

check_sealing() {
    mkdir -m 700 "$work/store"
    cat >"$work/expected" <<'EXPECTED'
sealed yes
clientId a1B2c3D4e5F.dev1|timestamp=2524608000000,securemode=2,signmethod=hmacsha256|
password of 64 characters
EXPECTED
    printf %s "$secret" >"$work/input"
    fetch_key | sign_in --key-fd 3 || cat "$work/printed"
    rm "$work/input"
    signed_in "stored sealed, and signed in"
    holds_no_secret
    : >"$work/input"
    fetch_key | sign_in --key-fd 3 || cat "$work/printed"
    signed_in "signed in with what is stored"
    if sign_in </dev/null; then exit 1; fi
    refused "no key" LINKAUTH_ERROR_STORE_SEALED
    if sign_in --key-fd 3 </dev/null; then exit 1; fi
    refused "an empty pipe" LINKAUTH_ERROR_STORE_SEALED
    if fetch_other_key | sign_in --key-fd 3; then exit 1; fi
    refused "another key" LINKAUTH_ERROR_STORE_UNSEAL
    fetch_key | sign_in --key-fd 3 || cat "$work/printed"
    signed_in "signed in after all that"
}
