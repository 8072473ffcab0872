#!/usr/bin/env bash
# What linkauth costs beside what a user would take instead: sign-in, a gateway's fleet, the shared library,
# registration over TLS, firmware. Prints tables, and whether the goals are met; docs/performance.md explains both.
#
#   scripts/bench.sh [--quick] [--write]
#
# --quick  a few rounds each and no firmware: whether everything runs, not how fast
# --write  puts the tables into docs/performance.md, and the plot beside it
#
# Ends with 0 also where a goal is missed. The figures are in build/bench/*.json.
set -euo pipefail
cd "$(dirname "$0")/.."

export ROOT=$PWD BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
source scripts/lib.sh
source scripts/demo/lib.sh
source scripts/demo/build.sh
source scripts/firmware/build.sh
source scripts/size/image.sh
source scripts/size/library.sh

rounds=701 devices=1000000 processes=61 registrations=31 firmware_target=thumbv7em-none-eabihf report=()
for argument; do
    case $argument in
    --quick) rounds=3 devices=2000 processes=2 registrations=2 firmware_target= ;;
    --write) report=(--write docs/performance.md) ;;
    *)
        echo "usage: scripts/bench.sh [--quick] [--write]" >&2
        exit 2
        ;;
    esac
done

out=$BUILD/bench
mkdir -p "$out"
rm -f "$out"/*.json
source scripts/variants.sh
source scripts/bench/build.sh
source scripts/bench/run.sh

build_libraries
build_programs_of_benches
bench_sign_in
bench_gateway
bench_loading
bench_registration
[ -z "$firmware_target" ] || bench_firmware
bench_machine
python3 benches/report.py "$out" "${report[@]}"
