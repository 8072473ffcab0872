# Which board a target runs on in QEMU, and add_firmware(<name> <source>...): a program for it.

set(firmware_folder "${CMAKE_CURRENT_LIST_DIR}")
set(cortex_m boards/cortex_m.c)
if(LINKAUTH_CARGO_TARGET STREQUAL "thumbv6m-none-eabi")
    set(board microbit)
    set(board_sources ${cortex_m} boards/microbit.c)
elseif(LINKAUTH_CARGO_TARGET STREQUAL "thumbv8m.main-none-eabi")
    set(board mps2_an505)
    set(board_sources ${cortex_m} boards/mps2.c boards/seed.c)
    set(board_definitions MPS2_AN505)
elseif(LINKAUTH_CARGO_TARGET MATCHES "^thumbv7e?m-none-eabi(hf)?$")
    set(board mps2)
    set(board_sources ${cortex_m} boards/mps2.c boards/seed.c)
elseif(LINKAUTH_CARGO_TARGET STREQUAL "riscv32imc-unknown-none-elf")
    set(board virt)
    set(board_sources boards/virt.c boards/seed.c)
else()
    message(FATAL_ERROR "No board for '${LINKAUTH_CARGO_TARGET}': configure with a file of cmake/toolchains.")
endif()
list(APPEND board_sources console.c)
list(TRANSFORM board_sources PREPEND "${firmware_folder}/")

function(add_firmware name)
    add_executable(${name} ${ARGN} ${board_sources})
    set_target_properties(${name} PROPERTIES
        SUFFIX .elf
        C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        LINK_DEPENDS "${firmware_folder}/boards/${board}.ld;${firmware_folder}/boards/sections.ld")
    target_compile_options(${name} PRIVATE -Wall -Wextra -pedantic -Werror)
    target_compile_definitions(${name} PRIVATE ${board_definitions})
    target_include_directories(${name} PRIVATE "${firmware_folder}")
    target_link_libraries(${name} PRIVATE linkauth::static)
    # Of the C library memcpy and its like are used, and nothing that needs a heap or system calls.
    target_link_options(${name} PRIVATE -nostartfiles
        "-L${firmware_folder}/boards" "-T${board}.ld" LINKER:--gc-sections "LINKER:-Map=${name}.map"
        LINKER:-z,noexecstack LINKER:--fatal-warnings)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^thumb")
        target_link_options(${name} PRIVATE --specs=nano.specs)
    endif()
endfunction()
