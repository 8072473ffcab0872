# What the toolchain files of this folder share: a GNU compiler for bare metal and a Rust target.
#
# Before: LINKAUTH_BARE_TARGET (the Rust target), LINKAUTH_BARE_TOOLS (how the compiler's names
# begin), LINKAUTH_BARE_FLAGS (the processor and its ABI, a list).

set(CMAKE_SYSTEM_NAME Generic)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${LINKAUTH_BARE_TARGET}")

set(CMAKE_C_COMPILER "${LINKAUTH_BARE_TOOLS}gcc")
# There is no program to link before startup code and linker script are there.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

list(JOIN LINKAUTH_BARE_FLAGS " " CMAKE_C_FLAGS_INIT)
string(APPEND CMAKE_C_FLAGS_INIT " -ffunction-sections -fdata-sections")
set(CMAKE_ASM_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_C_FLAGS_RELEASE_INIT "-Os")

set(LINKAUTH_CARGO_TARGET "${LINKAUTH_BARE_TARGET}" CACHE STRING "Rust target triple")
# A package installed for several targets has its library, and what find_package reads, in lib/<target>.
set(CMAKE_LIBRARY_ARCHITECTURE "${LINKAUTH_BARE_TARGET}")
set(CMAKE_C_LIBRARY_ARCHITECTURE "${LINKAUTH_BARE_TARGET}")
set(CMAKE_INSTALL_LIBDIR "lib/${LINKAUTH_BARE_TARGET}" CACHE PATH "Where the library is installed")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
