# RV32IMC microcontrollers, such as the ESP32-C3

set(LINKAUTH_BARE_TARGET riscv32imc-unknown-none-elf)
set(LINKAUTH_BARE_TOOLS riscv64-unknown-elf-)
# Not rv32imc_zicsr: no multilib has that name, and the compiler would silently take a 64-bit one.
set(LINKAUTH_BARE_FLAGS -march=rv32imc -mabi=ilp32 --specs=picolibc.specs)
# The linker's default is 64 bits.
set(LINKAUTH_PRELINK_FLAGS -melf32lriscv CACHE STRING "More arguments for ld -r, as a list")
include("${CMAKE_CURRENT_LIST_DIR}/bare-metal.cmake")
