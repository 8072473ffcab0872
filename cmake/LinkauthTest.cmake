# linkauth_add_c_test(<name> <source>... [SHARED|STATIC] [TLS] [LIBRARIES <lib>...] [ARGS <arg>...] [NO_RUN])
#
# Builds a program of C99 or C++11 sources with every warning an error, against the shared library
# (the default where there is one) or the static one, with TLS also against the transport, and
# registers it with ctest under <name>. The program passes with 0, and says with 77 that the machine
# lacks what it needs. -std=c99 hides POSIX: a source that wants it defines _POSIX_C_SOURCE.
# The loader finds the libraries, also for dlopen("liblinkauth.so.0").
# NO_RUN builds the program and leaves running it to a test of the caller's.

set(LINKAUTH_WARNINGS -Wall -Wextra -pedantic -Werror)

function(linkauth_add_c_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SHARED;STATIC;TLS;NO_RUN" "" "LIBRARIES;ARGS")
    add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
    set_target_properties(${name} PROPERTIES
        C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        CXX_STANDARD 11 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
    target_compile_options(${name} PRIVATE ${LINKAUTH_WARNINGS})
    if(arg_STATIC)
        target_link_libraries(${name} PRIVATE linkauth::static)
    else()
        target_link_libraries(${name} PRIVATE linkauth::linkauth)
    endif()
    if(arg_TLS AND arg_STATIC)
        target_link_libraries(${name} PRIVATE linkauth::tls_static)
    elseif(arg_TLS)
        target_link_libraries(${name} PRIVATE linkauth::tls)
    endif()
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
    if(LINKAUTH_BUILD_TESTS AND NOT arg_NO_RUN)
        add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
        set_tests_properties(${name} PROPERTIES
            SKIP_RETURN_CODE 77
            TIMEOUT 300
            ENVIRONMENT "LD_LIBRARY_PATH=$<TARGET_FILE_DIR:linkauth::linkauth>")
    endif()
endfunction()
