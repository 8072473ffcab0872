# shellcheck shell=bash
# For the stages in scripts/stages: how a result is said. Sourced, never run.
#
# A stage is any script there. What it prints goes to its log; these lines in it are counted:
#   PASS: <what>       FAIL: <what>       SKIP: <what>: <why>
# and these are shown with the summary of the stage:
#   NOTE: <figures>
# and the closing lines of cargo test, cargo nextest and ctest. A stage that counts nothing has
# failed, and so has one that ends with a code other than 0.
#
# From scripts/test.sh: ROOT (the source tree, also the current folder), BUILD (the folder for
# everything built, CMake's in $BUILD/gcc and $BUILD/clang), JOBS, CARGO_TARGET_DIR, LINKAUTH_TEST_LOGS
# (the folder of the logs), and LINKAUTH_SECRETS_USED (a file that takes each secret drawn at run time).

set -euo pipefail

: "${ROOT:?run this through scripts/test.sh}" "${BUILD:?}" "${JOBS:?}"

pass() { printf 'PASS: %s\n' "$1"; }
fail() { printf 'FAIL: %s\n' "$1"; }
skip() { printf 'SKIP: %s: %s\n' "$1" "$2"; }
not() { ! "$@"; }
have() { command -v "$1" >/dev/null 2>&1; }

# check <what> <command>...: one test that passes when the command succeeds.
check() {
    local what=$1
    shift
    printf '+ %s\n' "$*"
    if "$@"; then pass "$what"; else fail "$what"; fi
}

# refuses <what> <text> <command>...: passes when the command fails and says <text>.
refuses() {
    local what=$1 text=$2 said
    shift 2
    printf '+ %s\n' "$*"
    if said=$("$@" 2>&1); then
        printf '%s\n' "$said"
        fail "$what (was accepted)"
    elif grep -qF -- "$text" <<<"$said"; then
        pass "$what"
    else
        printf '%s\n' "$said"
        fail "$what (refused for another reason)"
    fi
}

# c_build <name> <cmake argument>...: configures and builds $BUILD/<name>.
c_build() {
    local name=$1
    shift
    cmake -S "$ROOT" -B "$BUILD/$name" "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" "$@" && cmake --build "$BUILD/$name" --parallel "$JOBS"
}

# c_tests <name>: runs the tests of $BUILD/<name>. The last thing a stage does: it changes the folder.
c_tests() {
    cd "$BUILD/$1"
    if ctest -N | grep -q '^Total Tests: 0$'; then
        skip "C tests ($1)" "none are registered"
    else
        ctest --output-on-failure
    fi
}
