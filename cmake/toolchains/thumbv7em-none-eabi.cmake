# Cortex-M4 and M7, floating point in software

set(LINKAUTH_BARE_TARGET thumbv7em-none-eabi)
set(LINKAUTH_BARE_TOOLS arm-none-eabi-)
set(LINKAUTH_BARE_FLAGS -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
