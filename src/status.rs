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
    101 ARGUMENT_NULL "a pointer that must be given is NULL";
    102 ARGUMENT_EMPTY "a value that must be given is empty";
    103 ARGUMENT_TOO_LONG "a value is longer than the platform allows";
    104 ARGUMENT_TOO_SHORT "a value is shorter than the platform allows";
    105 ARGUMENT_CHARACTER "a value has a character that is not allowed there";
    106 ARGUMENT_RANGE "a number is outside its range";
    107 STRUCT_SIZE "struct_size is unknown to this version of linkauth";
    108 OBJECT_SIZE "the storage of the object is too small or misaligned";
    109 NOT_INITIALISED "the object was not initialised, or has been wiped";
    110 BUSY "the object is in use, by a callback or another thread";
    111 OUT_OF_ORDER "this call does not fit the step the registration is at";
    112 SIGN_METHOD_UNKNOWN "the sign method is unknown, or was left out of this build";
    113 SECURE_MODE_UNKNOWN "securemode is neither 2 (TLS) nor 3 (TCP)";
    114 EXTENSION_KEY_RESERVED "an extension key is linkauth's own, or is given twice";
    115 SECRET_MISSING "registration needs the ProductSecret";
    116 RESERVED_NOT_ZERO "a reserved member or an unknown flag is not zero";
    117 CALLBACK_MISSING "a callback that this call needs is NULL";

    118 ARGUMENT_OVERLAP "an output overlaps an input";
    119 CLIENT_ID_ISSUED "the clientId was issued with the DeviceToken: leave it out";
    120 ARGUMENT_CONFLICT "two arguments exclude each other";

    201 BUFFER_TOO_SMALL "the buffer is too small: the size needed is reported";

    301 PLATFORM_PARAMETER "a request parameter is missing or malformed (460)";
    302 PLATFORM_INTERNAL "the platform failed (500): try again later";
    303 PLATFORM_DEVICE_NOT_FOUND "unknown device (6100): check the DeviceName, or add it in the console";
    304 PLATFORM_PRODUCT_NOT_FOUND "unknown product (6250): check ProductKey, region and instance";
    305 PLATFORM_REGISTRATION_OFF "dynamic registration is off for this product (6288)";
    306 PLATFORM_ALREADY_ACTIVE "the device is already active (6289): use its DeviceSecret, or have an operator reset it";
    307 PLATFORM_SIGN_METHOD "this sign method is not supported (6292)";
    308 PLATFORM_SIGNATURE "signature rejected (6600): check ProductSecret and ProductKey";
    309 PLATFORM_CODE_UNKNOWN "refused with an unknown code: see platform_code";

    321 CONNACK_PROTOCOL "CONNACK 1: the MQTT version is not supported";
    322 CONNACK_CLIENT_ID "CONNACK 2: the clientId is not accepted, or securemode does not fit the transport";
    323 CONNACK_UNAVAILABLE "CONNACK 3: the service is not available, or keep alive is outside 30 to 1200 seconds";
    324 CONNACK_CREDENTIALS "CONNACK 4: the credentials are rejected: check DeviceSecret, DeviceName, ProductKey, region or instance, and whether the device was added or registered again";
    325 CONNACK_NOT_AUTHORISED "CONNACK 5: the device may not connect: is it disabled or deleted?";
    326 CONNACK_UNKNOWN "the CONNACK code is none of MQTT 3.1.1";

    331 REGISTER_CONNACK_FORMAT "CONNACK 2 to a registration: malformed parameter, or no TLS";
    332 REGISTER_CONNACK_UNAVAILABLE "CONNACK 3 to a registration: the platform failed: try again later";
    333 REGISTER_CONNACK_REFUSED "CONNACK 4 or 5 to a registration: check ProductSecret, dynamic registration, and the device";

    401 REPLY_CUT_SHORT "the reply ended before it was complete";
    402 REPLY_NOT_HTTP "the reply is not HTTP/1.0 or HTTP/1.1";
    403 REPLY_HTTP_STATUS "the HTTP status is not 200: see http_status";
    404 REPLY_HEADER_TOO_LARGE "the header of the reply is too large";
    405 REPLY_TOO_LARGE "the body of the reply is too large";
    406 REPLY_FRAMING "the reply's lengths contradict each other";
    407 REPLY_NOT_JSON "the body of the reply is not the JSON expected";
    408 REPLY_INCOMPLETE "the reply lacks a member that it must have";
    409 REPLY_OTHER_PRODUCT "the reply is for another product";
    410 REPLY_OTHER_DEVICE "the reply is for another device";
    411 REPLY_SECRET_LENGTH "the secret in the reply is empty or too long";
    412 REPLY_SECRET_CHARACTER "the secret in the reply has a character that none has";
    413 REPLY_NOT_MQTT "what arrived is not the MQTT 3.1.1 expected";

    501 STORE_ABSENT "no secret is stored for this device: store one or register";
    502 STORE_DAMAGED "the stored record is damaged, which is not absent: restore or erase it";
    503 STORE_OTHER_DEVICE "the stored record belongs to another device or product";
    504 STORE_UNSAFE "others could read or replace the secret: check owner and mode";
    505 STORE_IO "the store could not be read or written: see system_error";
    506 STORE_FULL "the store has no room left";
    507 STORE_READ_ONLY "the store cannot be written";
    508 STORE_READ_BACK "what was read back is not what was written";
    509 STORE_MISSING "no store was given, and this call needs one";
    510 STORE_NOT_FOUND "the folder of the store does not exist";
    511 STORE_VERSION "the stored record is of a newer version of linkauth";
    512 STORE_LOCKED "another process holds the store";
    513 SECRET_IS_TOKEN "a DeviceToken is stored, and this call needs a DeviceSecret";
    514 STORE_SEALED "the stored secret is sealed, and there is no key";
    515 STORE_UNSEAL "the stored secret cannot be unsealed: another key, or a changed record";
    516 STORE_WORN "a flash slot cannot be erased any more";

    601 RANDOM_FAILED "the source of random bytes failed";
    602 TRANSPORT_HOST_NOT_FOUND "the host's name could not be resolved";
    603 TRANSPORT_REFUSED "nothing accepts connections at the host and port";
    604 TRANSPORT_TIMED_OUT "the time-out passed";
    605 TRANSPORT_CERTIFICATE "the server's certificate is not trusted: give its root, and check the clock";
    606 TRANSPORT_HOSTNAME "the server's certificate is for another host";
    607 TRANSPORT_TLS "the TLS handshake or a TLS record failed";
    608 TRANSPORT_CLOSED "the connection was lost";
    609 TRANSPORT_IO "the connection failed: see system_error";
    610 TRANSPORT_MISUSE "a transport callback broke its contract";
    611 TRANSPORT_PLAIN "a secret would pass through a transport that does not encrypt";
    612 TRANSPORT_ROOTS "the root certificates could not be read, or there are none";
    613 OUT_OF_MEMORY "memory could not be allocated";

    701 ALREADY_REGISTERED "a usable secret is stored: sign in with it";
    702 REFUSED_AFTER_ACTIVATION "a secret that was once accepted is refused: an operator must reset the device";
    703 REFUSED_BEFORE_ACTIVATION "a secret that was issued and never accepted is refused: register again";
    704 REGISTRATIONS_EXHAUSTED "the device has registered as often as it may: who else uses its DeviceName?";
    705 SUPERSEDED "a later registration of this device made this one void";
}

/// The NUL-terminated name of a status: total, for any number.
pub fn name(status: i32) -> &'static CStr {
    match status {
        OK => c"LINKAUTH_OK",
        _ => nth(NAMES, status).unwrap_or(c"LINKAUTH_ERROR_UNKNOWN_STATUS"),
    }
}

/// One NUL-terminated sentence on a status: total, for any number.
pub fn text(status: i32) -> &'static CStr {
    match status {
        OK => c"success",
        _ => nth(TEXTS, status).unwrap_or(c"this number is no status of this version of linkauth"),
    }
}

/// Finds the text of a status among texts that follow each other: one after another in memory
/// they need no table of pointers, and so no relocations.
fn nth(texts: &'static str, status: i32) -> Option<&'static CStr> {
    let mut rest = texts.as_bytes();
    for number in NUMBERS {
        let text = CStr::from_bytes_until_nul(rest).ok()?;
        if i32::from(*number) == status {
            return Some(text);
        }
        rest = rest.get(text.count_bytes().wrapping_add(1)..)?;
    }
    None
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
