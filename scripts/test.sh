#!/usr/bin/env bash
# Runs every stage of scripts/stages in order, also after one failed, and sums up.
#
#   scripts/test.sh [word...]     only the stages whose name contains one of the words
#
# The last line of the output is `N passed, N failed, N skipped`. Logs: build/test-logs.
# LINKAUTH_TEST_BUILD moves everything that is built; CARGO_TARGET_DIR moves what cargo builds.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

ROOT=$PWD
BUILD=${LINKAUTH_TEST_BUILD:-$ROOT/build/test}
JOBS=${JOBS:-$(nproc)}
export ROOT BUILD JOBS
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
export CARGO_TERM_COLOR=never NO_COLOR=1 LC_ALL=C
# An outer make's flags are not for the builds in here.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR
logs=${LINKAUTH_TEST_BUILD:-$ROOT/build}/test-logs
rm -rf "$logs"
mkdir -p "$logs" "$BUILD"
# What the tests draw at run time: the last stage searches all output for it.
export LINKAUTH_TEST_LOGS=$logs LINKAUTH_SECRETS_USED=$BUILD/secrets-used
(umask 077 && : >"$LINKAUTH_SECRETS_USED")

# Prints "passed failed skipped" for a log. Only an interrupted run ends between the two lines that
# a runner counts by, and then the stage's exit code tells.
count() {
    awk '
        function number(word) { return match($0, "[0-9]+ " word) ? substr($0, RSTART) + 0 : 0 }
        /^PASS: / { passed++ }
        /^FAIL: / { failed++ }
        /^SKIP: / { skipped++ }
        /^test result: / { passed += number("passed"); failed += number("failed"); skipped += number("ignored") }
        /^ *Summary \[/ {
            passed += number("passed"); skipped += number("skipped")
            failed += number("failed") + number("timed out") + number("exec failed")
        }
        /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
            if (/ Passed +[0-9.]+ sec/) passed++
            else if (/\*\*\*(Skipped|Not Run \(Disabled\))/) skipped++
            else failed++
        }
        END { print passed + 0, failed + 0, skipped + 0 }
    ' "$1"
}

selected() {
    [ $# -eq 1 ] && return 0
    local name=$1 word
    shift
    for word; do
        [[ $name == *"$word"* ]] && return 0
    done
    return 1
}

passed=0 failed=0 skipped=0 ran=0
summary=() skips=() failures=()
started=$SECONDS

for stage in scripts/stages/*.sh; do
    name=$(basename "$stage" .sh)
    selected "$name" "$@" || continue
    ran=$((ran + 1))
    log=$logs/$name.log
    printf '%-18s ' "$name"
    begin=$SECONDS
    bash "$stage" >"$log" 2>&1 </dev/null
    code=$?
    read -r p f s < <(count "$log")
    while IFS= read -r line; do skips+=("$line"); done < <(
        grep -E '^SKIP: ' "$log"
        sed -n 's/^ *[0-9]*\/[0-9]* Test *#[0-9]*: \([^ ]*\) .*\*\*\*\(Skipped\|Not Run (Disabled)\).*/SKIP: \1: \2 by ctest/p' "$log"
    )
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
        failures+=("$name: stopped with exit code $code")
    elif [ $((p + f + s)) -eq 0 ]; then
        f=1
        failures+=("$name: reported no result")
    elif [ "$f" -ne 0 ]; then
        failures+=("$name: $f failed")
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    line="$p passed, $f failed, $s skipped in $((SECONDS - begin)) s"
    printf '%s\n' "$line"
    summary+=("$(printf '%-18s %s' "$name" "$line")")
    grep -E '^SKIP: ' "$log"
    sed -n 's/^NOTE: /    /p' "$log"
    if [ "$f" -ne 0 ]; then
        printf -- '---- %s\n' "$log"
        if [ "$(wc -l <"$log")" -gt 400 ]; then
            grep -nE '^FAIL: |\*\*\*|^ *FAIL \[|^error|panicked at' "$log" | head -n 50
            echo "[...]"
            tail -n 300 "$log"
        else
            cat "$log"
        fi
        printf -- '---- end of %s\n' "$log"
    fi
done

if [ "$ran" -eq 0 ]; then
    echo "No stage is named like: $*" >&2
    exit 2
fi
printf '\nRan %d stages in %d s\n' "$ran" $((SECONDS - started))
printf '  %s\n' "${summary[@]}"
if [ ${#skips[@]} -gt 0 ]; then
    printf '\nSkipped\n'
    printf '  %s\n' "${skips[@]}"
fi
if [ ${#failures[@]} -gt 0 ]; then
    printf '\nFailed (logs in %s)\n' "$logs"
    printf '  %s\n' "${failures[@]}"
fi
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
