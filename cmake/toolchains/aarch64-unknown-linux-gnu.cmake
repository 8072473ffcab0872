# 64-bit ARM gateways with glibc. CMAKE_CROSSCOMPILING_EMULATOR runs the C tests elsewhere.

set(LINKAUTH_LINUX_TARGET aarch64-unknown-linux-gnu)
set(LINKAUTH_LINUX_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
