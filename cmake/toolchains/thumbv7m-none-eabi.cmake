# Cortex-M3

set(LINKAUTH_BARE_TARGET thumbv7m-none-eabi)
set(LINKAUTH_BARE_TOOLS arm-none-eabi-)
set(LINKAUTH_BARE_FLAGS -mcpu=cortex-m3 -mthumb -mfloat-abi=soft)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
