//! Every status that linkauth returns: number, name, sentence.
//!
//! 0 is success. Errors are positive, grouped by hundreds (1 argument, 2 space, 3 refusal by the
//! platform, 4 malformed reply, 5 store, 6 transport and system, 7 life cycle), never renumbered
//! and never reused. Texts are static: nothing is formatted at run time, so no secret can get
//! into one.

use core::ffi::CStr;
use core::num::NonZeroI32;

/// Why a call failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error(NonZeroI32);

/// What every fallible function of linkauth returns.
pub type Result<T> = core::result::Result<T, Error>;

/// Success, as a number for C.
pub const OK: i32 = 0;

macro_rules! statuses {
    ($( $number:literal $name:ident $text:literal; )*) => {
        impl Error {
            $(
                #[doc = $text]
                pub const $name: Error = Error::new($number);
            )*
        }

        /// All statuses but success: number, name without its prefix, sentence.
        pub const ALL: &[(i32, &str, &str)] = &[$(($number, stringify!($name), $text),)*];

        const NUMBERS: &[u16] = &[$($number),*];
        const NAMES: &str = concat!($("LINKAUTH_ERROR_", stringify!($name), "\0",)*);
        const TEXTS: &str = concat!($($text, "\0",)*);
    };
}

statuses! {
    101 ARGUMENT_NULL "a needed pointer is NULL";
    102 ARGUMENT_EMPTY "a needed value is empty";
    103 ARGUMENT_TOO_LONG "a value is too long";
    104 ARGUMENT_TOO_SHORT "a value is too short";
    105 ARGUMENT_CHARACTER "a value has a character not allowed there";
    106 ARGUMENT_RANGE "a number is outside its range";
    107 STRUCT_SIZE "struct_size is unknown to this version";
    108 OBJECT_SIZE "the object's storage is too small or misaligned";
    109 NOT_INITIALISED "the object is not initialised, or wiped";
    110 BUSY "the object is in use: by a callback or a thread";
    111 OUT_OF_ORDER "this call does not fit the registration's step";
    112 SIGN_METHOD_UNKNOWN "the sign method is unknown, or not in this build";
    113 SECURE_MODE_UNKNOWN "securemode is neither 2 (TLS) nor 3 (TCP)";
    114 EXTENSION_KEY_RESERVED "an extension key is linkauth's own, or twice";
    115 SECRET_MISSING "registration needs the ProductSecret";
    116 RESERVED_NOT_ZERO "a reserved member or unknown flag is not zero";
    117 CALLBACK_MISSING "a needed callback is NULL";

    118 ARGUMENT_OVERLAP "an output overlaps an input";
    119 CLIENT_ID_ISSUED "the clientId came with the DeviceToken: leave it out";
    120 ARGUMENT_CONFLICT "two arguments exclude each other";

    201 BUFFER_TOO_SMALL "the buffer is too small: see size_needed";

    301 PLATFORM_PARAMETER "a parameter is missing or malformed (460)";
    302 PLATFORM_INTERNAL "the platform failed (500): try again later";
    303 PLATFORM_DEVICE_NOT_FOUND "unknown device (6100): check or add the DeviceName";
    304 PLATFORM_PRODUCT_NOT_FOUND "unknown product (6250): check ProductKey, region and instance";
    305 PLATFORM_REGISTRATION_OFF "dynamic registration is off for this product (6288)";
    306 PLATFORM_ALREADY_ACTIVE "the device is active (6289): use its DeviceSecret, or reset it";
    307 PLATFORM_SIGN_METHOD "this sign method is not supported (6292)";
    308 PLATFORM_SIGNATURE "signature rejected (6600): check ProductSecret and ProductKey";
    309 PLATFORM_CODE_UNKNOWN "refused with an unknown code: see platform_code";

    321 CONNACK_PROTOCOL "CONNACK 1: the MQTT version is not supported";
    322 CONNACK_CLIENT_ID "CONNACK 2: the clientId, or securemode and transport";
    323 CONNACK_UNAVAILABLE "CONNACK 3: unavailable, or keep alive outside 30 to 1200 s";
    324 CONNACK_CREDENTIALS "CONNACK 4: credentials rejected: check secret, names, region";
    325 CONNACK_NOT_AUTHORISED "CONNACK 5: not authorised: is the device disabled?";
    326 CONNACK_UNKNOWN "the CONNACK code is none of MQTT 3.1.1";

    331 REGISTER_CONNACK_FORMAT "registration, CONNACK 2: malformed, or no TLS";
    332 REGISTER_CONNACK_UNAVAILABLE "registration, CONNACK 3: try again later";
    333 REGISTER_CONNACK_REFUSED "registration, CONNACK 4 or 5: refused";

    401 REPLY_CUT_SHORT "the reply ended before it was complete";
    402 REPLY_NOT_HTTP "the reply is not HTTP/1.0 or HTTP/1.1";
    403 REPLY_HTTP_STATUS "the HTTP status is not 200: see http_status";
    404 REPLY_HEADER_TOO_LARGE "the header of the reply is too large";
    405 REPLY_TOO_LARGE "the body of the reply is too large";
    406 REPLY_FRAMING "the reply's lengths contradict each other";
    407 REPLY_NOT_JSON "the body of the reply is not the JSON expected";
    408 REPLY_INCOMPLETE "the reply lacks a member";
    409 REPLY_OTHER_PRODUCT "the reply is for another product";
    410 REPLY_OTHER_DEVICE "the reply is for another device";
    411 REPLY_SECRET_LENGTH "the secret in the reply is empty or too long";
    412 REPLY_SECRET_CHARACTER "the secret in the reply has a wrong character";
    413 REPLY_NOT_MQTT "what arrived is not MQTT 3.1.1";

    501 STORE_ABSENT "no secret is stored: store one, or register";
    502 STORE_DAMAGED "the stored record is damaged: restore or erase it";
    503 STORE_OTHER_DEVICE "the stored record is another device's";
    504 STORE_UNSAFE "others could reach the secret: check owner and mode";
    505 STORE_IO "the store failed: see system_error";
    506 STORE_FULL "the store has no room left";
    507 STORE_READ_ONLY "the store cannot be written";
    508 STORE_READ_BACK "what was read back is not what was written";
    509 STORE_MISSING "this call needs a store";
    510 STORE_NOT_FOUND "the folder of the store does not exist";
    511 STORE_VERSION "the stored record is of a newer version";
    512 STORE_LOCKED "another process holds the store";
    513 SECRET_IS_TOKEN "this needs a DeviceSecret, a DeviceToken is stored";
    514 STORE_SEALED "the stored secret is sealed: no key is given";
    515 STORE_UNSEAL "the stored secret cannot be unsealed: another key?";
    516 STORE_WORN "a flash slot cannot be erased any more";

    601 RANDOM_FAILED "the source of random bytes failed";
    602 TRANSPORT_HOST_NOT_FOUND "the host's name could not be resolved";
    603 TRANSPORT_REFUSED "nothing accepts connections at the host and port";
    604 TRANSPORT_TIMED_OUT "the time-out passed";
    605 TRANSPORT_CERTIFICATE "the certificate is not trusted: check root and clock";
    606 TRANSPORT_HOSTNAME "the certificate is for another host";
    607 TRANSPORT_TLS "the TLS handshake or a TLS record failed";
    608 TRANSPORT_CLOSED "the connection was lost";
    609 TRANSPORT_IO "the connection failed: see system_error";
    610 TRANSPORT_MISUSE "a transport callback broke its contract";
    611 TRANSPORT_PLAIN "the transport does not encrypt";
    612 TRANSPORT_ROOTS "the root certificates cannot be read, or are none";
    613 OUT_OF_MEMORY "memory could not be allocated";

    701 ALREADY_REGISTERED "a usable secret is stored: sign in with it";
    702 REFUSED_AFTER_ACTIVATION "an accepted secret is refused: an operator must reset the device";
    703 REFUSED_BEFORE_ACTIVATION "an issued secret is refused: register again";
    704 REGISTRATIONS_EXHAUSTED "registered too often: who else uses the DeviceName?";
    705 SUPERSEDED "a later registration made this one void";
}

/// The codes of the platform, in the order of their statuses. Source: its table of device-side errors.
pub(crate) const PLATFORM_CODES: [u16; 8] = [460, 500, 6100, 6250, 6288, 6289, 6292, 6600];
const _: () = assert!(
    Error::PLATFORM_SIGNATURE.number() - Error::PLATFORM_PARAMETER.number()
        == PLATFORM_CODES.len() as i32 - 1
);

/// The NUL-terminated name of a status: total, for any number.
pub fn name(status: i32) -> &'static CStr {
    c_str(name_with_nul(status))
}

/// One NUL-terminated sentence on a status: total, for any number.
pub fn text(status: i32) -> &'static CStr {
    c_str(text_with_nul(status))
}

/// Up to its first NUL.
pub(crate) fn name_with_nul(status: i32) -> &'static [u8] {
    match status {
        OK => b"LINKAUTH_OK\0",
        _ => nth(NUMBERS, NAMES, status).unwrap_or(b"LINKAUTH_ERROR_UNKNOWN_STATUS\0"),
    }
}

/// Up to its first NUL.
pub(crate) fn text_with_nul(status: i32) -> &'static [u8] {
    match status {
        OK => b"success\0",
        _ => nth(NUMBERS, TEXTS, status).unwrap_or(b"no status of this version\0"),
    }
}

/// For Rust alone: to look for the NUL costs 250 bytes.
pub(crate) fn c_str(text_with_nul: &'static [u8]) -> &'static CStr {
    CStr::from_bytes_until_nul(text_with_nul).unwrap_or_default()
}

/// Finds the text of a number among texts that follow each other in the order of `numbers`: one
/// after another in memory they need no table of pointers, and so no relocations. What is returned goes
/// on after its NUL.
#[inline(never)]
pub(crate) fn nth(numbers: &[u16], texts: &'static str, number: i32) -> Option<&'static [u8]> {
    let at = numbers
        .iter()
        .position(|found| i32::from(*found) == number)?;
    let mut rest = texts.as_bytes();
    for _ in 0..at {
        let end = rest.iter().position(|byte| *byte == 0)?;
        rest = rest.get(end.wrapping_add(1)..)?;
    }
    Some(rest)
}

impl Error {
    const fn new(number: i32) -> Error {
        match NonZeroI32::new(number) {
            Some(number) => Error(number),
            None => Error(NonZeroI32::MIN),
        }
    }

    /// The status of a callback as a result: 0 is success, any other number an error.
    pub const fn from_callback(status: i32) -> Result<()> {
        match NonZeroI32::new(status) {
            None => Ok(()),
            Some(number) => Err(Error(number)),
        }
    }

    /// The number, as C sees it.
    pub const fn number(self) -> i32 {
        self.0.get()
    }

    /// `LINKAUTH_ERROR_...`.
    pub fn name(self) -> &'static str {
        name(self.number()).to_str().unwrap_or("")
    }

    /// One sentence: what is wrong and what to check.
    pub fn text(self) -> &'static str {
        text(self.number()).to_str().unwrap_or("")
    }
}

impl core::fmt::Debug for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Error {}
