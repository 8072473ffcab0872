#!/usr/bin/env bash
# The libraries, the C tests and the examples by gcc.
source scripts/lib.sh

c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON
pass "libraries, tests and examples by gcc"
# Which SDK's sign-ins and registrations are reproduced, and which are not and why.
"$BUILD/gcc/tests/c/vectors_static" | sed 's/^/NOTE: /'
c_tests gcc
