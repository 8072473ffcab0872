#!/usr/bin/env bash
# What linkauth needs of a microcontroller: flash by linking, stack by running in QEMU. Prints one table
# for each target, and checks the budgets.
#
#   scripts/size.sh [--prices] [target...]
#
# --prices adds what each feature costs, which takes a build each.
# Lines of PASS, FAIL and SKIP; ends with 1 if anything failed.
set -euo pipefail
cd "$(dirname "$0")/.."

export ROOT=$PWD BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$BUILD/cargo}
source scripts/lib.sh
source scripts/firmware/build.sh
source scripts/size/image.sh
source scripts/size/library.sh

prices=no
if [ "${1:-}" = --prices ]; then
    prices=yes
    shift
fi
targets=("$@")
[ $# -gt 0 ] || targets=("${firmware_targets[@]}")

failed=0
fail() {
    failed=1
    printf 'FAIL: %s\n' "$1"
}

# In the firmware only what its functions need is linked.
sign_in_only=(linkauth_sign_in_with_secret)
https=(linkauth_device_init linkauth_register linkauth_device_wipe)
lean_https=(linkauth_lean_register)
lean_both=(linkauth_lean_register linkauth_lean_register_mqtt linkauth_lean_sign_in linkauth_flash_secret_store_init)
both=("${https[@]}" linkauth_sign_in linkauth_report_connack linkauth_flash_store_init linkauth_wipe)
without_burn="--config;target.'cfg(all())'.rustflags=['--cfg=linkauth_without_burn']"

measure() {
    local target=$1 sizes=$folder/$1/flash.txt
    variant "$target" https && variant "$target" both -DLINKAUTH_REGISTER_MQTT=ON &&
        variant "$target" all -DLINKAUTH_{SHA1,MD5,SEALING,REGISTER_MQTT}=ON &&
        variant "$target" bare -DLINKAUTH_{SHA1,MD5,SEALING,REGISTER_MQTT}=ON "-DLINKAUTH_CARGO_FLAGS=$without_burn" &&
        run_measures "$target" https && run_measures "$target" both -DWITH_REGISTER_MQTT=ON &&
        run_measures "$target" all -DWITH_REGISTER_MQTT=ON && run_measures "$target" bare -DWITH_REGISTER_MQTT=ON || return
    {
        flash "$target" https sign_in_with_secret "${sign_in_only[@]}"
        flash "$target" https sign_in_with_options linkauth_device_init linkauth_sign_in linkauth_device_wipe
        flash "$target" https register_https "${https[@]}"
        flash "$target" https lean_register_https "${lean_https[@]}"
        flash "$target" both both_ways "${both[@]}"
        flash "$target" both lean_both_ways "${lean_both[@]}"
    } >"$sizes"
    if [ "$prices" = yes ]; then
        each_price "$target" >>"$sizes"
    fi
    python3 tests/size/report.py "$folder/$target"
}

# each_price <target>: both ways with one thing more.
each_price() {
    local feature
    for feature in SHA1 MD5 SEALING SEAL; do
        variant "$1" "$feature" -DLINKAUTH_REGISTER_MQTT=ON "-DLINKAUTH_$feature=ON" >&2
        flash "$1" "$feature" "with_$feature" "${both[@]}" \
            "$([ "$feature" = SEAL ] && echo linkauth_aead_init || echo linkauth_wipe)"
    done
    flash "$1" both with_psk "${both[@]}" linkauth_psk
    flash "$1" both with_steps "${both[@]}" linkauth_registration_{begin,next,sent,feed,finish}
    flash "$1" both with_status_text "${both[@]}" linkauth_status_name linkauth_status_text
    flash "$1" both with_explain "${both[@]}" linkauth_explain
}

for target in "${targets[@]}"; do
    why=$(why_not "$target")
    if [ -n "$why" ]; then
        skip "$target" "$why"
        continue
    fi
    mkdir -p "$folder/$target"
    measure "$target" >"$folder/$target/log" 2>&1 || failed=1
    grep -E '^(PASS|FAIL|\|)' "$folder/$target/log" || { tail -n 20 "$folder/$target/log" && fail "$target: is measured"; }
    check "$target: with every function linked no panic, no formatting, no heap, no variables" is_clean "$target"
    check "$target: control: a panic and a variable are found" finds_a_panic "$target"
done
[ $failed -eq 0 ]
