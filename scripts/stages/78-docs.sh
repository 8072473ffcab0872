#!/usr/bin/env bash
# The reference of the C headers: complete, and readable by man.
source scripts/lib.sh

if ! have doxygen; then
    skip "reference" "doxygen is not installed"
    exit 0
fi

work=$BUILD/docs
rm -rf "$work"
mkdir -p "$work"
functions() { cc -ffreestanding -E -P -Iinclude include/linkauth_tls.h | grep -oE '\blinkauth_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u; }
pages() { find "$work/made/man" -name '*.3' -printf '%f\n' | sed 's/\.3$//' | LC_ALL=C sort; }

check "HTML and manual pages" scripts/docs.sh "$work/made"
check "a manual page for each function" diff <(pages) <(functions)
check "a page of HTML for each header" test -s "$work/made/html/linkauth_8h.html" -a -s "$work/made/html/linkauth__tls_8h.html"
if have mandoc; then
    check "the manual pages are well-formed" mandoc -T lint -W warning "$work"/made/man/*.3
    echo '.It outside of a list' >>"$work/made/man/linkauth_wipe.3"
    refuses "control: a manual page that is not is caught" "linkauth_wipe.3" mandoc -T lint -W warning "$work/made/man/linkauth_wipe.3"
else
    skip "the form of the manual pages" "mandoc is not installed"
fi

# unknown <file>...: names of linkauth in the guides that neither header nor CMakeLists.txt has.
unknown() {
    local name
    grep -ohwE '(linkauth|LINKAUTH)_[A-Za-z0-9_]+' "$@" | grep -v '_$' | sort -u | while read -r name; do
        grep -qrw -- "$name" include CMakeLists.txt || echo "unknown: $name"
    done
}
guides() {
    local found
    found=$(unknown "$@")
    printf '%s\n' "$found"
    [ -z "$found" ]
}
check "the guides name nothing that is not there" guides docs/moving-*.md docs/packages.md
echo 'Call linkauth_sign_of_the_times.' >"$work/guide.md"
refuses "control: a name that is not there is caught" "unknown: linkauth_sign_of_the_times" guides "$work/guide.md"

# spoiled <sed expression> <words of Doxygen>: what a header says less.
spoiled() {
    mkdir -p "$work/include"
    cp include/linkauth*.h "$work/include"
    sed -i "$1" "$work/include/linkauth.h"
    LINKAUTH_HEADERS=$work/include scripts/docs.sh "$work/spoiled"
}
refuses "control: an undocumented function is caught" "linkauth_forgotten" \
    spoiled "\$ a void linkauth_forgotten(int number);"
refuses "control: an undocumented parameter is caught" "parameter 'length'" \
    spoiled '/^ \* @param length Bytes\.$/d'
refuses "control: a parameter that does not exist is caught" "argument 'other'" \
    spoiled 's/^ \* @param length Bytes\.$/&\n * @param other Nothing./'
