#!/usr/bin/env bash
# Power cuts below a real ext4: the file store works on a disk that logs every write and flush, and
# from the log the disk is made again as a cut at each position would have left it, mounted, and
# read. What was acknowledged before the cut must be there, or what came after it. A store that leaves
# a step out must be found out. LINKAUTH_LONG=1 takes every position.
source scripts/lib.sh

tests=tests/power
disk_size=16777216
# Evenly chosen of each scenario; those where something was acknowledged are always taken.
positions_each=32
seeds=1
if [ "${LINKAUTH_LONG:-0}" = 1 ]; then
    positions_each=1000000
    seeds=4
fi

missing() {
    local tool
    [ "$(id -u)" = 0 ] || { echo "only root can mount" && return; }
    [ -c /dev/fuse ] || { echo "/dev/fuse is missing" && return; }
    [ -c /dev/loop-control ] || { echo "/dev/loop-control is missing" && return; }
    for tool in cc cmake cargo pkg-config losetup mkfs.ext4 e2fsck fusermount3 unshare; do
        have "$tool" || { echo "$tool is not installed" && return; }
    done
    pkg-config --exists fuse3 || { echo "the headers of libfuse3 are not installed" && return; }
    unshare --mount true 2>/dev/null || { echo "mount namespaces are not allowed here" && return; }
    losetup --find >/dev/null 2>&1 || { echo "no loop device is free" && return; }
}

# In a mount namespace of its own: however this ends, the mounts end with it, with each mount its
# loop device, and with the disk its daemon. No other loop device is ever named.
if [ "${1:-}" != inside ]; then
    why=$(missing)
    if [ -n "$why" ]; then
        skip "power replay" "$why"
        exit 0
    fi
    exec unshare --mount --propagation private bash "$0" inside
fi

built=$BUILD/power-replay
disk=$built/disk rebuild=$built/rebuild store=$built/store

build() {
    local strict=(-std=c11 -O1 -Wall -Wextra -pedantic -Werror) flags
    c_build power -DCMAKE_BUILD_TYPE=Release -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF || return
    mkdir -p "$built" || return
    read -ra flags <<<"$(pkg-config --cflags --libs fuse3)"
    cc "${strict[@]}" "$tests/disk.c" -o "$disk" "${flags[@]}" &&
        cc "${strict[@]}" "$tests/rebuild.c" -o "$rebuild" &&
        cc "${strict[@]}" -Iinclude "$tests/store.c" "$BUILD/power/liblinkauth.a" -Wl,--wrap=syscall -o "$store"
}

umask 077
daemon=
work=$(mktemp -d -t linkauth-power.XXXXXX)
clean_up() {
    local at
    for at in state live fuse; do
        if mountpoint -q "$work/$at"; then
            umount "$work/$at" || umount --lazy "$work/$at" || true
        fi
    done
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work"/{fuse,live,state}
log=$work/log acknowledged=$work/acknowledged

log_length() { stat --format %s "$log"; }

# record <protocol> <mount options> [foreign]: the steps of `store` on a new disk, into the log.
record() {
    local options=$2 tries
    "$disk" "$work/fuse" "$log" "$disk_size" &
    daemon=$!
    for ((tries = 0; tries < 100; tries++)); do
        mountpoint -q "$work/fuse" && break
        sleep 0.05
    done
    mkfs.ext4 -q -F -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 "$work/fuse/disk" || return
    mount -t ext4 -o "loop,$options" "$work/fuse/disk" "$work/live" || return
    mkdir "$work/live/secrets" && sync -f "$work/live" || return
    begun=$(log_length)
    "$store" run "$1" "$work/live/secrets" "$log" "$acknowledged" ${3:+"$3"} >"$work/said" || return
    umount "$work/live" || return
    # The loop device lets go of the disk a moment after its last user.
    for ((tries = 0; tries < 100; tries++)); do
        umount "$work/fuse" 2>/dev/null && break
        sleep 0.05
    done
    wait "$daemon" || true
    daemon=
}

# The positions to be taken, with the number of writes that were not flushed there, and the step
# that was acknowledged before.
positions() {
    "$rebuild" positions "$log" | awk -v begun="$begun" -v most="$positions_each" '
        NR == FNR { acknowledged_at[++steps] = $2; next }
        $1 >= begun { position[++n] = $1; unflushed[n] = $2 }
        END {
            for (i = 1; i <= n; i++) {
                before = step + 0
                while (step < steps && acknowledged_at[step + 1] <= position[i]) step++
                if (i == 1 || step > before || n <= most || int(i * most / n) > int((i - 1) * most / n))
                    print position[i], unflushed[i], step + 0
            }
        }' "$acknowledged" -
}

# load: mounts the state and reads the record; what it found is in $found.
load() {
    found=
    if ! mount -t ext4 -o loop "$work/image" "$work/state" 2>>"$work/errors"; then
        found="DAMAGED not mountable"
        return 1
    fi
    found=$("$store" check "$work/state/secrets" 2>&1) || found="DAMAGED ${found//$'\n'/ }"
    umount "$work/state" || found="DAMAGED not unmountable"
    [ "${found#DAMAGED}" = "$found" ]
}

# is_right <step>: whether $found is that step or a later one.
is_right() {
    case $found in
    ABSENT) [ "$1" -eq 0 ] ;;
    [1-9]) [ "$found" -ge "$1" ] ;;
    *) false ;;
    esac
}

# take <position> <unflushed> <step> <what> <seed>: one state; false if it is a violation.
take() {
    local loaded=0
    if ! "$rebuild" "$4" "$log" "$1" "$5" "$work/image" "$disk_size"; then
        # Nothing was proved.
        fail "the disk is made again"
        exit 1
    fi
    states=$((states + 1))
    load || loaded=$?
    # Half a block of the file system's own, which no store can help: e2fsck is what is run then.
    if [ "$loaded" -ne 0 ] && [ "$4" = sectors ]; then
        repairs=$((repairs + 1))
        e2fsck -fy "$work/image" >>"$work/errors" 2>&1 || true
        load || true
    fi
    seen[${found%% *}]=1
    is_right "$3" && return
    violations=$((violations + 1))
    printf 'acknowledged %s, then cut at %s (%s, seed %s): %s\n' "$3" "$1" "$4" "$5" "$found"
    return 1
}

# replay <violations to stop at>: takes the states of what was recorded.
replay() {
    local position unflushed step what seed
    states=0 violations=0 repairs=0
    seen=()
    while read -r -u 3 position unflushed step; do
        take "$position" "$unflushed" "$step" prefix 0 || true
        if [ "$unflushed" -gt 0 ]; then
            take "$position" "$unflushed" "$step" flushed 0 || true
            for ((seed = 1; seed <= seeds; seed++)); do
                for what in writes sectors; do
                    take "$position" "$unflushed" "$step" "$what" "$((position + seed))" || true
                done
            done
        fi
        if [ "$violations" -ge "$1" ]; then
            break
        fi
    done 3< <(positions)
}

declare -A seen=()
scenarios=0 all_states=0 all_violations=0 all_repairs=0 controls=0 caught=0

# holds <what> <protocol> <mount options> [foreign]
holds() {
    scenarios=$((scenarios + 1))
    if ! record "${@:2}"; then
        fail "$1 (the steps failed)"
        exit 1
    fi
    cat "$work/said"
    # Without these the syncs between the calls would have been left out.
    if [ -n "${4:-}" ] && grep -q '^0 ' "$work/said"; then
        fail "$1 (nothing was synced between the calls)"
    fi
    replay 1000000
    all_states=$((all_states + states))
    all_violations=$((all_violations + violations))
    all_repairs=$((all_repairs + repairs))
    printf '%s: %s states, %s violations, e2fsck %s times, found: %s\n' "$1" "$states" "$violations" "$repairs" "${!seen[*]}"
    # The cuts must have met every step, or they would prove nothing.
    check "$1: $states power cuts" test "$violations" -eq 0 -a "${#seen[@]}" -ge 6
}

# is_caught <what> <protocol> <mount options> [foreign]
is_caught() {
    controls=$((controls + 1))
    if ! record "${@:2}"; then
        fail "$1 (the steps failed)"
        exit 1
    fi
    # Until the first one, which may be anywhere.
    local positions_each=1000000
    replay 1
    caught=$((caught + (violations > 0)))
    check "found out: $1 ($states power cuts)" test "$violations" -gt 0
}

if ! build; then
    fail "the disk and the store are not built"
    exit 1
fi

holds "file store on ext4" linkauth data=ordered
holds "file store on ext4, data=writeback" linkauth data=writeback
holds "file store on ext4, synced by others between its calls" linkauth data=ordered foreign
holds "file store on ext4, written ahead, synced by others" prepared data=ordered foreign
is_caught "no fsync" no-fsync data=ordered
is_caught "no fsync of the file" no-file-fsync data=ordered
is_caught "no fsync of the folder" no-folder-fsync data=ordered
is_caught "in place, synced by others" in-place data=ordered foreign

printf 'NOTE: power cuts on ext4: %s states of %s scenarios, %s violations, e2fsck needed %s times; %s of %s wrong stores found out\n' \
    "$all_states" "$scenarios" "$all_violations" "$all_repairs" "$caught" "$controls"
