#!/usr/bin/env bash
# A power-on storm against the local platform, and the sign-in part of it against Mosquitto in the same run: devices per
# second, 99th percentile, memory per idle connection and processor time of the server, for 1,000, 5,000 and 15,000
# devices at once, plain and over TLS; then 15,000 (5,000 over TLS) of which 100 are under way at a time.
#
#   scripts/storm.sh [devices...]      only so many at once
#
# Prints a line for each storm as it ends, and at the end the table of docs/platform-load.md. Client and server share this
# machine. Mosquitto lets everybody in, checks no password and keeps nothing, which favours it; where it is not
# installed the comparison is left out, loudly. It fails if the platform loses a device; what Mosquitto loses is a figure.
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

# let_loose <platform|mosquitto> <option>...: a storm; its figures go into the table.
let_loose() {
    local whom=$1 said code=0
    shift
    said=$("$platform" storm --json "$@" 2>"$work/complaint") || code=$?
    printf '%s\n' "$said" | tee >(sed "s/^/$whom\t/" >>"$work/figures") | sed "s/^/$whom: /"
    [ "$code" -eq 0 ] || sed "s/^/$whom: /" "$work/complaint"
    [ "$code" -eq 0 ] || [ "$whom" = mosquitto ] || status=1
}

# storm <devices> <plain|tls> [<option>...]: on both.
storm() {
    local size=$1 way=$2 port
    shift 2
    local options=(--devices "$size" "$@")
    [ "$way" = plain ] || options+=(--tls)
    let_loose platform "${options[@]}" --patience 300
    [ -n "$mosquitto" ] || return 0
    # Anew for each, so that its memory is that of these connections.
    start_mosquitto
    port=$plain
    if [ "$way" = tls ]; then port=$tls options+=(--ca "$work/data/ca.pem"); fi
    let_loose mosquitto "${options[@]}" --against "127.0.0.1:$port" --pid "$broker" --patience 40
    stop_mosquitto
}

mosquitto=$(command -v mosquitto || true)
[ -n "$mosquitto" ] || echo "SKIP: comparison with Mosquitto: it is not installed"
status=0
: >"$work/figures"
for size in "${sizes[@]}"; do
    for way in plain tls; do
        storm "$size" "$way"
    done
done
if [ $# -eq 0 ]; then
    storm 15000 plain --at-a-time 100
    storm 5000 tls --at-a-time 100
fi
python3 scripts/storm-table.py <"$work/figures"
[ "$status" -eq 0 ]
