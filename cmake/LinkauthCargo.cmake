# How a crate becomes a C library. Two functions, used by the top CMakeLists.txt.

if(NOT CMAKE_EXECUTABLE_FORMAT STREQUAL "ELF")
    message(FATAL_ERROR "linkauth: the C libraries are built for ELF systems only. "
        "On others use the Rust crate, or the archive of `cargo rustc --profile capi --crate-type staticlib`.")
endif()
if(CMAKE_CROSSCOMPILING AND NOT LINKAUTH_CARGO_TARGET)
    message(FATAL_ERROR "linkauth: cross-compiling needs -DLINKAUTH_CARGO_TARGET=<Rust target triple>.")
endif()
foreach(tool IN ITEMS LINKER OBJCOPY NM AR)
    if(NOT CMAKE_${tool})
        message(FATAL_ERROR "linkauth: CMAKE_${tool} is not set: binutils of the target are needed.")
    endif()
endforeach()

find_program(LINKAUTH_CARGO cargo PATHS "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin" DOC "The cargo that compiles linkauth")
if(NOT LINKAUTH_CARGO)
    message(FATAL_ERROR "linkauth: cargo was not found. Rust ${linkauth_rust_version} or newer is needed.")
endif()
execute_process(COMMAND "${LINKAUTH_CARGO}" --version
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE cargo_says ERROR_VARIABLE cargo_complains RESULT_VARIABLE cargo_failed)
if(cargo_failed OR NOT cargo_says MATCHES "^cargo ([0-9]+\\.[0-9]+\\.[0-9]+)")
    message(FATAL_ERROR "linkauth: ${LINKAUTH_CARGO} does not run: ${cargo_complains}")
endif()
if(CMAKE_MATCH_1 VERSION_LESS linkauth_rust_version)
    message(FATAL_ERROR "linkauth: Rust ${linkauth_rust_version} or newer is needed, this is ${CMAKE_MATCH_1}.")
endif()

# linkauth_prelinked_object(<name> PACKAGE <crate> FEATURES <feature>... [CARGO_SETTINGS <setting>...]
#                           HEADER <file> [PREFIX <text>] [NO_UNWIND] [MAY_BE_ABSENT <prefix>...] [DEPENDS <file>...])
#
# Makes ${<name>_object}, one relocatable object whose only global symbols are the functions that
# HEADER declares, and the target <name>_prelink that builds it.
function(linkauth_prelinked_object name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "NO_UNWIND" "PACKAGE;HEADER;PREFIX" "FEATURES;CARGO_SETTINGS;MAY_BE_ABSENT;DEPENDS")
    if(NOT arg_PREFIX)
        set(arg_PREFIX linkauth_)
    endif()
    set(archive "${CMAKE_CURRENT_BINARY_DIR}/prelink/${name}-cargo.a")
    set(object "${CMAKE_CURRENT_BINARY_DIR}/prelink/${name}.o")
    set(declarations "${CMAKE_CURRENT_BINARY_DIR}/prelink/${name}.i")
    set(library "lib${name}.a")
    file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/prelink")

    # A CARGO_BUILD_TARGET of the user's would move the archive to a folder this file knows nothing about.
    set(environment --unset=CARGO_BUILD_TARGET)
    set(cargo_output "${LINKAUTH_CARGO_TARGET_DIR}/capi/${library}")
    set(target_flag)
    if(LINKAUTH_CARGO_TARGET)
        set(target_flag --target "${LINKAUTH_CARGO_TARGET}")
        set(cargo_output "${LINKAUTH_CARGO_TARGET_DIR}/${LINKAUTH_CARGO_TARGET}/capi/${library}")
        # Some crates compile a little C; they look for these names.
        string(REPLACE "-" "_" triple "${LINKAUTH_CARGO_TARGET}")
        list(APPEND environment "CC_${triple}=${CMAKE_C_COMPILER}" "AR_${triple}=${CMAKE_AR}")
    endif()
    string(REPLACE ";" "," features "${arg_FEATURES}")
    # The user's flags come last, and so win.
    list(TRANSFORM arg_CARGO_SETTINGS PREPEND "--config=")
    set(cargo_flags ${arg_CARGO_SETTINGS} ${LINKAUTH_CARGO_FLAGS})

    # In the table of all targets, because that one adds to the rustflags of a .cargo/config.toml's
    # targets instead of replacing them. The same library comes out, whoever builds it where: panic
    # messages of dependencies name source files.
    if(DEFINED ENV{CARGO_HOME})
        set(cargo_home "$ENV{CARGO_HOME}")
    else()
        set(cargo_home "$ENV{HOME}/.cargo")
    endif()
    set(flags
        "--remap-path-prefix=${CMAKE_CURRENT_SOURCE_DIR}=/linkauth"
        "--remap-path-prefix=${LINKAUTH_CARGO_TARGET_DIR}=/build"
        "--remap-path-prefix=${cargo_home}=/cargo")
    if(LINKAUTH_COMPACT)
        list(APPEND flags "--cfg=sha2_backend_soft=\"compact\"")
    endif()
    list(TRANSFORM flags REPLACE "(.+)" "'\\1'")
    list(JOIN flags ", " flags)
    set(rustflags "target.'cfg(all())'.rustflags=[${flags}]")

    file(GLOB settings "${CMAKE_CURRENT_SOURCE_DIR}/.cargo/config.toml" "${CMAKE_CURRENT_SOURCE_DIR}/rust-toolchain.toml")

    # make does not run a command anew because the command changed: this file changes with it.
    set(options "${CMAKE_CURRENT_BINARY_DIR}/prelink/${name}.options")
    file(GENERATE OUTPUT "${options}" CONTENT
        "${LINKAUTH_CARGO}\n${features}\n${rustflags}\n${target_flag}\n${cargo_flags}\n${LINKAUTH_PRELINK_FLAGS}\n")

    # Cargo leaves its archive alone when nothing changed, and every build with other features
    # replaces it. The copy is newer than its inputs and belongs to this build folder.
    add_custom_command(OUTPUT "${archive}"
        COMMAND "${CMAKE_COMMAND}" -E env ${environment}
            "${LINKAUTH_CARGO}" rustc -p "${arg_PACKAGE}" --lib --profile capi --crate-type staticlib
            --no-default-features --features "${features}" --locked --config "${rustflags}"
            --target-dir "${LINKAUTH_CARGO_TARGET_DIR}" ${target_flag} ${cargo_flags}
        COMMAND "${CMAKE_COMMAND}" -E copy "${cargo_output}" "${archive}"
        DEPENDS "${options}" ${arg_DEPENDS} ${settings} "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.toml" "${CMAKE_CURRENT_SOURCE_DIR}/Cargo.lock"
        WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
        COMMENT "Compiling the crate ${arg_PACKAGE} (${features})"
        USES_TERMINAL
        VERBATIM)

    # The preprocessor takes the comments out, which may well mention functions.
    add_custom_command(OUTPUT "${declarations}"
        COMMAND "${CMAKE_C_COMPILER}" -ffreestanding -E -P "-I${CMAKE_CURRENT_SOURCE_DIR}/include" -o "${declarations}" "${arg_HEADER}"
        DEPENDS "${arg_HEADER}" "${CMAKE_CURRENT_SOURCE_DIR}/include/linkauth.h"
        COMMENT "Reading the functions of ${name}.h"
        VERBATIM)

    set(script "${CMAKE_CURRENT_SOURCE_DIR}/cmake/Prelink.cmake")
    string(REPLACE ";" "," may_be_absent "${arg_MAY_BE_ABSENT}")
    string(REPLACE ";" "," prelink_flags "${LINKAUTH_PRELINK_FLAGS}")
    add_custom_command(OUTPUT "${object}"
        COMMAND "${CMAKE_COMMAND}"
            "-DARCHIVE=${archive}" "-DDECLARATIONS=${declarations}" "-DOBJECT=${object}"
            "-DPREFIX=${arg_PREFIX}" "-DMAY_BE_ABSENT=${may_be_absent}" "-DFLAGS=${prelink_flags}"
            "-DNO_UNWIND=${arg_NO_UNWIND}"
            "-DLD=${CMAKE_LINKER}" "-DNM=${CMAKE_NM}" "-DOBJCOPY=${CMAKE_OBJCOPY}"
            -P "${script}"
        DEPENDS "${archive}" "${declarations}" "${options}" "${script}"
        COMMENT "Linking ${name} into one object"
        VERBATIM)
    add_custom_target(${name}_prelink DEPENDS "${object}")
    set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    set(${name}_object "${object}" PARENT_SCOPE)
endfunction()

# linkauth_library(<target> SHARED|STATIC OBJECT <name> OUTPUT_NAME <name> EXPORT_NAME <name> [VERSION_SCRIPT <file>])
#
# Makes a library of a prelinked object, known as linkauth::<EXPORT_NAME> here and after installing.
function(linkauth_library target kind)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "OBJECT;OUTPUT_NAME;EXPORT_NAME;VERSION_SCRIPT" "")
    add_library(${target} ${kind} "${${arg_OBJECT}_object}")
    add_library(linkauth::${arg_EXPORT_NAME} ALIAS ${target})
    add_dependencies(${target} ${arg_OBJECT}_prelink)
    set_target_properties(${target} PROPERTIES
        LINKER_LANGUAGE C
        OUTPUT_NAME ${arg_OUTPUT_NAME}
        EXPORT_NAME ${arg_EXPORT_NAME})
    target_include_directories(${target} INTERFACE
        "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    if(kind STREQUAL "SHARED")
        set_target_properties(${target} PROPERTIES
            VERSION ${PROJECT_VERSION}
            SOVERSION ${PROJECT_VERSION_MAJOR}
            LINK_DEPENDS "${arg_VERSION_SCRIPT}")
        target_link_options(${target} PRIVATE
            "LINKER:--version-script=${arg_VERSION_SCRIPT}"
            LINKER:-z,defs LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack
            LINKER:--as-needed LINKER:--gc-sections)
    endif()
    if(NOT linkauth_top_level AND NOT LINKAUTH_INSTALL)
        # Inside another project only what it links is compiled.
        set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
endfunction()
