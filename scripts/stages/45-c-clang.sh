#!/usr/bin/env bash
# The same by clang. The Rust code is the same; the header, the wrapper and the linking are not.
source scripts/lib.sh

if have clang && have clang++; then
    c_build clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
        -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON
    pass "libraries, tests and examples by clang"
    c_tests clang
else
    skip "C tests by clang" "clang is not installed"
fi
