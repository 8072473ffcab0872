# x86-64 gateways with musl. Their programs run on any Linux of that processor that has musl.

set(LINKAUTH_LINUX_TARGET x86_64-unknown-linux-musl)
set(LINKAUTH_LINUX_COMPILER musl-gcc)
# Debian's musl-gcc brings the libgcc of glibc, with which std does not link.
set(LINKAUTH_TLS OFF CACHE BOOL "Build liblinkauth_tls, a ready TLS transport for gateways")
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
