#!/usr/bin/env bash
# The shared library in processes that load it at run time: opened and closed under living threads, beside
# other copies, across fork; and from Python, Go and Node.js. Uses the builds of the gcc and consumer stages.
source scripts/lib.sh

work=$BUILD/loading
rm -rf "$work"
mkdir -p "$work"
c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON
library=$BUILD/gcc/liblinkauth.so
programs=$BUILD/gcc/tests/loading

check "opened, used and closed under living threads" "$programs/loading_reload" "$library"
# Control: one that stays behind.
cc -shared -nostartfiles "$BUILD/gcc/prelink/linkauth.o" -Wl,-z,nodelete -o "$work/sticky.so"
refuses "control: a library that cannot be unloaded" "!opened_is_loaded(path)" "$programs/loading_reload" "$work/sticky.so"
check "three copies in one process" "$programs/loading_copies" "$library" "$programs/copy.so"
check "in the children of a process with threads" "$programs/loading_fork"

# --- Other languages -----------------------------------------------------------------------------

c_build release -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib \
    -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
cmake --install "$BUILD/release" --prefix "$work/installed"
export LINKAUTH_LIBRARY=$work/installed/lib/liblinkauth.so.0
languages=$ROOT/c_examples/languages
covered=()
signs_in() { c_examples/checks/output.sh lent "$1"; }

if have python3; then
    check "Python, by ctypes" signs_in "$languages/python/sign_in.py"
    covered+=("$(python3 --version)")
else
    skip "Python" "python3 is not installed"
fi

go_build() (
    cd "$languages/go" &&
        PKG_CONFIG_PATH=$work/installed/lib/pkgconfig CGO_LDFLAGS=-Wl,-rpath,$work/installed/lib \
            GOCACHE=$BUILD/go-cache GOFLAGS=-mod=readonly GOPROXY=off go build -o "$work/sign_in_go" .
)
if have go && have pkg-config; then
    check "Go, by cgo: build" go_build
    check "Go: no pointer rule is broken" env GODEBUG=cgocheck=2 c_examples/checks/output.sh lent "$work/sign_in_go"
    covered+=("$(go version | cut -d ' ' -f 3)")
else
    skip "Go" "go or pkg-config is not installed"
fi

if ! have node || ! have npm; then
    skip "Node.js" "node or npm is not installed"
elif ! cp -R "$languages/node" "$work/node" || ! (cd "$work/node" && npm ci --ignore-scripts --no-audit --no-fund); then
    skip "Node.js" "koffi cannot be had from the registry of npm"
else
    check "Node.js, by koffi" signs_in "$work/node/sign_in.js"
    covered+=("Node.js $(node --version)")
fi
echo "NOTE: 1000 times opened and closed under 4 threads; 3 copies; 200 children; signed in from: ${covered[*]}"
