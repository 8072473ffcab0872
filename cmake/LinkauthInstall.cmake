# Install rules: libraries, headers, what find_package and pkg-config read, licences and documents.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/linkauth")
set(headers include/linkauth.h)
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/include/linkauth.hpp")
    list(APPEND headers include/linkauth.hpp)
endif()

# A package must still find itself after it was moved: everything is said relative to the .pc file.
# Only an absolute libdir or includedir of the user's is taken as it stands.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(pc_libdir "${CMAKE_INSTALL_LIBDIR}")
else()
    file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
else()
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()

function(linkauth_pkg_config file name description requires library private)
    configure_file("${CMAKE_CURRENT_SOURCE_DIR}/cmake/linkauth.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/${file}" @ONLY)
    install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${file}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction()

set(targets linkauth_static)
if(LINKAUTH_SHARED)
    list(APPEND targets linkauth_shared)
endif()
linkauth_pkg_config(linkauth.pc linkauth "Signs devices in to Alibaba Cloud IoT Platform" "" linkauth "")
if(LINKAUTH_TLS)
    list(APPEND headers include/linkauth_tls.h)
    list(APPEND targets linkauth_tls_static)
    if(LINKAUTH_SHARED)
        list(APPEND targets linkauth_tls_shared)
    endif()
    list(TRANSFORM tls_libraries PREPEND -l OUTPUT_VARIABLE tls_flags)
    list(JOIN tls_flags " " tls_flags)
    linkauth_pkg_config(linkauth-tls.pc linkauth-tls "A TLS transport for linkauth" linkauth linkauth_tls "${tls_flags}")
endif()

install(TARGETS ${targets} EXPORT linkauth
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT linkauth FILE linkauth-targets.cmake NAMESPACE linkauth:: DESTINATION "${package_dir}")
install(FILES ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

configure_package_config_file(cmake/linkauth-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/linkauth-config.cmake"
    INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/linkauth-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/linkauth-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/linkauth-config-version.cmake"
    DESTINATION "${package_dir}")

file(GLOB documents CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/LICENSE*"
    "${CMAKE_CURRENT_SOURCE_DIR}/README.md"
    "${CMAKE_CURRENT_SOURCE_DIR}/CHANGELOG.md"
    "${CMAKE_CURRENT_SOURCE_DIR}/SECURITY.md"
    "${CMAKE_CURRENT_SOURCE_DIR}/docs/*.md")
install(FILES ${documents} DESTINATION "${CMAKE_INSTALL_DOCDIR}")
