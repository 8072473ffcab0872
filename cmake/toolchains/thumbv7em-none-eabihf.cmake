# Cortex-M4F and M7F, arguments in floating point registers

set(LINKAUTH_BARE_TARGET thumbv7em-none-eabihf)
set(LINKAUTH_BARE_TOOLS arm-none-eabi-)
set(LINKAUTH_BARE_FLAGS -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16)
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
