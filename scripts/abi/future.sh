#!/usr/bin/env bash
# Makes the sources of a later version: in each input struct of the library there is a member more, at its
# end, and the version script has a new node with a new function. What is linked to today's header must
# work with it.
#
#   scripts/abi/future.sh <folder>
#   scripts/abi/future.sh <folder> forgetful    the mistake: the smallest size that is taken grows too
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$1
mkdir -p "$folder"
cp -R Cargo.toml Cargo.lock CMakeLists.txt bulk cmake include src liblinkauth.map "$folder"
cd "$folder"
# The other packages of the workspace stay at home.
sed -i 's/^members = .*/members = [".", "bulk"]/; /^default-members/d' Cargo.toml
sed -i 's/ --locked / --offline /' cmake/LinkauthCargo.cmake
: >src/capi/layout.rs

grow() {
    sed -i "/^pub struct $2 {/,/^}/ s/^}/    \/\/\/ New.\n    pub future: u64,\n}/" "$1"
    grep -q 'pub future: u64' "$1" || { echo "$1 has no struct $2" >&2 && exit 1; }
}
grow src/capi/device.rs linkauth_device_config
grow src/capi/sign_in.rs linkauth_sign_in_options
grow src/capi/registration.rs linkauth_registration_options
grow src/capi/flash.rs linkauth_flash
grow src/transport.rs Transport

cat >>src/capi/status.rs <<'END'

/// New.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_future() -> u32 {
    1
}
END
echo 'extern unsigned linkauth_future(void);' >>include/linkauth.h
printf 'LINKAUTH_0.2 {\n    global:\n        linkauth_future;\n} LINKAUTH_0.1;\n' >>liblinkauth.map

if [ "${2:-}" = forgetful ]; then
    sed -i 's/const FIRST_SIZE: usize = .*;/const FIRST_SIZE: usize = size_of::<Self>();/' src/capi/*.rs
fi
