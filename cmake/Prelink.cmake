# cmake -P: turns a Rust static library into one relocatable object that shows the C functions only.
#
#   ARCHIVE        the static library of cargo
#   DECLARATIONS   the C header after the preprocessor
#   OBJECT         what to write
#   PREFIX         how every public name begins
#   MAY_BE_ABSENT  prefixes, comma-separated, of declared functions that this build may leave out
#   FLAGS          more arguments for LD, comma-separated
#   LD NM OBJCOPY  the tools of the target
#
# What remains of the standard library, of compiler_builtins and of every dependency becomes local:
# two such objects, and any other Rust library, live in one program without a clash.

cmake_minimum_required(VERSION 3.16)
string(REPLACE "," ";" MAY_BE_ABSENT "${MAY_BE_ABSENT}")
string(REPLACE "," ";" FLAGS "${FLAGS}")

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed ERROR_VARIABLE complaint)
    if(failed)
        list(JOIN ARGN " " command)
        file(REMOVE "${OBJECT}")
        message(FATAL_ERROR "${complaint}\n(${command}: ${failed})")
    endif()
endfunction()

# The global functions of an object or archive.
function(defined_functions file result)
    execute_process(COMMAND "${NM}" -g --defined-only "${file}"
        OUTPUT_VARIABLE table RESULT_VARIABLE failed ERROR_VARIABLE complaint)
    if(failed)
        message(FATAL_ERROR "${NM} ${file}: ${complaint}")
    endif()
    string(REGEX MATCHALL " T ${PREFIX}[A-Za-z0-9_]+" lines "${table}")
    list(TRANSFORM lines REPLACE "^ T " "")
    list(REMOVE_DUPLICATES lines)
    list(SORT lines)
    set(${result} ${lines} PARENT_SCOPE)
endfunction()

# A declaration has its parenthesis right behind the name; a function pointer type has not.
file(READ "${DECLARATIONS}" text)
string(REGEX MATCHALL "${PREFIX}[a-z0-9_]+\\(" declared "${text}")
list(TRANSFORM declared REPLACE "\\($" "")
list(REMOVE_DUPLICATES declared)
list(SORT declared)
if(NOT declared)
    message(FATAL_ERROR "No ${PREFIX} function is declared in ${DECLARATIONS}.")
endif()

# rustc's archives carry the bitcode of its own LLVM, over which the nm of an older LLVM stumbles.
set(plain "${OBJECT}.a")
set(no_bitcode --remove-section=.llvmbc --remove-section=.llvmcmd)
run("${OBJCOPY}" --strip-debug ${no_bitcode} "${ARCHIVE}" "${plain}")
defined_functions("${plain}" defined)
file(REMOVE "${plain}")
set(public)
foreach(name IN LISTS declared)
    if(name IN_LIST defined)
        list(APPEND public ${name})
        continue()
    endif()
    set(allowed OFF)
    foreach(prefix IN LISTS MAY_BE_ABSENT)
        if(name MATCHES "^${prefix}")
            set(allowed ON)
        endif()
    endforeach()
    if(NOT allowed)
        message(FATAL_ERROR "${name} is declared in the header, and no code defines it.")
    endif()
endforeach()
foreach(name IN LISTS defined)
    if(NOT name IN_LIST declared)
        message(FATAL_ERROR "${name} is defined for C, and the header does not declare it.")
    endif()
endforeach()

set(roots)
foreach(name IN LISTS public)
    list(APPEND roots -u ${name})
endforeach()
list(JOIN public "\n" keep)
file(WRITE "${OBJECT}.symbols" "${keep}\n")
# -S: the precompiled standard library brings debug sections, megabytes nobody can use. The linker
# drops them together with their groups; llvm-objcopy leaves empty groups that GNU ld refuses.
run("${LD}" -r -S --gc-sections ${FLAGS} ${roots} -o "${OBJECT}.tmp" "${ARCHIVE}")
# Nothing unwinds through what is built so: the core has no panic, that of liblinkauth_tls aborts, and callbacks may
# not throw. The unwind tables, 6 KB and 130 KB, are then read by debuggers alone.
set(unwind)
if(NO_UNWIND)
    set(unwind --remove-section=.eh_frame --remove-section=.rel.eh_frame --remove-section=.rela.eh_frame
        # On 32-bit ARM; those of compiler_builtins ask for functions that std and libgcc have.
        --wildcard --remove-section=.ARM.ex* --remove-section=.rel.ARM.ex*
        --strip-unneeded-symbol=rust_eh_personality --strip-unneeded-symbol=__aeabi_unwind_cpp_pr*)
endif()
run("${OBJCOPY}" ${no_bitcode} ${unwind} "--keep-global-symbols=${OBJECT}.symbols" "${OBJECT}.tmp" "${OBJECT}")
file(REMOVE "${OBJECT}.tmp")

defined_functions("${OBJECT}" kept)
if(NOT kept STREQUAL public)
    message(FATAL_ERROR "The object shows '${kept}', the header promises '${public}'.")
endif()
