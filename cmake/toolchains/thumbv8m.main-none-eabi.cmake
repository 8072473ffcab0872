# Cortex-M33 and M35P, floating point in software

set(LINKAUTH_BARE_TARGET thumbv8m.main-none-eabi)
set(LINKAUTH_BARE_TOOLS arm-none-eabi-)
set(LINKAUTH_BARE_FLAGS -mcpu=cortex-m33+nofp -mthumb -mfloat-abi=soft)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
