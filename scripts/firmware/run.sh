# shellcheck shell=bash disable=SC2154 # the variables are set by who sources this
# Sourced by scripts/firmware.sh: boots the firmware of c_examples/firmware against the local
# platform, and looks at what it says, at its exit code, and at what the platform counts.
#
# Set before: what scripts/demo/lib.sh and scripts/firmware/build.sh have, target and version.

# boot <log> <device> [<argument of boot.py>...]: one start of the device's board, or of $board, with the
# program firmware or $image; sets exit_code.
boot() {
    local log=$work/logs/$target.$1 device=$2 folder=$work/flash/${board:-$2}
    shift 2
    exit_code=0
    python3 tests/firmware/boot.py --target "$target" --folder "$folder" --ca "$ca" \
        --https "$https_port" --mqtts "$mqtt_port" --product-key "$product_key" --device-name "$device" "$@" \
        "$firmware/images/$target/${image:-firmware}.elf" >"$log" 2>&1 || exit_code=$?
    sed "s/^/    | /" "$log"
}

# said <log> <line>...: exactly these, after the version. The time to wait is not looked at.
said() {
    local log=$work/logs/$target.$1
    shift
    diff <(printf '%s\n' "linkauth $version" "$@") <(sed '/^to be tried again in [0-9]* ms$/d' "$log")
}

# ended <exit code>
ended() {
    exit_code_is "$1" || {
        echo "it ended with $exit_code, not with $1"
        return 1
    }
}

# new_device <what for>: a device of the platform's; sets device.
new_device() {
    device=${target/-unknown/}
    device=${device//[-.]/}-$1
    on_platform_quietly device create "$product_key" "$device" --secret-file "$work/secrets/$device"
}

signs_in_from_flash() {
    boot "$1" "$device" && said "$1" "signing in as $device&$product_key" "signed in" && ended 0
}

# Whether the DeviceSecret that the platform knows is in the board's flash.
is_in_flash() {
    on_platform device secret "$product_key" "$device" >"$work/secrets/$device.now"
    grep -qaFf "$work/secrets/$device.now" "$work/flash/$device/flash.img"
}

# The one record in the board's flash: its state is ACTIVATED, and the older copy is erased.
is_activated() {
    local at
    at=$(record_at) && [ "$(od -An -tu1 -j $((at + 7)) -N 1 "$work/flash/$device/flash.img" | tr -d ' ')" = 2 ]
}

# Where the board's flash has its record; fails if it has another number than one.
record_at() {
    local found
    mapfile -t found < <(grep -obUaF LKA1 "$work/flash/$device/flash.img")
    [ ${#found[@]} -eq 1 ] && echo "${found[0]%%:*}"
}

# registers <https or mqtt> <how the firmware calls that>
registers() {
    local device
    new_device "$1" &&
        boot "$1.1" "$device" --product-secret-file "$work/secrets/product" --register-over "$1" &&
        said "$1.1" LINKAUTH_ERROR_STORE_ABSENT "registering over $2" "the secret is stored" \
            "signing in as $device&$product_key" "signed in" && ended 0 &&
        is_in_flash && is_activated &&
        signs_in_from_flash "$1.2" &&
        counts "$device" "activated true, registrations 1, sign_ins 2"
}

# registers_leanly <https or mqtt> <how the firmware calls that>: and firmware with a device finds the secret.
registers_leanly() {
    local device image=lean
    new_device "lean-$1" &&
        boot "lean-$1.1" "$device" --product-secret-file "$work/secrets/product" --register-over "$1" &&
        said "lean-$1.1" "registration is due" "registering over $2" "the secret is stored" \
            "signing in as $device&$product_key" "signed in" && ended 0 &&
        is_in_flash && record_at >/dev/null &&
        signs_in_from_flash "lean-$1.2" &&
        image=firmware signs_in_from_flash "lean-$1.3" && is_activated &&
        signs_in_from_flash "lean-$1.4" &&
        counts "$device" "activated true, registrations 1, sign_ins 4"
}

does_not_register_leanly_over_a_damaged_record() {
    local device at image=lean
    new_device lean-broken &&
        boot lean-broken.1 "$device" --product-secret-file "$work/secrets/product" && ended 0 &&
        at=$(record_at) &&
        printf '\0' | dd of="$work/flash/$device/flash.img" bs=1 seek=$((at + 20)) conv=notrunc status=none &&
        boot lean-broken.2 "$device" --product-secret-file "$work/secrets/product" &&
        said lean-broken.2 "status 502" && ended 1 &&
        counts "$device" "activated true, registrations 1, sign_ins 1"
}

has_its_own_certificate() {
    local device
    new_device own &&
        boot own.1 "$device" --device-secret-file "$work/secrets/$device" &&
        said own.1 LINKAUTH_ERROR_STORE_ABSENT "the secret is stored" "signing in as $device&$product_key" "signed in" &&
        ended 0 &&
        is_in_flash && is_activated &&
        signs_in_from_flash own.2 &&
        counts "$device" "activated true, registrations 0, sign_ins 2"
}

# refused_by <log> <status> <line before it>...
refused_by() {
    local log=$1 status=$2
    shift 2
    said "$log" "$@" "$status: $(sed -n "s/^$status: //p" "$work/logs/$target.$log")" && ended 1
}

is_refused_with_a_wrong_secret() {
    local device
    new_device wrong && od -An -tx1 -N16 /dev/urandom | tr -d ' \n' >"$work/secrets/$device.wrong" &&
        boot wrong "$device" --device-secret-file "$work/secrets/$device.wrong" &&
        refused_by wrong LINKAUTH_ERROR_CONNACK_CREDENTIALS LINKAUTH_ERROR_STORE_ABSENT "the secret is stored" \
            "signing in as $device&$product_key" &&
        counts "$device" "activated false, registrations 0, sign_ins 0"
}

does_not_register_with_a_stranger() {
    local device
    new_device stranger &&
        ca=/etc/ssl/certs/ca-certificates.crt boot stranger "$device" --product-secret-file "$work/secrets/product" &&
        refused_by stranger LINKAUTH_ERROR_TRANSPORT_CERTIFICATE LINKAUTH_ERROR_STORE_ABSENT "registering over HTTPS" &&
        counts "$device" "activated false, registrations 0, sign_ins 0"
}

survives_a_broken_connection() {
    local device
    new_device broken &&
        boot broken.1 "$device" --product-secret-file "$work/secrets/product" --cut-after 0 &&
        refused_by broken.1 LINKAUTH_ERROR_TRANSPORT_CLOSED LINKAUTH_ERROR_STORE_ABSENT "registering over HTTPS" &&
        boot broken.2 "$device" --product-secret-file "$work/secrets/product" &&
        said broken.2 LINKAUTH_ERROR_STORE_ABSENT "registering over HTTPS" "the secret is stored" \
            "signing in as $device&$product_key" "signed in" && ended 0 &&
        counts "$device" "activated true, registrations 2, sign_ins 1"
}

registers_again_if_somebody_else_did() {
    local device secret=(--product-secret-file "$work/secrets/product")
    new_device raced &&
        boot raced.1 "$device" "${secret[@]}" --mqtts 0 &&
        refused_by raced.1 LINKAUTH_ERROR_TRANSPORT_REFUSED LINKAUTH_ERROR_STORE_ABSENT "registering over HTTPS" \
            "the secret is stored" "signing in as $device&$product_key" &&
        board=$device-other boot raced.2 "$device" "${secret[@]}" --mqtts 0 && ended 1 &&
        boot raced.3 "$device" "${secret[@]}" &&
        said raced.3 "signing in as $device&$product_key" LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION \
            "registering over HTTPS" "the secret is stored" "signing in as $device&$product_key" "signed in" &&
        counts "$device" "activated true, registrations 3, sign_ins 1"
}

does_not_register_over_a_damaged_record() {
    local device at
    new_device damaged &&
        boot damaged.1 "$device" --device-secret-file "$work/secrets/$device" && ended 0 &&
        at=$(record_at) &&
        printf '\0' | dd of="$work/flash/$device/flash.img" bs=1 seek=$((at + 20)) conv=notrunc status=none &&
        boot damaged.2 "$device" --product-secret-file "$work/secrets/product" &&
        refused_by damaged.2 LINKAUTH_ERROR_STORE_DAMAGED &&
        counts "$device" "activated true, registrations 0, sign_ins 1"
}

does_not_register_without_random_bytes() {
    local device
    new_device random &&
        boot random "$device" --product-secret-file "$work/secrets/product" --no-seed &&
        refused_by random LINKAUTH_ERROR_RANDOM_FAILED LINKAUTH_ERROR_STORE_ABSENT "registering over HTTPS" &&
        counts "$device" "activated false, registrations 0, sign_ins 0"
}

needs_its_factory_page() {
    boot page "nobody-$target" --no-factory-page && said page "the factory page is missing" && ended 2
}

shows_no_secret() {
    collect_secrets && none holds_secret "$work/logs" && none holds_signature "$work/logs"
}
