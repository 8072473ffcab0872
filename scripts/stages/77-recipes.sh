#!/usr/bin/env bash
# The recipes of other package systems, as far as this machine can go: Conan builds and tests its
# package; ESP-IDF's and Zephyr's own tools read the manifest and the Kconfig; else stand-ins take the place of the
# commands of vcpkg, ESP-IDF and Zephyr.
source scripts/lib.sh
source scripts/registries.sh

work=$BUILD/recipes
mkdir -p "$work"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

conan() { CONAN_HOME=$work/conan-home CARGO_NET_OFFLINE=true "$work/conan/bin/conan" "$@"; }
if python_packages "Conan" tests/recipes/conan.txt "$work/conan"; then
    conan profile detect --force
    check "Conan: a package is created, and a project that takes it runs" \
        conan create packaging/conan -c "tools.cmake.cmake_layout:test_folder=$work/conan-test"
    refuses "Conan: control: an option that does not exist is caught" "option 'flush' doesn't exist" \
        conan create packaging/conan -o "&:flush=True"
fi

port=packaging/vcpkg/ports/linkauth
vcpkg() { cmake "-DPORT_FILE=$1" "-DCURRENT_PACKAGES_DIR=$work/vcpkg" -P scripts/packages/vcpkg.cmake; }
port_version() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["version-semver"])' $port/vcpkg.json; }
check "vcpkg: the port file" vcpkg "$ROOT/$port/portfile.cmake"
check "vcpkg: the manifest says this version" test "$(port_version)" = "$version"
sed "s/LINKAUTH_FLASH$/LINKAUTH_FLUSH/; s,\${CMAKE_CURRENT_LIST_DIR},$ROOT/$port,g" $port/portfile.cmake >"$work/portfile.cmake"
refuses "vcpkg: control: an option that does not exist is caught" "LINKAUTH_FLUSH is no option" vcpkg "$work/portfile.cmake"

check "ESP-IDF: the component says this version" grep -qF "version: \"$version\"" packaging/esp-idf/linkauth/idf_component.yml
if python_packages "ESP-IDF's manifest and Zephyr's Kconfig" tests/recipes/embedded.txt "$work/embedded"; then
    lint() { "$work/embedded/bin/compote" manifest lint "$1"; }
    check "ESP-IDF: its component manager takes the manifest" lint packaging/esp-idf/linkauth
    mkdir -p "$work/refused"
    sed 's/^version: .*/version: "0.1"/' packaging/esp-idf/linkauth/idf_component.yml >"$work/refused/idf_component.yml"
    refuses "ESP-IDF: control: a version that is none" 'Invalid version string: "0.1"' lint "$work/refused"
    kconfig() { "$work/embedded/bin/python" tests/recipes/kconfig.py "$1"; }
    check "Zephyr: Kconfig names the Rust target of each processor" kconfig "$ROOT/packaging/zephyr/Kconfig"
    sed 's/ && FP_HARDABI$//' packaging/zephyr/Kconfig >"$work/refused/Kconfig"
    refuses "Zephyr: control: a target of the wrong ABI" "CPU_CORTEX_M4: 'thumbv7em-none-eabihf'" kconfig "$work/refused/Kconfig"
fi
if have yamllint; then
    rules='{extends: default, rules: {line-length: {max: 120}, document-start: disable}}'
    check "ESP-IDF and Zephyr: YAML" yamllint --strict -d "$rules" packaging
else
    skip "ESP-IDF and Zephyr: YAML" "yamllint is not installed"
fi

# recipe <zephyr|esp-idf> <toolchain> <cmake argument>...: configured as its build system would.
recipe() {
    local kind=$1 toolchain=$2
    shift 2
    rm -rf "${work:?}/$kind"
    cmake -S scripts/packages/recipes -B "$work/$kind" "-DRECIPE=$kind" \
        "-DCMAKE_TOOLCHAIN_FILE=$ROOT/cmake/toolchains/$toolchain.cmake" "$@"
}
if have arm-none-eabi-gcc; then
    check "Zephyr: the module" recipe zephyr thumbv7m-none-eabi -DCONFIG_LINKAUTH_CARGO_TARGET=thumbv7m-none-eabi
    refuses "Zephyr: without a Rust target" "set CONFIG_LINKAUTH_CARGO_TARGET" recipe zephyr thumbv7m-none-eabi
else
    skip "Zephyr" "arm-none-eabi-gcc is not installed"
fi
if have riscv64-unknown-elf-gcc; then
    check "ESP-IDF: the component" recipe esp-idf riscv32imc-unknown-none-elf -DIDF_TARGET=esp32c3
    refuses "ESP-IDF: an Xtensa chip" "there is no Rust target for esp32s3" recipe esp-idf riscv32imc-unknown-none-elf -DIDF_TARGET=esp32s3
else
    skip "ESP-IDF" "riscv64-unknown-elf-gcc is not installed"
fi
