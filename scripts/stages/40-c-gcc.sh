#!/usr/bin/env bash
# The libraries, the C tests and the examples by gcc.
source scripts/lib.sh

c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++
pass "libraries, tests and examples by gcc"
c_tests gcc
