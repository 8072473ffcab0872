#!/usr/bin/env bash
# What is left of a secret when a call has returned: each entry, in each build, quiet and under
# signals, is stopped at that instruction and its whole process searched (tests/residue). With
# LINKAUTH_LONG 50 runs for each cell, else 3.
source scripts/lib.sh

out=$BUILD/residue
source scripts/variants.sh
source_dir=$ROOT/tests/residue
conditions=(quiet signals altstack)
stepped=(sign_in:sha256 sign_in:callbacks psk:lent)
steps=20
runs=3
[ -n "${LINKAUTH_LONG:-}" ] && runs=50

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    skip "residue" "the tracer knows Linux on x86-64 alone"
    exit 0
fi

# compile <program> <source>...
compile() {
    local program=$1
    shift
    (cd "$source_dir" && cc -std=gnu99 -O1 -Wall -Wextra -pedantic -Werror -I"$ROOT/include" "$@" -o "$out/$program" -ldl -lm)
}

# search <name> <condition> <runs> [<entry>...]: into $out/<name>.<condition>
search() {
    local name=$1 condition=$2 runs=$3 entries=("${@:4}")
    local so=$out/$name/liblinkauth.so
    [ ${#entries[@]} -gt 0 ] || mapfile -t entries < <("$out/program" "$so" --list)
    mkdir -p "$out/$name/work-$condition"
    (cd "$out/$name/work-$condition" && timeout 3000 "$out/tracer" "$runs" "$out/program" "$so" "$condition" "${entries[@]}") \
        >"$out/$name.$condition"
}

# found <name> <condition>: "<entries> <windows> <words> <deepest stack>"
found() { awk '{ n++; w += $2; x += $3; if ($4 > d) d = $4 } END { print n + 0, w + 0, x + 0, d + 0 }' "$out/$1.$2"; }

# judge <name> <entry>: one result for each condition; the entry must be among those that were searched
judge() {
    local name=$1 entry=$2 condition entries windows words depth
    for condition in "${conditions[@]}"; do
        read -r entries windows words depth < <(found "$name" "$condition")
        if grep -q "^$entry " "$out/$name.$condition" && [ "$windows" -eq 0 ] && [ "$words" -eq 0 ]; then
            pass "$name, $condition: nothing is left by $entries entries, $runs runs each; at most $depth bytes of stack"
        else
            fail "$name, $condition: $windows windows, $words words, $entries entries ($entry among them?)"
            awk '$2 + $3 > 0' "$out/$name.$condition"
        fi
    done
}

# judge_steps <name>: nothing is found wherever in a call the signal arrives
judge_steps() {
    local windows words
    read -r _ windows words _ < <(found "$1" stepped)
    if [ "$windows" -eq 0 ] && [ "$words" -eq 0 ]; then
        pass "$1: nothing is left by ${#stepped[@]} entries, each with a signal at $steps of its instructions"
    else
        fail "$1, a signal at one instruction: $windows windows, $words words"
        awk '$2 + $3 > 0' "$out/$1.stepped"
    fi
}

# caught <what> <name> <condition>: a control, in which something must be found
caught() {
    local windows words
    read -r _ windows words _ < <(found "$2" "$3")
    if [ "$windows" -gt 0 ]; then
        pass "control: $1 is caught: $windows windows, $words words"
    else
        fail "control: $1 is not caught"
    fi
}

# Builds and searches, two at a time. A search that stops early has found what the program did wrong.
at_once() {
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
    { "$@" || fail "$*"; } &
}

# careless_library: libraries that leave something, as one that can be searched
careless_library() {
    cargo build -q --locked --release --example residue_control
    mkdir -p "$out/careless"
    cp "$CARGO_TARGET_DIR/release/examples/libresidue_control.so" "$out/careless/liblinkauth.so"
}

# table: windows/words of each entry in each build and condition; 0 where neither was found
table() {
    local build condition
    for build in "${builds[@]}"; do
        for condition in "${conditions[@]}"; do
            sed "s|^|$build $condition |" "$out/$build.$condition"
        done
    done | awk '
        {
            column = $1
            if (!(column in seen_build)) { seen_build[column] = ++columns; names[columns] = column }
            if (!($3 in seen_entry)) { seen_entry[$3] = ++rows; entries[rows] = $3 }
            cell[$3, column] = cell[$3, column] ($2 == "quiet" ? "" : " ") ($4 + $5 ? $4 "/" $5 : "0")
        }
        END {
            printf "| entry |"
            for (c = 1; c <= columns; c++) printf " %s |", names[c]
            printf "\n|---|"
            for (c = 1; c <= columns; c++) printf "---|"
            printf "\n"
            for (r = 1; r <= rows; r++) {
                printf "| %s |", entries[r]
                for (c = 1; c <= columns; c++) printf " %s |", ((entries[r], names[c]) in cell) ? cell[entries[r], names[c]] : "-"
                printf "\n"
            }
        }'
}

mkdir -p "$out"
compile tracer tracer.c scan.c patterns.c arithmetic.c
compile program program_main.c program.c library.c entries_sign_in.c entries_store.c entries_register.c entries_steps.c entries_lean.c

builds=()
for sha in instructions soft; do
    if [ $sha = instructions ] && ! grep -qw sha_ni /proc/cpuinfo; then
        skip "residue of SHA-256 by the processor's instructions" "this processor has none"
        continue
    fi
    for level in s 3 z; do
        builds+=("opt-$level-$sha")
        number=$level
        [ "$level" = 3 ] || number="\"$level\""
        at_once library_with_every_function "opt-$level-$sha" "$ROOT" "$number" "$sha"
    done
done
builds+=(shipped)
at_once library shipped "$ROOT" shipped instructions

scrub=src/scrub.rs
changed no-burn 's/^    burn::<DEPTH>();$/    clear();/' $scrub
changed small-burn 's/^    burn::<DEPTH>();$/    burn::<128>();/' $scrub
changed no-clear 's/^    clear();$//' $scrub
for control in no-burn small-burn no-clear; do
    at_once library_with_every_function $control "$out/$control.source" 3 soft
done
wait

for build in "${builds[@]}"; do
    for condition in "${conditions[@]}"; do
        at_once search "$build" "$condition" "$runs"
    done
done
for control in no-burn small-burn no-clear; do
    at_once search $control quiet 1
done
for condition in stepped stepped-unblocked; do
    at_once search "${builds[0]}" $condition $steps "${stepped[@]}"
done
careless_library
search careless quiet 1 sign_in:sha256
mv "$out/careless.quiet" "$out/careless-hmac.quiet"
search careless quiet 1 psk:lent
wait

for build in "${builds[@]}"; do
    case $build in
    shipped) judge "$build" sign_in:file ;;
    *) judge "$build" lean_sign_in ;;
    esac
done
judge_steps "${builds[0]}"
caught "a scope that burns no stack" no-burn quiet
caught "a burn that is too small" small-burn quiet
caught "a scope that clears no registers" no-clear quiet
caught "signals that are not blocked" "${builds[0]}" stepped-unblocked
caught "RustCrypto's hmac as it comes" careless-hmac quiet
caught "a secret that is formatted" careless quiet

table >"$out/table.md"
sed 's/^/NOTE: /' "$out/table.md"
echo "NOTE: windows/words found when quiet, under signals, under signals on another stack; $runs runs for each"
