//! The unwinder of the C library, which has none: a panic aborts, so nothing ever unwinds. The standard
//! library was compiled for programs that do, and asks for these functions; libgcc_s would bring them, one
//! more library of 125 KB to be opened. Since a backtrace has no frames here, the 185 KB that would look up their
//! names are left out too.
//!
//! They become local to the C libraries, as everything does that the header does not declare.

use core::ffi::{c_int, c_void};
use std::process::abort;

/// `_URC_END_OF_STACK`: a backtrace has no frames.
const END_OF_STACK: c_int = 5;

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(_visit: *const c_void, _user: *mut c_void) -> c_int {
    END_OF_STACK
}

/// Functions that only an unwinder calls, or who is called by one.
macro_rules! never_called {
    ($($name:ident)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name() {
                abort();
            }
        )*
    };
}

never_called! {
    _Unwind_GetDataRelBase
    _Unwind_GetIP
    _Unwind_GetIPInfo
    _Unwind_GetLanguageSpecificData
    _Unwind_GetRegionStart
    _Unwind_GetTextRelBase
    _Unwind_Resume
    _Unwind_SetGR
    _Unwind_SetIP
}
