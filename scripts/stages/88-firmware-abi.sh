#!/usr/bin/env bash
# What the library for a bare-metal target asks of a compiler, a linker, and other libraries: what fits
# is accepted, and what does not is refused when it is built, not found out in the field.
source scripts/lib.sh
source scripts/firmware/build.sh

work=$BUILD/firmware-abi
rm -rf "$work"
mkdir -p "$work"
printf '#include "linkauth.h"\nint main(void) { return (int)linkauth_version_number(); }\n' >"$work/program.c"
cp "$work/program.c" "$work/program.cpp"

scripts/abi/layout_def.sh >"$work/layout.def"

# flags_of <target>: sets flags to those of its toolchain file.
flags_of() {
    local line
    line=$(sed -n 's/^set(LINKAUTH_BARE_FLAGS \(.*\))$/\1/p' "cmake/toolchains/$1.cmake")
    read -ra flags <<<"$line"
}

# compiles <compiler> <argument>...: the header and the layout it must have.
compiles() {
    "$@" -Wall -Wextra -pedantic -Werror -Iinclude -c "$work/program.c" -o "$work/program.o" &&
        "$@" -Wall -Wextra -pedantic -Werror -ffreestanding -std=c11 -Iinclude "-I$work" -c tests/abi/layout.c -o "$work/layout.o"
}

compiles_cpp() { "$@" -Wall -Wextra -pedantic -Werror -Iinclude -c "$work/program.cpp" -o "$work/program.o"; }

# links <gcc> <library> <argument>...
links() {
    local gcc=$1 library=$2
    shift 2
    "$gcc" "$@" -Iinclude "$work/program.c" "$library" -nostartfiles -Wl,-e,main -Wl,-z,noexecstack -o "$work/program.elf"
}

library() { printf '%s/lib/%s/liblinkauth.a\n' "$firmware" "$1"; }

# header <target>: by the compilers that its users have.
header() {
    local flags cross_gcc qemu standard
    flags_of "$1"
    cross_tools "$1"
    for standard in c99 c11; do
        check "$1: header and layout by $cross_gcc as $standard" compiles "$cross_gcc" "${flags[@]}" "-std=$standard"
    done
    # The width of an enum is another one then; no enum is in the interface.
    check "$1: header and layout with short enums" compiles "$cross_gcc" "${flags[@]}" -std=c99 -fshort-enums
    check "$1: header and layout with enums as wide as int" compiles "$cross_gcc" "${flags[@]}" -std=c99 -fno-short-enums
    # Its C++ headers are not Debian's to give: stddef.h and stdint.h are the compiler's own.
    check "$1: header by ${cross_gcc%gcc}g++ as c++11" \
        compiles_cpp "${cross_gcc%gcc}g++" "${flags[@]}" -std=c++11 -ffreestanding
    if have clang; then
        check "$1: header and layout by clang" compiles clang "--target=$(clang_target "$1")" -ffreestanding -std=c99
        check "$1: the example by clang" example "$1"
    fi
    refuses "$1: a compiler that packs structs" uint64_t_is_aligned_as_in_the_library \
        compiles "$cross_gcc" "${flags[@]}" -std=c11 -fpack-struct
    refuses "$1: a compiler that packs structs, as c99" uint64_t_is_aligned_as_in_the_library \
        compiles "$cross_gcc" "${flags[@]}" -std=c99 -fpack-struct
    refuses "$1: a compiler whose size_t is short" size_t_is_as_wide_as_a_pointer \
        compiles "$cross_gcc" "${flags[@]}" -std=c11 -U__SIZE_TYPE__ "-D__SIZE_TYPE__=unsigned short"
}

# example <target>: its sources by clang, with the C library of the cross compiler.
example() {
    local flags cross_gcc qemu headers source boards=c_examples/firmware/boards sources
    flags_of "$1"
    cross_tools "$1"
    headers=$(printf '#include <string.h>\n' | "$cross_gcc" "${flags[@]}" -E - | sed -n 's|^# 1 "\(.*\)/string.h".*|\1|p' | head -n 1)
    sources=("$boards"/{cortex_m,microbit,mps2,seed}.c)
    [[ $1 == thumb* ]] || sources=("$boards"/{virt,seed}.c)
    for source in "${sources[@]}" c_examples/firmware/*.c tests/firmware/*.c; do
        clang "--target=$(clang_target "$1")" -std=c99 -Wall -Wextra -pedantic -Werror -isystem "$headers" \
            -Iinclude -Ic_examples/firmware -fsyntax-only "$source" || return
    done
}

clang_target() {
    case $1 in
    riscv*) echo riscv32-unknown-elf ;;
    *) echo "${1%hf}" ;;
    esac
}

# The control of the two enum checks: an enum in the interface would have been found out.
has_enum_of_one_size() {
    printf 'enum two { ONE, TWO };\ntypedef char four[sizeof(enum two) == 4 ? 1 : -1];\n' >"$work/enum.c"
    arm-none-eabi-gcc -mcpu=cortex-m0 -fno-short-enums -c "$work/enum.c" -o "$work/enum.o" &&
        arm-none-eabi-gcc -mcpu=cortex-m0 -fshort-enums -c "$work/enum.c" -o "$work/enum.o"
}

linker() {
    local flags soft hard=(-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16)
    flags_of thumbv7em-none-eabi
    soft=("${flags[@]}")
    check "linker: soft float with soft float" links arm-none-eabi-gcc "$(library thumbv7em-none-eabi)" "${soft[@]}"
    check "linker: hard float with hard float" links arm-none-eabi-gcc "$(library thumbv7em-none-eabihf)" "${hard[@]}"
    refuses "linker: a library of hard float in soft firmware" "uses VFP register arguments" \
        links arm-none-eabi-gcc "$(library thumbv7em-none-eabihf)" "${soft[@]}"
    refuses "linker: a library of soft float in hard firmware" "uses VFP register arguments" \
        links arm-none-eabi-gcc "$(library thumbv7em-none-eabi)" "${hard[@]}"
    refuses "linker: big-endian firmware" "big endian" \
        links arm-none-eabi-gcc "$(library thumbv7em-none-eabi)" "${soft[@]}" -mbig-endian
    refuses "linker: firmware of 64 bits" "ABI is incompatible" \
        links riscv64-unknown-elf-gcc "$(library riscv32imc-unknown-none-elf)" -march=rv64imac -mabi=lp64 --specs=picolibc.specs
}

# runs <target> <program>
runs() {
    python3 tests/firmware/boot.py --target "$1" --folder "$work/board.$1" "$firmware/tests/$1/$2.elf"
}

# beside <target>: another Rust library in the same image.
beside() {
    local flags cross_gcc qemu
    if [ -n "$cargo_flags" ]; then
        skip "$1: beside another Rust library" "rustc has no core of this target"
        return 0
    fi
    build_programs "$1" tests/firmware tests || fail "$1: programs beside another Rust library are built"
    check "$1: another Rust library behind linkauth" runs "$1" beside_after
    check "$1: another Rust library before linkauth" runs "$1" beside_before
    check "$1: both libraries taken in whole" runs "$1" beside_whole
    flags_of "$1"
    cross_tools "$1"
    refuses "$1: the same with what cargo makes" "multiple definition" \
        "$cross_gcc" "${flags[@]}" -nostdlib -r -o "$work/both.o" \
        -Wl,--whole-archive "$firmware/cmake/$1/prelink/linkauth-cargo.a" "$firmware/tests/$1/libbeside.a"
}

ready=()
for target in "${firmware_targets[@]}"; do
    why=$(why_not "$target")
    if [ -n "$why" ]; then
        skip "$target" "$why"
    elif build_library "$target"; then
        ready+=("$target")
        header "$target"
        beside "$target"
    else
        fail "$target: the library is built"
    fi
done
if [ ${#ready[@]} -eq ${#firmware_targets[@]} ]; then
    flags_of thumbv7m-none-eabi
    refuses "a compiler of the ABI before AAPCS" uint64_t_is_aligned_as_in_the_library \
        compiles arm-none-eabi-gcc "${flags[@]}" -std=c11 -mabi=apcs-gnu
    refuses "the check of enums can fail" "is negative" has_enum_of_one_size
    linker
fi
if have clang; then
    refuses "a compiler with pointers of 16 bits" pointers_have_4_or_8_bytes \
        compiles clang --target=msp430 -ffreestanding -std=c11
fi
