#!/usr/bin/env bash
# Checks the built libraries against what is promised about them, one PASS or FAIL line each.
#
#   scripts/check-libraries.sh <build folder>
#
# Ends with controls: libraries that break a promise on purpose must be caught.
# CC, READELF, NM, STRIP name other tools, LIMIT and RELOCATIONS other numbers: of bytes that liblinkauth.so
# stays below, and of relocations that it does not exceed.
set -euo pipefail

dir=${1:?usage: scripts/check-libraries.sh <build folder>}
root=$(cd "$(dirname "$0")/.." && pwd)
CC=${CC:-cc} READELF=${READELF:-readelf} NM=${NM:-nm} STRIP=${STRIP:-strip}
LIMIT=${LIMIT:-65536} RELOCATIONS=${RELOCATIONS:-10}
# The glibc of 2012: what gateways have is not older.
GLIBC=2.17
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
major=${version%%.*}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

problem() { printf '%s\n' "$1"; }

# report <what> <text>: passes when there is no text.
report() {
    if [ -z "$2" ]; then
        printf 'PASS: %s\n' "$1"
    else
        printf '%s\nFAIL: %s\n' "$2" "$1"
        failed=1
    fi
}

# caught <what> <expected words> <text>: a control passes when the text has the words.
caught() {
    if grep -qF -- "$2" <<<"$3"; then
        printf 'PASS: control: %s is caught\n' "$1"
    else
        printf '%s\nFAIL: control: %s is not caught\n' "$3" "$1"
        failed=1
    fi
}

# soname <library> <SONAME>
soname() {
    local found
    found=$("$READELF" -dW "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
    [ "$found" = "$2" ] || problem "the SONAME is '$found', not '$2'"
}

# exports <library> <prefix> <version node>: every exported name has the prefix and the version, the node apart.
exports() {
    "$NM" -D --defined-only "$1" | awk -v prefix="$2" -v node="$3" '
        $2 == "A" && $3 ~ "^" node "(@@" node ")?$" { next }
        index($3, prefix) == 1 && $3 ~ "@@" node "$" && $2 == "T" { n++; next }
        { print "exports " $3 " (" $2 ")" }
        END { if (!n) print "exports no function" }'
}

# matches <library> <symbol list of the build> <version script>: exactly the functions of the header, but for
# those that the version script names as local.
matches() {
    diff <("$NM" -D --defined-only "$1" | awk '$2 == "T" { sub(/@@.*/, "", $3); print $3 }' | LC_ALL=C sort) \
        <(grep -vxFf <(sed '1,/local:/d; s/[ ;]//g' "$3") "$2" | LC_ALL=C sort) || true
}

# needed <library> <allowed names>...
needed() {
    local lib=$1 name allowed
    shift
    while read -r name; do
        for allowed; do
            # shellcheck disable=SC2053 # the allowed names are patterns
            [[ $name == $allowed ]] && continue 2
        done
        problem "needs $name"
    done < <("$READELF" -dW "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
}

# hardened <library>: read-only after relocation, bound at load, no executable stack, no text relocation.
hardened() {
    local segments dynamic
    segments=$("$READELF" -lW "$1")
    dynamic=$("$READELF" -dW "$1")
    grep -q GNU_RELRO <<<"$segments" || problem "no RELRO segment"
    grep -q BIND_NOW <<<"$dynamic" || grep -q 'Flags:.*NOW' <<<"$dynamic" || problem "not bound at load"
    grep -E 'GNU_STACK.* RW ' <<<"$segments" >/dev/null || problem "the stack is executable, or nothing is said of it"
    ! grep -E 'LOAD.* RWE ' <<<"$segments" || problem "a segment is writable and executable"
    ! grep -q TEXTREL <<<"$dynamic" || problem "text relocations"
    ! grep -qE 'RPATH|RUNPATH' <<<"$dynamic" || problem "a run path"
}

# no_thread_locals <library>, no_constructors <library>: it can be unloaded without a trace.
no_thread_locals() { ! "$READELF" -lW "$1" | grep -E '^ *TLS ' || problem "has thread-local storage"; }
no_constructors() { ! "$READELF" -dW "$1" | grep -E 'INIT_ARRAY|FINI_ARRAY|\((INIT|FINI)\)' || problem "has constructors"; }

# smaller <library> <bytes>, once stripped
smaller() {
    local size
    "$STRIP" -o "$work/stripped" "$1"
    size=$(stat -c %s "$work/stripped")
    [ "$size" -lt "$2" ] || problem "$size bytes, not below $2"
}

# glibc_versions <library>: those of the functions it asks for, the newest last. None with another C library.
glibc_versions() { "$READELF" -VW "$1" | sed -n 's/.*Name: GLIBC_\([0-9.]*\).*/\1/p' | sort -uV; }

# newer_glibc <library> <version>
newer_glibc() {
    local newest
    newest=$(glibc_versions "$1" | tail -n 1)
    [ "$(printf '%s\n' "$newest" "$2" | sort -V | tail -n 1)" = "$2" ] || problem "asks for GLIBC_$newest"
}

# placed <library> <most>: addresses that the loader fills in besides those of imported functions. Each
# costs a program's start a little, and makes the page it is on unshareable.
placed() {
    local count
    count=$("$READELF" -rW "$1" | grep -c '_RELATIVE ' || true)
    [ "$count" -le "$2" ] || problem "$count relative relocations, more than $2"
}

# archive <library> <prefix>: one member, and no other global name.
archive() {
    [ "$(ar t "$1" | wc -l)" -eq 1 ] || problem "$(ar t "$1" | wc -l) members, not one"
    "$NM" -g --defined-only "$1" | awk -v prefix="$2" 'NF == 3 && index($3, prefix) != 1 { print "shows " $3 }'
}

# places <library>: paths of the machine that built it.
places() { strings "$1" | grep -F -e "$root" -e "${CARGO_HOME:-$HOME/.cargo}" | head -n 3 || true; }

# imports <library>: what the core asks of a C library. Memory functions, and on POSIX system calls.
imports() { "$NM" -u "$1" | awk 'NF == 2 { print $2 }' | LC_ALL=C sort -u; }

so=$dir/liblinkauth.so
a=$dir/liblinkauth.a
report "liblinkauth.so: SONAME" "$(soname "$so" "liblinkauth.so.$major")"
report "liblinkauth.so: links lead to $version" \
    "$([ "$(basename "$(readlink -f "$so")")" = "liblinkauth.so.$version" ] || problem "$(readlink -f "$so")")"
report "liblinkauth.so: exports only linkauth_*, all versioned" "$(exports "$so" linkauth_ LINKAUTH_0.1)"
report "liblinkauth.so: exports exactly the header, but for what works without a device" "$(matches "$so" "$dir/prelink/linkauth.o.symbols" "$root/liblinkauth.map")"
report "liblinkauth.so: needs libc alone" "$(needed "$so" 'libc.so*')"
report "liblinkauth.so: hardened" "$(hardened "$so")"
report "liblinkauth.so: no thread-locals" "$(no_thread_locals "$so")"
report "liblinkauth.so: no constructors" "$(no_constructors "$so")"
"$STRIP" -o "$work/shared-stripped" "$so"
report "liblinkauth.so: below $((LIMIT / 1024)) KB stripped" "$(smaller "$so" "$LIMIT")"
report "liblinkauth.so: asks for nothing that glibc $GLIBC has not" "$(newer_glibc "$so" "$GLIBC")"
report "liblinkauth.so: at most $RELOCATIONS relocations of its own" "$(placed "$so" "$RELOCATIONS")"
report "liblinkauth.so: names no path of this machine" "$(places "$so")"
report "liblinkauth.a: one object, only linkauth_* global" "$(archive "$a" linkauth_)"
report "liblinkauth.a: no panic machinery, no allocator" \
    "$(imports "$a" | grep -E '^(_Unwind|malloc|calloc|realloc|free|abort|rust_|__rust|_ZN)' || true)"
printf 'NOTE: liblinkauth.so: %s bytes stripped, %s relocations of its own, loaded %s\n' "$(stat -c %s "$work/shared-stripped")" \
    "$("$READELF" -rW "$so" | grep -c '_RELATIVE ')" "$(size "$so" | awk 'NR == 2 { print "text " $1 ", data " $2 ", bss " $3 }')"
printf 'liblinkauth.a asks libc for:'
imports "$a" | tr '\n' ' ' | sed 's/^/ /'
printf '\n'

if [ -e "$dir/liblinkauth_tls.so" ]; then
    so=$dir/liblinkauth_tls.so
    report "liblinkauth_tls.so: SONAME" "$(soname "$so" "liblinkauth_tls.so.$major")"
    report "liblinkauth_tls.so: exports only linkauth_tls_*, all versioned" "$(exports "$so" linkauth_tls_ LINKAUTH_TLS_0.1)"
    report "liblinkauth_tls.so: exports exactly the header" "$(matches "$so" "$dir/prelink/linkauth_tls.o.symbols" "$root/tls/liblinkauth_tls.map")"
    report "liblinkauth_tls.so: needs libc alone" "$(needed "$so" 'libc.so*' 'libm.so*' 'ld-linux*')"
    report "liblinkauth_tls.so: hardened" "$(hardened "$so")"
    report "liblinkauth_tls.so: names no path of this machine" "$(places "$so")"
    report "liblinkauth_tls.a: one object, only linkauth_tls_* global" "$(archive "$dir/liblinkauth_tls.a" linkauth_tls_)"

    # std's own functions are linked by the names that the building system's glibc gave them.
    printf 'NOTE: liblinkauth_tls.so built here needs glibc %s\n' "$(glibc_versions "$so" | tail -n 1)"

    # Two Rust libraries in one program, every member of both linked in.
    echo 'int main(void) { return 0; }' >"$work/main.c"
    whole_program() {
        "$CC" "$work/main.c" -o "$work/whole" -Wl,--whole-archive "$a" "$dir/liblinkauth_tls.a" \
            -Wl,--no-whole-archive -lpthread -ldl -lm 2>&1 || problem "does not link"
        "$work/whole" || problem "does not run"
    }
    report "both archives go whole into one program" "$(whole_program)"
fi

# Controls. The same object, linked so that it breaks a promise.
object=$dir/prelink/linkauth.o
echo 'int intruder(void); int intruder(void) { return 0; }' >"$work/intruder.c"
"$CC" -fPIC -c "$work/intruder.c" -o "$work/intruder.o"
"$CC" -shared -nostdlib -Wl,-soname,libextra.so "$work/intruder.o" -o "$work/libextra.so"
echo 'LINKAUTH_0.1 { global: linkauth_*; intruder; local: *; };' >"$work/loose.map"
"$CC" -shared -nostartfiles "$object" "$work/intruder.o" -Wl,--version-script="$work/loose.map" \
    -Wl,-soname,liblinkauth.so.9 -Wl,-z,norelro -Wl,--no-as-needed "$work/libextra.so" -o "$work/bad.so"
caught "an extra exported name" "exports intruder" "$(exports "$work/bad.so" linkauth_ LINKAUTH_0.1)"
caught "a wrong SONAME" "the SONAME is 'liblinkauth.so.9'" "$(soname "$work/bad.so" "liblinkauth.so.$major")"
caught "one more needed library" "needs libextra" "$(needed "$work/bad.so" 'libc.so*')"
caught "a library without RELRO" "no RELRO segment" "$(hardened "$work/bad.so")"
"$CC" -shared -nostartfiles "$object" -o "$work/plain.so"
caught "a library without versions" "exports linkauth_" "$(exports "$work/plain.so" linkauth_ LINKAUTH_0.1)"
if grep -q linkauth_lean_ "$dir/prelink/linkauth.o.symbols"; then
    caught "a function for firmware" "< linkauth_lean_sign_in" \
        "$(matches "$work/plain.so" "$dir/prelink/linkauth.o.symbols" "$root/liblinkauth.map")"
fi
caught "a library above the limit" "not below" "$(smaller "$work/plain.so" 1000 2>/dev/null)"
if [ -n "$(glibc_versions "$dir/liblinkauth.so")" ]; then
    echo 'int gettid(void); int intruder(void); int intruder(void) { return gettid(); }' | "$CC" -fPIC -shared -x c - -o "$work/newer.so"
    caught "a function of glibc 2.30" "asks for GLIBC_2.30" "$(newer_glibc "$work/newer.so" "$GLIBC")"
fi
echo 'static const char text[] = "x"; extern const char *const table[]; const char *const table[] = {text};' >"$work/table.c"
"$CC" -shared -fPIC -nostartfiles "$work/table.c" -o "$work/table.so"
caught "a relocation too many" "1 relative relocations, more than 0" "$(placed "$work/table.so" 0)"
cp "$dir/liblinkauth.a" "$work/two.a"
ar q "$work/two.a" "$work/intruder.o"
caught "an archive with a foreign name" "shows intruder" "$(archive "$work/two.a" linkauth_)"
caught "a path of this machine" "$root" "$(echo "static const char path[] __attribute__((used)) = \"$root/x\";" |
    "$CC" -x c -c - -o "$work/path.o" && places "$work/path.o")"
exit $failed
