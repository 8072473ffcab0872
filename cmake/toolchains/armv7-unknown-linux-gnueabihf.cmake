# 32-bit ARMv7 gateways with glibc, arguments in floating point registers

set(LINKAUTH_LINUX_TARGET armv7-unknown-linux-gnueabihf)
set(LINKAUTH_LINUX_COMPILER arm-linux-gnueabihf-gcc)
# Files as their file systems number them; without it readdir and stat fail for some.
set(CMAKE_C_FLAGS_INIT -D_FILE_OFFSET_BITS=64)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm -L /usr/arm-linux-gnueabihf)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
