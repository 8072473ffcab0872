# Cortex-M0, M0+ and M1

set(LINKAUTH_BARE_TARGET thumbv6m-none-eabi)
set(LINKAUTH_BARE_TOOLS arm-none-eabi-)
set(LINKAUTH_BARE_FLAGS -mcpu=cortex-m0 -mthumb -mfloat-abi=soft)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
