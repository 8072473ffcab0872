#!/usr/bin/env bash
# No secret that the tests used is in anything that they printed or wrote into the build, and no process
# left a core file. The last stage: it searches the logs of those before it.
source scripts/lib.sh

if ! have python3; then
    skip "secrets in the output" "python3 is not installed"
    exit 0
fi
work=$BUILD/output-secrets
rm -rf "$work"
trap 'rm -rf "$work" "$LINKAUTH_SECRETS_USED"' EXIT
mkdir -p "$work/planted"

# What programs wrote, beside what was compiled; not this stage's own log.
mapfile -t written < <(find "$LINKAUTH_TEST_LOGS" "$BUILD" -type f \
    \( -name '*.log' -o -name '*.out' -o -name '*.err' -o -name 'core' -o -name 'core.[0-9]*' \) \
    ! -path "$work/*" ! -name 95-output-secrets.log -newermt '-1 day' | sort -u)
if [ "${#written[@]}" -eq 0 ]; then
    skip "secrets in the output" "no other stage has run"
    exit 0
fi
search() { python3 scripts/search-output.py --used "$LINKAUTH_SECRETS_USED" . "$@"; }

search "${written[@]}" >"$work/result" || true
cat "$work/result"
check "no secret is in the output" grep -q ': 0 findings$' "$work/result"
sed -n 's/^\([0-9]* secrets .*\)/NOTE: \1/p' "$work/result"

# Programs of the tests hold secrets of the tests: a core file of one would, too.
mapfile -t cores < <(find "$ROOT" "$BUILD" -name .git -prune -o -type f \( -name core -o -name 'core.[0-9]*' \) -print)
[ "${#cores[@]}" -eq 0 ] || printf 'core file: %s\n' "${cores[@]}"
check "no core file was left" test "${#cores[@]}" -eq 0

# Controls: what is planted is found, in each form, also in the middle of something else.
secret=zyxwvutsrqponmlkjihgfedcba987654
drawn=Q8w1Zr5Tn0Yk3Lm7
printf '%s\n' "$drawn" >"$work/drawn"
planted() {
    cat >"$work/planted/$1"
    if python3 scripts/search-output.py --used "$work/drawn" . "$work/planted/$1"; then
        fail "a planted secret is found: $1"
    else
        pass "a planted secret is found: $1"
    fi
}
printf 'said x%sy' "$secret" | planted plain
printf 'said %s' "${secret:5:14}" | planted a-part
printf '%s' "$secret" | od -An -v -tx1 | tr -d ' \n' | planted hexadecimal
printf '%s' "$secret" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F | planted upper-case
for before in '' a ab; do
    printf '%s%s' "$before" "$secret" | base64 -w 0 | planted "base64-${#before}"
done
printf '[1%s]' "$(printf '%s' "${secret:3:8}" | od -An -v -tu1 -w1 | sed 's/^ */, /' | tr -d '\n')" | planted a-list-of-numbers
printf 'drawn: %s\n' "$drawn" | planted drawn-at-run-time
printf '{"deviceSecret":"%s"}' 0123456789abcdef0123456789abcdef | planted a-named-one
printf 'core\0%s\0' "$secret" | planted binary
