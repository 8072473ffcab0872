#!/usr/bin/env bash
# Clients that this project did not write, against the local platform.
source scripts/lib.sh

clients=$BUILD/clients
mkdir -p "$clients"
source scripts/registries.sh
source scripts/clients/install.sh

cargo build --locked --quiet -p linkauth-platform --bin linkauth-platform
for client in python node aiot paho mosquitto; do
    "install_$client"
done

# In a network of their own the clients keep their own host names and ports, and nothing can leave it.
enter=()
if unshare --net --mount true && have ip; then
    enter=(unshare --net --mount)
else
    skip "clients at the vendor's host names" "a network namespace may not be made here; they run at localhost"
fi

for client in "${!runs[@]}"; do
    printf '%s\t%s\n' "$client" "${runs[$client]}"
done >"$clients/runs"
"${enter[@]}" bash scripts/clients/run.sh "$clients" "$CARGO_TARGET_DIR/debug/linkauth-platform" "${#enter[@]}"
