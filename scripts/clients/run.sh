#!/usr/bin/env bash
# Runs each operation of each foreign client against the local platform: with the right secret, which the platform must
# count, and with a wrong one, which must be refused by the right code. Prints the table of docs/platform-clients.md.
#
#   scripts/clients/run.sh <folder with the clients> <linkauth-platform> <0, or not 0 in a network namespace>
source scripts/lib.sh
clients=$1 platform=$2 namespace=$3
source scripts/clients/cases.sh

umask 077
work=$(mktemp -d)
mkdir "$work/config"
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait || true
    rm -rf "$work"
}
trap finish EXIT

REGION=cn-shanghai PRODUCT_KEY=a1B2c3D4e5F
HOST=localhost HTTPS_HOST=localhost
mqtt=127.0.0.1:0 mqtts=127.0.0.1:0 https=127.0.0.1:0
if [ "$namespace" -ne 0 ]; then
    HOST=$PRODUCT_KEY.iot-as-mqtt.$REGION.aliyuncs.com HTTPS_HOST=iot-auth.$REGION.aliyuncs.com
    # The vendor has MQTT and HTTPS at port 443 both, on different machines.
    mqtt=127.0.0.2:1883 mqtts=127.0.0.2:443 https=127.0.0.1:443
    ip link set lo up
    printf '127.0.0.1 localhost %s\n127.0.0.2 %s\n' "$HTTPS_HOST" "$HOST" >"$work/hosts"
    chmod a+r "$work/hosts"
    mount --bind "$work/hosts" /etc/hosts
fi

mkfifo "$work/ready"
"$platform" --data "$work/data" serve --mqtt "$mqtt" --mqtts "$mqtts" --https "$https" \
    >"$work/ready" 2>"$work/log" &
server=$!
while read -r name value; do
    case $name in
    mqtt) PLAIN_PORT=${value##*:} ;;
    mqtts) TLS_PORT=${value##*:} ;;
    https) https_port=${value##*:} ;;
    ca) CA=$value ;;
    ready) break ;;
    esac
done <"$work/ready"
[ -n "${CA:-}" ] || {
    cat "$work/log"
    fail "the platform starts"
    exit 0
}
HTTPS_URL=https://$HTTPS_HOST:$https_port/auth/register/device
ISSUED=$work/issued XDG_CONFIG_HOME=$work/config NODE_EXTRA_CA_CERTS=$CA NODE_SDK=$clients/node
export REGION PRODUCT_KEY HOST PLAIN_PORT TLS_PORT HTTPS_URL CA ISSUED XDG_CONFIG_HOME NODE_EXTRA_CA_CERTS NODE_SDK

on_platform() { "$platform" --data "$work/data" "$@"; }
on_platform product create --product-key "$PRODUCT_KEY" --secret-file "$work/product-secret" >/dev/null
on_platform product dynamic-registration "$PRODUCT_KEY" on
printf %032d 0 >"$work/wrong-secret"

# run <client> <operation> <file with the secret>: sets code and leaves what it said in $work/said.
run() {
    local command
    IFS=' ' read -r -a command <<<"$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$clients/runs")"
    code=0
    timeout 60 "${command[@]}" "$2" <"$3" >"$work/said" 2>&1 || code=$?
}

field() { on_platform device show "$PRODUCT_KEY" "$DEVICE_NAME" | awk -v name="$1" '$1 == name { print $2 }'; }

# What the platform knows of the device after an operation that went well.
platform_agrees() {
    case $operation in
    sign-in-*) [ "$(field activated)" = true ] ;;
    register-unknown) [ "$(field registrations) $(field activated)" = "1 true" ] ;;
    *)
        [ "$(field registrations) $(field activated)" = "1 false" ] &&
            on_platform device secret "$PRODUCT_KEY" "$DEVICE_NAME" | cmp -s - "$ISSUED"
        ;;
    esac
}

went_well() { [ "$code" -eq 0 ] && platform_agrees; }

# The platform logs a refusal with its code; the client must have noticed it too.
refused_rightly() {
    [ "$code" -eq 3 ] && grep -qF " $PRODUCT_KEY $DEVICE_NAME $expected" "$work/log" || return 1
    [ "$(says_code "$client" "$operation")" = no ] || grep -q "^refused .*$(said_code)" "$work/said"
}

said_code() {
    case $expected in
    refused\(*) printf '%s' "${expected:8:1}" ;;
    *) [ "$client" = python ] && printf 'signature check failed' || printf '%s' "$expected" ;;
    esac
}

# try <client> <operation>: both runs; sets cell.
try() {
    local good=no bad=no
    client=$1 operation=$2
    DEVICE_NAME=$client-${operation#*-}
    [[ $operation != register-* ]] || DEVICE_NAME=$client-reg-${operation#*-}
    export DEVICE_NAME
    if [ "$operation" != register-unknown ]; then
        on_platform device create "$PRODUCT_KEY" "$DEVICE_NAME" --secret-file "$work/device-secret" >/dev/null
    fi
    local secret=$work/product-secret
    [[ $operation == register-* ]] || secret=$work/device-secret
    expected='refused(4 wrong signature)'
    [[ $operation != register-* ]] || expected='refused(4 signature check failed)'
    [ "$operation" != register-https ] || expected=6600

    run "$client" "$operation" "$work/wrong-secret"
    if refused_rightly; then bad=yes; else cat "$work/said"; fi
    run "$client" "$operation" "$secret"
    if went_well; then good=yes; else cat "$work/said"; fi
    case $good$bad in
    yesyes) pass "$client $operation, with the right secret and with a wrong one" && cell="yes" ;;
    *) fail "$client $operation: right secret $good, wrong secret refused $bad" && cell="NO" ;;
    esac
}

rows=() complete=yes
for client in $all_clients; do
    row="| $(title "$client") |"
    for operation in $operations; do
        if ! why=$(can "$client" "$operation"); then
            cell=$why
        elif ! cut -f1 "$clients/runs" | grep -qx "$client"; then
            cell="skipped" complete=no
        elif [ "$namespace" -eq 0 ] && needs_names "$client" "$operation"; then
            skip "$client $operation" "its host name cannot be set, and there is no network namespace"
            cell="skipped" complete=no
        else
            try "$client" "$operation"
        fi
        row+=" $cell |"
    done
    rows+=("$row")
done

printf '%s\n' "${rows[@]}" | tee "$work/table" | sed 's/^/NOTE: /'
if [ "$complete" = yes ]; then
    sed -n '/^| client | sign-in/,/^$/p' docs/platform-clients.md | sed -e '1,2d' -e '/^$/d' >"$work/documented"
    check "docs/platform-clients.md shows the same table" diff "$work/documented" "$work/table"
fi
none_shown() { ! grep -qF -f <(cat "$work/product-secret" && echo && on_platform device secret "$PRODUCT_KEY" "$DEVICE_NAME") "$work/log"; }
check "the platform's log holds no secret" none_shown
