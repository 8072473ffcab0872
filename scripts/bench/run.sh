# shellcheck shell=bash disable=SC2154 # the variables are set by scripts/bench.sh
# Sourced by scripts/bench.sh: runs what was built, each section into a JSON file of $out.

shipped() { echo "$out/installed/lib/liblinkauth.so"; }
unwiped() { echo "$out/unwiped/liblinkauth.so"; }

bench_sign_in() {
    echo "One device signs in"
    "$out/sign_in" "$rounds" "$(shipped)" "$(unwiped)" "${contenders[@]}" >"$out/sign_in.json"
    bench_linkkit
}

# The vendor's SDK for Python, where its package can be had.
bench_linkkit() {
    local clients=$out/clients
    mkdir -p "$clients"
    source scripts/registries.sh
    source scripts/clients/install.sh
    have python3 && install_python
    [ -n "${runs[python]:-}" ] || return 0
    "$clients/python/bin/python" benches/vendor_sdk.py "$rounds" >"$out/linkkit.json"
}

bench_gateway() {
    echo "A gateway signs in up to $devices devices"
    "$out/gateway" "$devices" "$(shipped)" "$(unwiped)" "${contenders[@]}" >"$out/gateway.json"
}

# library_of <soname>: where the loader finds it. Reads to the end: ldconfig fails if nobody listens.
library_of() { ldconfig -p | awk -v name="$1" '$1 == name && !found++ { print $NF }'; }

bench_loading() {
    local name path libraries=()
    echo "Libraries are opened in $processes processes each"
    for name in libsodium.so.23 libmbedcrypto.so.7 libcrypto.so.3 libcurl.so.4; do
        path=$(library_of "$name")
        if [ -n "$path" ]; then libraries+=("$path"); else skip "opening $name" "it is not installed"; fi
    done
    python3 benches/loading.py "$processes" "$out/loading" "$(shipped)" "$out/minimal.so" "${libraries[@]}" >"$out/loading.json"
}

# In a process of its own, so that the platform ends with it.
bench_registration() {
    echo "Devices register over TLS, $registrations times with each client"
    (
        build_platform
        begin_work bench
        start_platform
        product_key=$(on_platform product create --secret-file "$work/secrets/product")
        on_platform product dynamic-registration "$product_key" on
        on_platform_quietly device create "$product_key" gateway-one --secret-file "$work/secrets/device"
        python3 benches/registration.py "$registrations" "$out" "$work" "$ca" "$https_port" "$product_key" gateway-one \
            "${clients[@]}" >"$out/registration.json"
    )
}

bench_firmware() {
    local why log=$out/firmware.log at=$folder/$firmware_target/https
    why=$(why_not "$firmware_target")
    if [ -n "$why" ]; then
        skip "firmware" "$why"
        return 0
    fi
    echo "Firmware runs in QEMU"
    mkdir -p "$at"
    quietly "$log" measure_firmware
    python3 benches/firmware.py "$firmware_target" "$at" >"$out/firmware.json"
}

measure_firmware() {
    variant "$firmware_target" https && run_measures "$firmware_target" https &&
        {
            flash "$firmware_target" https sign_in_with_secret linkauth_sign_in_with_secret
            flash "$firmware_target" https sign_in_with_options linkauth_device_init linkauth_sign_in linkauth_device_wipe
        } >"$at/flash.txt"
}

# What it was measured on.
bench_machine() {
    python3 benches/machine.py "$(cc --version | head -n 1)" "$(rustc --version)" >"$out/machine.json"
}
