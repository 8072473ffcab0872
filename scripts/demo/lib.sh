# shellcheck shell=bash
# Sourced by scripts/demo.sh and others that talk to the platform: how it says things, and what it starts and ends.

step_number=0
work=             # the folder of this run
account=/dev/null # everything that is said, to be searched for secrets at the end
platform=         # its process
exit_code=        # of what ran last
serve_options=()  # of the platform, beside where it listens
product_key=
mqtt_port='' https_port='' ca=''
: "${BUILD_DIR:=}" "${PLATFORM:=}" "${GATEWAY:=}" "${FIRMWARE:=}"

step() {
    step_number=$((step_number + 1))
    printf '\n%2d. %s\n' "$step_number" "$1" | tee -a "$account"
}

say() { printf '    %s\n' "$1" | tee -a "$account"; }

fail() {
    printf 'FAILED: %s\n' "$1" >&2
    exit 1
}

# claim <what> <command>...: says it if it is so, and ends the demo if not.
claim() {
    local what=$1
    shift
    "$@" || fail "$what"
    say "- $what"
}

# begin_work <name>: makes the folder of this run, and sees to it that all ends however the script does.
begin_work() {
    umask 077
    work=$(mktemp -d -t "linkauth-$1.XXXXXX")
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 141' PIPE
    trap 'exit 143' TERM
    mkdir "$work"/{logs,secrets,stores}
}

# Starts the platform on free ports of the loopback, with its own certificate authority, and returns
# once it says that it is ready. It ends when nothing holds its standard input open: also when
# this script is killed. Descriptors: 8 reads what it prints, 9 is its standard input.
start_platform() {
    local name value listen=127.0.0.1:0
    mkfifo "$work/ready" "$work/lifeline"
    "$PLATFORM" --data "$work/platform" serve --mqtt "$listen" --mqtts "$listen" --https "$listen" --exit-with-parent "${serve_options[@]}" \
        <"$work/lifeline" >"$work/ready" 2>"$work/logs/platform" &
    platform=$!
    exec 9>"$work/lifeline" 8<"$work/ready"
    while read -r -t 60 -u 8 name value; do
        case $name in
        mqtts) mqtt_port=${value##*:} ;;
        https) https_port=${value##*:} ;;
        ca) ca=$value ;;
        ready) return 0 ;;
        esac
    done
    fail "the platform did not get ready"
}

# Ends the platform and sets exit_code. Its standard output ends when it does: that is waited for.
stop_platform() {
    local status=0
    kill -TERM "$platform" 2>/dev/null || true
    exec 9>&-
    while [ "$status" -eq 0 ]; do
        read -r -t 10 -u 8 || status=$?
    done
    exec 8<&-
    [ "$status" -le 128 ] || kill -KILL "$platform" 2>/dev/null || true
    exit_code=0
    wait "$platform" || exit_code=$?
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# The last resort: after an error or a signal nothing may be left either, also if nobody reads any more.
clean_up() {
    local code=$? file
    trap - EXIT
    trap '' PIPE
    set +e
    if [ "$code" -ne 0 ] && [ -d "$work/logs" ]; then
        for file in "$work"/logs/*; do
            printf -- '---- %s\n' "${file##*/}"
            cat "$file"
        done >&2
    fi
    if [ -n "$platform" ] && ! is_gone "$platform"; then
        kill -KILL "$platform" 2>/dev/null || true
        wait "$platform" 2>/dev/null || true
    fi
    note_secrets
    rm -rf "$work"
    exit "$code"
}

on_platform() { "$PLATFORM" --data "$work/platform" "$@"; }
on_platform_quietly() { on_platform "$@" >/dev/null 2>&1; }

# gateway <log> <device> [<flag>...]: runs the gateway, with a store of the device's own unless $store
# names another; it registers over HTTPS unless $over says otherwise.
gateway() {
    local log=$1 device=$2 folder=$work/stores/${store:-$2} register
    shift 2
    register=(--register-host localhost --register-port "$https_port")
    [ -z "${over:-}" ] || register=(--register-over "$over")
    mkdir -p "$folder"
    run "$log" /dev/null "$GATEWAY" --product-key "$product_key" --device-name "$device" --store "$folder" \
        ${ca:+--ca "$ca"} --mqtt-host localhost --mqtt-port "$mqtt_port" "${register[@]}" "$@"
    keep_secret "$folder" "$log"
}

# firmware <log> <device>: runs firmware_mqtt_register.
firmware() {
    local folder=$work/stores/$2
    mkdir -p "$folder"
    run "$1" "$work/secrets/product" "$FIRMWARE" "$product_key" "$2" localhost "$mqtt_port" "$ca" "$folder"
    keep_secret "$folder" "$1"
}

# run <log> <standard input> <program> [<argument>...]: shows what it says, and sets exit_code. The
# arguments are kept, to be searched for secrets. The bash between names the signal that ended it.
run() {
    local log=$work/logs/$1 input=$2
    shift 2
    printf '%s\n' "$@" >"$log.arguments"
    exit_code=0
    LD_LIBRARY_PATH=$BUILD_DIR${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
        bash -c 'timeout 60 "$@"; exit $?' device "$@" >"$log" 2>&1 <"$input" 8<&- 9>&- || exit_code=$?
    sed -e '/^device: line 1: /d' -e 's/^/    | /' "$log" | tee -a "$account"
}

# keep_secret <store> <name>: what is stored there now, a DeviceSecret or a DeviceToken, to be searched for.
keep_secret() {
    local record
    for record in "$1"/*; do
        [ ! -s "$record" ] || secret_in "$record" >"$work/secrets/$2.stored"
    done
}

# secret_in <record>: after 16 bytes it has five fields, each behind a byte with its length; the last is the secret.
secret_in() {
    local bytes at=16
    mapfile -t bytes < <(od -An -v -tu1 -w1 "$1")
    for _ in 1 2 3 4; do
        at=$((at + 1 + bytes[at]))
    done
    dd if="$1" bs=1 skip="$((at + 1))" count="$((bytes[at]))" status=none
}

# note_secrets: for a run of all tests, which searches everything that was printed for them.
note_secrets() {
    local secret record
    [ -n "${LINKAUTH_SECRETS_USED:-}" ] && [ -d "$work" ] || return 0
    for secret in "$work"/secrets/*; do
        [ ! -f "$secret" ] || { cat "$secret" && echo; }
    done >>"$LINKAUTH_SECRETS_USED"
    for record in "$work"/stores/*/*.linkauth; do
        [ ! -s "$record" ] || { secret_in "$record" && echo; }
    done >>"$LINKAUTH_SECRETS_USED"
}

exit_code_is() { [ "$exit_code" -eq "$1" ]; }

# says <log> <text>
says() { grep -qF -- "$2" "$work/logs/$1"; }
# ended_with_0 <log> <text that it says>
ended_with_0() { exit_code_is 0 && says "$@"; }

# counts <device> <what the platform knows of it>
counts() {
    [ "$(on_platform device show "$product_key" "$1" |
        awk '$1 ~ /^(registrations|sign_ins|activated)$/ { printf "%s%s %s", sep, $1, $2; sep = ", " }')" = "$2" ]
}

# All secrets of the run, one a line: as they were created, as they were stored after each start of
# a device, and as the platform knows them now.
collect_secrets() {
    local device secret
    for device in $(on_platform device list "$product_key" | cut -f2); do
        on_platform device secret "$product_key" "$device" >"$work/secrets/$device.now"
    done
    for secret in "$work"/secrets/*; do
        cat "$secret"
        echo
    done | sort -u >"$work/patterns"
    note_secrets
    ! grep -q '^.\{0,15\}$' "$work/patterns"
}

# Lock files are empty, and no records.
each_record_holds_a_secret() {
    local record
    for record in "$work"/stores/*/*; do
        [ ! -s "$record" ] || holds_secret "$record" || return 1
    done
}

# holds_secret <file or folder>...: whether one of the secrets is in there.
holds_secret() { grep -rqaFf "$work/patterns" -- "$@"; }

# holds_signature <file or folder>...: a password or a signature is 64 hexadecimal digits.
holds_signature() { grep -rqaE '[0-9A-Fa-f]{64}' -- "$@"; }

none() { ! "$@"; }

# Whether a process runs that has the folder of this run among its arguments.
something_runs() { grep -qaF -- "$work" /proc/[0-9]*/cmdline 2>/dev/null; }
