#!/usr/bin/env bash
# What the built libraries promise to linkers and loaders. Uses the build of the gcc stage.
source scripts/lib.sh

# What is shipped by default, then with everything switched on.
c_build release -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib \
    -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
scripts/check-libraries.sh "$BUILD/release"
c_build everything -DCMAKE_BUILD_TYPE=Release -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON \
    -DLINKAUTH_TLS=OFF -DLINKAUTH_BUILD_TESTS=OFF -DLINKAUTH_BUILD_EXAMPLES=OFF
scripts/check-libraries.sh "$BUILD/everything"
c_build gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ \
    -DLINKAUTH_FLASH=ON -DLINKAUTH_LEAN=ON -DLINKAUTH_SEAL=ON

# The build itself refuses a header and a library that differ.
prelink() {
    cmake "-DARCHIVE=$BUILD/gcc/prelink/linkauth-cargo.a" "-DDECLARATIONS=$1" "-DOBJECT=$BUILD/refused.o" \
        -DPREFIX=linkauth_ -DMAY_BE_ABSENT= -DFLAGS= -DLD=ld -DNM=nm -DOBJCOPY=objcopy -P cmake/Prelink.cmake
}
declarations=$BUILD/gcc/prelink/linkauth.i
check "the header and the library agree" prelink "$declarations"
{ cat "$declarations"; echo "void linkauth_no_such_function(void);"; } >"$BUILD/more.i"
refuses "a declared function without code breaks the build" "linkauth_no_such_function is declared" prelink "$BUILD/more.i"
name=$(head -n 1 "$BUILD/gcc/prelink/linkauth.o.symbols")
sed "s/\\b$name(/other_name(/" "$declarations" >"$BUILD/less.i"
refuses "code without a declaration breaks the build" "$name is defined" prelink "$BUILD/less.i"
