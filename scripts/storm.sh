#!/usr/bin/env bash
# A power-on storm against the local platform, and the sign-in part of it against Mosquitto in the same run: devices per
# second, 99th percentile and memory per idle connection, for 1,000, 5,000 and 15,000 devices, plain and over TLS.
#
#   scripts/storm.sh [devices...]
#
# Client and server share this machine. Mosquitto lets everybody in and checks no password, which favours it; where it is
# not installed the comparison is left out, loudly. The figures of docs/platform-load.md come from here.
set -euo pipefail
cd "$(dirname "$0")/.."
ulimit -n "$(ulimit -Hn)"
target=${CARGO_TARGET_DIR:-target}
cargo build --locked --quiet --release -p linkauth-platform --bin linkauth-platform --target-dir "$target"
platform=$target/release/linkauth-platform
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(1000 5000 15000)

work=$(mktemp -d)
broker=
clean_up() {
    [ -z "$broker" ] || kill "$broker" 2>/dev/null || true
    wait || true
    rm -rf "$work"
}
trap clean_up EXIT

# A free port, as far as one can know.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The certificate that the platform itself shows.
start_mosquitto() {
    plain=$(free_port) tls=$(free_port)
    "$platform" --data "$work/data" serve --mqtt 127.0.0.1:0 --mqtts 127.0.0.1:0 --https 127.0.0.1:0 \
        --exit-with-parent </dev/null >/dev/null 2>&1
    cat >"$work/mosquitto.conf" <<CONF
allow_anonymous true
log_type error
set_tcp_nodelay true
max_connections -1
user root
listener $plain 127.0.0.1
listener $tls 127.0.0.1
certfile $work/data/leaf-ec.pem
keyfile $work/data/leaf-ec.key
CONF
    "$mosquitto" -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
    broker=$!
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$tls") 2>/dev/null && return 0
        sleep 0.1
    done
    cat "$work/mosquitto.log"
    return 1
}

stop_mosquitto() {
    kill "$broker"
    wait "$broker" || true
    broker=
}

# let_loose <on whom>: a storm with the options.
let_loose() {
    local said
    said=$("$platform" storm "${options[@]}") || status=1
    printf '%s\n' "$said" | sed "s/^/$1: /"
}

mosquitto=$(command -v mosquitto || true)
[ -n "$mosquitto" ] || echo "SKIP: comparison with Mosquitto: it is not installed"
status=0
for size in "${sizes[@]}"; do
    for way in plain tls; do
        options=(--devices "$size")
        [ "$way" = plain ] || options+=(--tls)
        let_loose platform
        [ -n "$mosquitto" ] || continue
        # Anew for each, so that its memory is that of these connections.
        start_mosquitto
        port=$plain
        if [ "$way" = tls ]; then port=$tls options+=(--ca "$work/data/ca.pem"); fi
        options+=(--against "127.0.0.1:$port" --pid "$broker")
        let_loose mosquitto
        stop_mosquitto
    done
done
[ "$status" -eq 0 ]
