#!/usr/bin/env bash
# The gateway, killed at the system calls of its registration; with LINKAUTH_LONG=1 at every one.
source scripts/lib.sh

if ! have strace; then
    skip "kill sweep" "strace is not installed"
elif ! strace -f -o /dev/null true; then
    skip "kill sweep" "processes cannot be traced here"
elif ! missing=$(scripts/install-deps.sh --check demo 2>&1); then
    skip "kill sweep" "$missing"
elif [ "${LINKAUTH_LONG:-0}" = 1 ]; then
    check "killed at every system call of a registration" tests/power/kill_sweep.sh
else
    check "killed at 60 system calls of a registration" tests/power/kill_sweep.sh 60
fi
