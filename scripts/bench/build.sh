# shellcheck shell=bash disable=SC2154 # the variables are set by scripts/bench.sh
# Sourced by scripts/bench.sh: builds the libraries that are compared, and the programs of benches/.

warnings=(-Wall -Wextra -pedantic -Werror)
bench_cc() { cc -std=gnu11 -O2 "${warnings[@]}" -Iinclude -Ibenches "$@"; }

# The library as shipped and installed, and the same one built so that it wipes nothing and leaves signals alone.
build_libraries() {
    echo "Building the libraries"
    quietly "$out/build.log" build_shipped
    build_unwiped
}

build_shipped() {
    cmake -S . -B "$out/shipped" -DCMAKE_INSTALL_LIBDIR=lib -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF \
        "-DLINKAUTH_CARGO_TARGET_DIR=$CARGO_TARGET_DIR" &&
        cmake --build "$out/shipped" --parallel "$JOBS" &&
        cmake --install "$out/shipped" --strip --prefix "$out/installed"
}

# Where memory is zeroed, a plain fill is left: the compiler drops it, unless somebody reads the zeros.
build_unwiped() {
    local tree=$out/unwiped.source
    changed unwiped 's/^    burn::<DEPTH>();$//' src/scrub.rs
    left_out "$tree/src" '^ *clear();$' ''
    left_out "$tree/src" '\.zeroize();$' '.fill(0);'
    left_out "$tree/src" 'crate::posix::Signals::Blocked' 'crate::posix::Signals::Left'
    library unwiped "$tree" shipped instructions
}

# left_out <folder> <pattern> <what comes in its place>: in every file that has it, of which there must be one.
left_out() {
    local files
    mapfile -t files < <(grep -rle "$2" "$1")
    [ "${#files[@]}" -gt 0 ] || fail "nothing is like $2 in $1"
    sed -i "s/$2/$3/" "${files[@]}"
}

# contender <name> <header> <package> <library>...: $out/<name>.so, or a loud SKIP.
contenders=()
contender() {
    local name=$1 header=$2 package=$3
    shift 3
    if ! printf '#include <%s>\n' "$header" | cc -E -x c - -o /dev/null 2>/dev/null; then
        skip "$name" "$package is not installed"
        return 0
    fi
    bench_cc -fPIC -shared "benches/$name.c" -o "$out/$name.so" "$@"
    contenders+=("$out/$name.so")
}

# client <name> <header> <package> <library>...: the same for a client that registers.
clients=()
client() {
    local before=("${contenders[@]}")
    contender "$@"
    [ "${#contenders[@]}" -eq "${#before[@]}" ] || clients+=("$1")
    contenders=("${before[@]}")
}

build_programs_of_benches() {
    bench_cc benches/{sign_in,instructions,bound,library,measure}.c -o "$out/sign_in" -ldl
    bench_cc benches/{gateway,fleet,bound,library,measure}.c -o "$out/gateway" -ldl -pthread
    bench_cc benches/{loading,measure}.c -o "$out/loading" -ldl
    bench_cc -rdynamic benches/{registering,measure}.c -o "$out/registering" -ldl
    bench_cc -fPIC -shared benches/heap.c -o "$out/heap.so"
    bench_cc -fPIC -shared benches/minimal.c -o "$out/minimal.so"
    contender openssl openssl/evp.h libssl-dev -lcrypto
    contender mbedtls mbedtls/md.h libmbedtls-dev -lmbedcrypto
    contender sodium sodium.h libsodium-dev -lsodium
    client register_linkauth stdio.h libc6-dev -L"$out/installed/lib" -llinkauth_tls -llinkauth "-Wl,-rpath,$out/installed/lib"
    client register_mbedtls mbedtls/ssl.h libmbedtls-dev -lmbedtls -lmbedx509 -lmbedcrypto
    client register_curl curl/curl.h libcurl4-openssl-dev -lcurl
}
