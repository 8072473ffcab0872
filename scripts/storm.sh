#!/usr/bin/env bash
# A power-on storm against the local platform, and the sign-in part of it against Mosquitto in the same run: devices per
# second, 99th percentile, memory per idle connection and processor time of the server, for 1,000, 5,000 and 15,000
# devices at once, plain and over TLS; then 15,000 (5,000 over TLS) of which 100 are under way at a time.
#
#   scripts/storm.sh [devices...]      only so many at once
#
# Prints a line for each storm as it ends, and at the end the table of docs/platform-load.md. Client and server share this
# machine. Mosquitto comes twice: with a plugin by which it does the same task (scripts/storm/plugin.c), and bare, when it
# lets everybody in, checks no password and keeps nothing. What is not installed is left out, loudly. It fails if the
# platform loses a device; what Mosquitto loses is a figure.
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

# has_plugin: makes $work/plugin.so, which takes Debian's mosquitto-dev, libsqlite3-dev and libssl-dev.
has_plugin() { cc -std=c99 -O2 -Wall -Wextra -pedantic -Werror -shared -fPIC scripts/storm/plugin.c -o "$work/plugin.so" -lsqlite3 -lcrypto 2>"$work/complaint"; }

# with_plugin <devices>: what its configuration says of the plugin. A database of its own for each storm.
with_plugin() {
    rm -f "$work"/devices.db*
    cat <<CONF
plugin $work/plugin.so
plugin_opt_database $work/devices.db
plugin_opt_devices $1
CONF
}

# start_mosquitto [<line of its configuration>...]: with the certificate that the platform itself shows.
start_mosquitto() {
    plain=$(free_port) tls=$(free_port)
    "$platform" --data "$work/data" serve --mqtt 127.0.0.1:0 --mqtts 127.0.0.1:0 --https 127.0.0.1:0 \
        --exit-with-parent </dev/null >/dev/null 2>&1
    cat >"$work/mosquitto.conf" <<CONF
log_type error
set_tcp_nodelay true
max_connections -1
user root
listener $plain 127.0.0.1
listener $tls 127.0.0.1
certfile $work/data/leaf-ec.pem
keyfile $work/data/leaf-ec.key
CONF
    printf '%s\n' "$@" >>"$work/mosquitto.conf"
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

# let_loose <platform|plugin|bare> <option>...: a storm; its figures go into the table.
let_loose() {
    local whom=$1 said code=0
    shift
    said=$("$platform" storm --json "$@" 2>"$work/complaint") || code=$?
    printf '%s\n' "$said" | tee >(sed "s/^/$whom\t/" >>"$work/figures") | sed "s/^/$whom: /"
    [ "$code" -eq 0 ] || sed "s/^/$whom: /" "$work/complaint"
    [ "$code" -eq 0 ] || [ "$whom" != platform ] || status=1
}

# against <plugin|bare> <plain|tls> <option>...: a storm on Mosquitto.
against() {
    local whom=$1 way=$2 port=$plain
    shift 2
    local options=("$@")
    if [ "$way" = tls ]; then port=$tls options+=(--ca "$work/data/ca.pem"); fi
    let_loose "$whom" "${options[@]}" --against "127.0.0.1:$port" --pid "$broker" --patience 40
    stop_mosquitto
}

# storm <devices> <plain|tls> [<option>...]: on all.
storm() {
    local size=$1 way=$2
    shift 2
    local options=(--devices "$size" "$@")
    [ "$way" = plain ] || options+=(--tls)
    let_loose platform "${options[@]}" --patience 300
    # Anew for each, so that its memory is that of these connections.
    if [ "$plugin" = yes ]; then
        start_mosquitto "$(with_plugin "$size")"
        against plugin "$way" "${options[@]}"
    fi
    if [ -n "$mosquitto" ]; then
        start_mosquitto "allow_anonymous true"
        against bare "$way" "${options[@]}"
    fi
}

mosquitto=$(command -v mosquitto || true)
plugin=no
if [ -z "$mosquitto" ]; then
    echo "SKIP: comparison with Mosquitto: it is not installed"
elif has_plugin; then
    plugin=yes
else
    echo "SKIP: comparison with Mosquitto that does the same: its plugin cannot be made: $(head -n 1 "$work/complaint")"
fi
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
python3 scripts/storm/table.py <"$work/figures"
[ "$status" -eq 0 ]
