#!/usr/bin/env bash
# No secret is left in a process that registered over liblinkauth_tls. Uses the build of the gcc stage.
source scripts/lib.sh

c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_SEAL=ON >"$BUILD/tls-residue-build.log"
if ! missing=$(scripts/install-deps.sh --check demo 2>&1); then
    skip "what a TLS registration leaves" "$missing"
    exit 0
fi
code=0
BUILD_DIR=$BUILD/gcc tests/tls_residue/run.sh || code=$?
case $code in
0) pass "no secret is left in the process, and each control is found" ;;
77) skip "what a TLS registration leaves" "processes cannot be traced here" ;;
*) fail "what a TLS registration leaves" ;;
esac
