# shellcheck shell=bash
# Sourced by what compares builds of the core: other optimisation, other SHA-256, one thing broken.
#
# Set before: ROOT, out (where they go), and what scripts/lib.sh has.

: "${out:?}"

# library <name> <source tree> <opt-level> <sha> <cmake argument>...: builds $out/<name>/liblinkauth.so.
# The opt-level is one of cargo's, or `shipped`; sha is `instructions` or `soft`.
library() {
    local name=$1 tree=$2 level=$3 sha=$4 cargo_flags=
    shift 4
    if [ "$level" != shipped ]; then
        cargo_flags="--config;profile.capi.opt-level=$level;--config;profile.capi.package.sha2.opt-level=$level;--config;profile.capi.package.linkauth-bulk.opt-level=$level"
    fi
    if [ "$sha" = soft ]; then
        cargo_flags+=";--config;target.x86_64-unknown-linux-gnu.rustflags=['--cfg=sha2_backend=\"soft\"']"
    fi
    if ! { cmake -S "$tree" -B "$out/$name" -DLINKAUTH_TLS=OFF -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF \
        "-DLINKAUTH_CARGO_TARGET_DIR=$out/$name/cargo" "-DLINKAUTH_CARGO_FLAGS=$cargo_flags" "$@" &&
        cmake --build "$out/$name"; } >"$out/$name.log" 2>&1; then
        cat "$out/$name.log"
        return 1
    fi
}

# library_with_every_function <name> ...: the same with all that the static library has; the shared one of the
# build leaves out what works without a device.
library_with_every_function() {
    library "$@" -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON &&
        cc -shared -nostartfiles "$out/$1/prelink/linkauth.o" -o "$out/$1/every-function.so" &&
        mv "$out/$1/every-function.so" "$(readlink -f "$out/$1/liblinkauth.so")"
}

# changed <name> <sed script> <file>: a source tree with one thing broken, in $out/<name>.source
changed() {
    local tree=$out/$1.source
    mkdir -p "$tree"
    rm -rf "$tree/src"
    cp -r Cargo.toml Cargo.lock CMakeLists.txt README.md liblinkauth.map include cmake src bulk tls platform "$tree/"
    sed -i "$2" "$tree/$3"
    not cmp -s "$3" "$tree/$3"
}
