# What the toolchain files of gateways share: a GNU compiler for another Linux and a Rust target.
#
# Before: LINKAUTH_LINUX_TARGET (the Rust target), LINKAUTH_LINUX_COMPILER.

set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${LINKAUTH_LINUX_TARGET}")

set(CMAKE_C_COMPILER "${LINKAUTH_LINUX_COMPILER}")

set(LINKAUTH_CARGO_TARGET "${LINKAUTH_LINUX_TARGET}" CACHE STRING "Rust target triple")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
