# shellcheck shell=bash
# Sourced by scripts/stages/92-clients.sh: gets the foreign clients, in pinned versions, into $clients. Each sets
# its entry of `runs`, the command that runs it, or is skipped, loudly.

# shellcheck disable=SC2034 # read by the stage
declare -A runs=()
: "${clients:?}"

install_python() {
    python_packages "Python SDK" tests/clients/python/requirements.txt "$clients/python" || return 0
    runs[python]="$clients/python/bin/python tests/clients/python/client.py"
}

install_node() {
    local folder=$clients/node
    have npm || {
        skip "Node.js SDK" "npm is not installed"
        return 0
    }
    if ! cmp -s tests/clients/node/package-lock.json "$folder/installed"; then
        rm -rf "$folder"
        mkdir -p "$folder"
        cp tests/clients/node/package*.json "$folder/"
        from_registry "Node.js SDK" "$clients/node.log" npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund || return 0
        cp tests/clients/node/package-lock.json "$folder/installed"
    fi
    runs[node]="node tests/clients/node/client.js"
}

# Its hundreds of crates are no part of our workspace, and are built in a folder of their own.
install_aiot() {
    local manifest=tests/clients/aiot/Cargo.toml
    from_registry "crate aiot" "$clients/aiot-fetch.log" cargo fetch --locked --manifest-path "$manifest" || return 0
    if ! CARGO_TARGET_DIR=$clients/aiot cargo build --locked --quiet --manifest-path "$manifest"; then
        fail "crate aiot builds"
        return 0
    fi
    runs[aiot]=$clients/aiot/debug/client-aiot
}

install_paho() {
    if ! printf '#include <MQTTClient.h>\n' | cc -E -x c - -o /dev/null; then
        skip "Paho C" "libpaho-mqtt-dev is not installed"
        return 0
    fi
    cc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Wno-deprecated-declarations -Werror tests/clients/paho/client.c \
        -o "$clients/paho" -lpaho-mqtt3cs -lcrypto
    runs[paho]=$clients/paho
}

install_mosquitto() {
    if ! have mosquitto_rr || ! have mosquitto_pub; then
        skip "mosquitto tools" "mosquitto-clients is not installed"
        return 0
    fi
    runs[mosquitto]="python3 tests/clients/mosquitto/client.py"
}
