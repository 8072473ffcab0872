#!/usr/bin/env bash
# Power cuts on the boards: in each flash operation of an update, torn in three ways, and QEMU killed
# anywhere. Once on flash that is RAM in a file, under the rules of NOR, and once on CFI flash; a
# store in a single slot must be found out. LINKAUTH_LONG=1 takes every board, and more kills.
source scripts/lib.sh
source scripts/firmware/build.sh

targets=(thumbv7em-none-eabihf riscv32imc-unknown-none-elf)
kills=15
if [ "${LINKAUTH_LONG:-0}" = 1 ]; then
    targets=("${firmware_targets[@]}")
    kills=100
fi

# cuts <log> <mode> <target> [<argument>...]
cuts() {
    local log=$BUILD/firmware-cuts.$1
    python3 tests/firmware/power_cuts.py "$2" "$3" "$firmware/tests/$3/power_cuts.elf" "${@:4}" >"$log" 2>&1
}

# is_lost <log> <argument of cuts>...: whether the broken store was found out, by a loss and not otherwise.
is_lost() {
    not cuts "$@" && grep '^lost: ' "$BUILD/firmware-cuts.$1"
}

run_target() {
    local target=$1 log
    if cuts "$target.sweep" sweep "$target"; then
        pass "$target: power cut in each flash operation"
    else
        fail "$target: power cut in each flash operation"
    fi
    check "$target: the sweep finds a store in a single slot" is_lost "$target.sweep-control" sweep "$target" --single-slot
    # The micro:bit's flash is in no file.
    [ "$target" != thumbv6m-none-eabi ] || return 0
    if cuts "$target.kills" kills "$target" "$kills"; then
        pass "$target: QEMU killed anywhere"
    else
        fail "$target: QEMU killed anywhere"
    fi
    check "$target: the kills find a store in a single slot" is_lost "$target.kills-control" kills "$target" 100 --single-slot
}

say_figures() {
    local target=$1 mode
    for mode in sweep kills; do
        [ -e "$BUILD/firmware-cuts.$target.$mode" ] || continue
        cat "$BUILD/firmware-cuts.$target.$mode"
        sed -n "s/^\(.*, nothing lost\)$/NOTE: power cuts on $target: \1/p" "$BUILD/firmware-cuts.$target.$mode"
    done
}

rm -f "$BUILD"/firmware-cuts.*
ready=()
for target in "${targets[@]}"; do
    why=$(why_not "$target")
    if [ -n "$why" ]; then
        skip "power cuts on $target" "$why"
    elif build_library "$target" && build_programs "$target" tests/firmware tests; then
        ready+=("$target")
    else
        fail "power cuts on $target: the program is built"
    fi
done

# Two at once: QEMU mostly waits for its own start.
pids=()
for target in ${ready[@]+"${ready[@]}"}; do
    run_target "$target" &
    pids+=($!)
    if [ ${#pids[@]} -ge 2 ]; then
        wait "${pids[0]}"
        pids=("${pids[@]:1}")
    fi
done
wait
for target in ${ready[@]+"${ready[@]}"}; do
    say_figures "$target"
done
