#!/usr/bin/env bash
# Registers over liblinkauth_tls with the platform, and searches the process for what was issued: with
# the library as it is, and, as controls, with copies of it whose allocator does not wipe, or which
# clears neither stack nor registers, and with a program that does not wipe. Then searches a process
# for the keys of its TLS connection, with which a recorded registration could be read.
#
#   tests/tls_residue/run.sh
#
# BUILD_DIR and PLATFORM as for scripts/demo.sh. Ends with 77 if no process may be traced here.
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/demo/lib.sh
source scripts/demo/build.sh
build_demo

begin_work tls-residue
server= # that of openssl
stop_server() {
    local code=$?
    set +e
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    return "$code"
}
trap 'stop_server; clean_up' EXIT
warnings=(-Wall -Wextra -pedantic -Werror)
for program in register converse; do
    cc -std=c99 -O1 -g "${warnings[@]}" -Iinclude "tests/tls_residue/$program.c" \
        -o "$work/$program" -L"$BUILD_DIR" -llinkauth -llinkauth_tls
done
cc -std=c99 -O2 "${warnings[@]}" -o "$work/scan" tests/tls_residue/scan.c \
    tests/residue/{scan,patterns,arithmetic}.c -lm
start_platform
product_key=$(on_platform product create --secret-file "$work/secrets/product")
on_platform product dynamic-registration "$product_key" on

number=0
# scan <argument>...: leaves its table in $work/table; 0 if nothing was found, 3 if something was.
scan() {
    local code=0
    timeout 60 "$work/scan" "$@" >"$work/table" 2>"$work/logs/scan" || code=$?
    [ "$code" -ne 77 ] || exit 77
    [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || fail "scan ended with $code"
    cat "$work/table"
    return "$code"
}

# search <how> <folder of the libraries>: what register.c does, searched.
search() {
    local how=$1 port=$https_port first='after linkauth_register'
    number=$((number + 1))
    [ "$how" != mqtt ] || port=$mqtt_port
    [ "$how" != transport ] || first='after the close of the transport'
    on_platform device create "$product_key" "device-$number" --secret-file "$work/secrets/device-$number"
    mkdir "$work/stores/$number"
    LD_LIBRARY_PATH=$2 scan "record:$work/stores/$number" "text:$work/secrets/product" -- \
        "$first|after linkauth_tls_free" "$work/register" "$work/stores/$number" "$product_key" \
        "device-$number" "$work/secrets/product" "$how" "$port" "$ca"
}

# search_keys <protocol>: what converse.c does with a server that logs the keys, searched.
search_keys() {
    local line code=0
    mkfifo "$work/said-$1"
    openssl s_server -accept 127.0.0.1:0 -naccept 1 -www "-$1" -cert "$work/leaf.pem" -key "$work/leaf.key" \
        -keylogfile "$work/keys-$1" >"$work/said-$1" 2>&1 </dev/null &
    server=$!
    exec 7<"$work/said-$1"
    while read -r -t 30 -u 7 line && [[ $line != ACCEPT* ]]; do :; done
    LD_LIBRARY_PATH=$BUILD_DIR scan "keys:$work/keys-$1" -- \
        "while the connection is open|after the close of the transport|after linkauth_tls_free" \
        "$work/converse" "${line##*:}" "$work/root.pem" || code=$?
    wait "$server" || true
    server=
    exec 7<&-
    return "$code"
}

make_certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=root -keyout "$work/root.key" -out "$work/root.pem"
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$work/leaf.key" -out "$work/leaf.csr"
    openssl x509 -req -days 2 -in "$work/leaf.csr" -CA "$work/root.pem" -CAkey "$work/root.key" -CAcreateserial \
        -extfile <(echo subjectAltName=DNS:localhost) -out "$work/leaf.pem"
}

# without <name> <pattern of symbols>...: a copy of liblinkauth_tls in which these functions return at once.
without() {
    local folder=$work/$1 library address offset base returns pattern
    shift
    case $(uname -m) in
    x86_64) returns='\xc3' ;;
    aarch64) returns='\xc0\x03\x5f\xd6' ;;
    *) return 1 ;;
    esac
    mkdir "$folder"
    cp "$BUILD_DIR/liblinkauth.so.0" "$folder"
    cp "$BUILD_DIR/liblinkauth_tls.so.0" "$folder"
    library=$folder/liblinkauth_tls.so.0
    read -r base offset < <(readelf -SW "$library" | sed -n 's/.* \.text *PROGBITS *\([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p')
    nm "$library" >"$folder/symbols"
    for pattern; do
        grep -q "$pattern" "$folder/symbols" || fail "there is no $pattern in liblinkauth_tls"
        while read -r address _; do
            # shellcheck disable=SC2059 # The bytes are the format.
            printf "$returns" | dd of="$library" bs=1 seek=$((16#$address - 16#$base + 16#$offset)) conv=notrunc status=none
        done < <(grep "$pattern" "$folder/symbols")
    done
}

# finds <what> <how> <folder> <pattern>: the control finds something there.
finds() {
    printf '\nControl: %s\n' "$1"
    ! search "$2" "$3" || fail "$1: nothing was found"
    grep -q "$4" "$work/table" || fail "$1: nothing was found where it should be"
    sed -n "s/^found: /NOTE: control, $1: windows found: /p" "$work/table"
}

for how in https mqtt transport; do
    printf '\n%s\n' "$how"
    search "$how" "$BUILD_DIR" || fail "$how: a secret is left in the process"
    awk -v how="$how" '/searched/ { stops++; bytes += $2 } END { printf "NOTE: registration, %s: 0 windows in %d bytes at %d stops\n", how, bytes, stops }' "$work/table"
done
finds "a program that does not wipe" careless "$BUILD_DIR" '| ProductSecret '
if without wiping '6wiping4wipe' && without clearing '5scrub4burn' '9registers.*5clear'; then
    finds "an allocator that does not wipe" transport "$work/wiping" '^|   \[heap\]'
    finds "neither stack nor registers cleared" transport "$work/clearing" '^|   \(all vector registers\|stack\)'
else
    printf 'NOTE: no copies without wiping: this machine is a %s\n' "$(uname -m)"
fi
stop_platform

# While the connection is open its keys must be there, and are the control.
if command -v openssl >/dev/null; then
    make_certificates 2>"$work/logs/certificates"
    for protocol in tls1_3 tls1_2; do
        printf '\nKeys of %s\n' "$protocol"
        ! search_keys "$protocol" || fail "$protocol: no key was found while the connection was open"
        mapfile -t found < <(sed -n 's/^|   all .*| *\([0-9]*\) |$/\1/p' "$work/table")
        if [ "${found[0]}" -eq 0 ] || [ "${found[1]}" -ne 0 ] || [ "${found[2]}" -ne 0 ]; then
            fail "$protocol: keys are left in the process"
        fi
        printf 'NOTE: keys of %s: %d windows while the connection is open, %d after the close\n' "$protocol" "${found[0]}" "${found[1]}"
    done
else
    printf 'SKIP: keys of TLS in the process: there is no openssl program\n'
fi
printf '\nNothing was found, but in the controls.\n'
