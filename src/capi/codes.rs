//! Names for numbers that cross the border as plain integers. No signature or struct uses these
//! types: the width of an enum differs between compilers.

/// Every status, each with its sentence of linkauth_status_text. Groups of hundreds: 1 argument, 2
/// space, 3 refusal by the platform, 4 malformed reply, 5 store, 6 transport and system, 7 life
/// cycle. Numbers are never changed or reused.
#[repr(C)]
#[allow(missing_docs)]
pub enum linkauth_status_code {
    /// success
    LINKAUTH_OK = 0,
    LINKAUTH_ERROR_ARGUMENT_NULL = 101,
    LINKAUTH_ERROR_ARGUMENT_EMPTY = 102,
    LINKAUTH_ERROR_ARGUMENT_TOO_LONG = 103,
    LINKAUTH_ERROR_ARGUMENT_TOO_SHORT = 104,
    LINKAUTH_ERROR_ARGUMENT_CHARACTER = 105,
    LINKAUTH_ERROR_ARGUMENT_RANGE = 106,
    LINKAUTH_ERROR_STRUCT_SIZE = 107,
    LINKAUTH_ERROR_OBJECT_SIZE = 108,
    LINKAUTH_ERROR_NOT_INITIALISED = 109,
    LINKAUTH_ERROR_BUSY = 110,
    LINKAUTH_ERROR_OUT_OF_ORDER = 111,
    LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN = 112,
    LINKAUTH_ERROR_SECURE_MODE_UNKNOWN = 113,
    LINKAUTH_ERROR_EXTENSION_KEY_RESERVED = 114,
    LINKAUTH_ERROR_SECRET_MISSING = 115,
    LINKAUTH_ERROR_RESERVED_NOT_ZERO = 116,
    LINKAUTH_ERROR_CALLBACK_MISSING = 117,
    LINKAUTH_ERROR_ARGUMENT_OVERLAP = 118,
    LINKAUTH_ERROR_CLIENT_ID_ISSUED = 119,
    LINKAUTH_ERROR_ARGUMENT_CONFLICT = 120,
    LINKAUTH_ERROR_BUFFER_TOO_SMALL = 201,
    LINKAUTH_ERROR_PLATFORM_PARAMETER = 301,
    LINKAUTH_ERROR_PLATFORM_INTERNAL = 302,
    LINKAUTH_ERROR_PLATFORM_DEVICE_NOT_FOUND = 303,
    LINKAUTH_ERROR_PLATFORM_PRODUCT_NOT_FOUND = 304,
    LINKAUTH_ERROR_PLATFORM_REGISTRATION_OFF = 305,
    LINKAUTH_ERROR_PLATFORM_ALREADY_ACTIVE = 306,
    LINKAUTH_ERROR_PLATFORM_SIGN_METHOD = 307,
    LINKAUTH_ERROR_PLATFORM_SIGNATURE = 308,
    LINKAUTH_ERROR_PLATFORM_CODE_UNKNOWN = 309,
    LINKAUTH_ERROR_CONNACK_PROTOCOL = 321,
    LINKAUTH_ERROR_CONNACK_CLIENT_ID = 322,
    LINKAUTH_ERROR_CONNACK_UNAVAILABLE = 323,
    LINKAUTH_ERROR_CONNACK_CREDENTIALS = 324,
    LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED = 325,
    LINKAUTH_ERROR_CONNACK_UNKNOWN = 326,
    LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT = 331,
    LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE = 332,
    LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED = 333,
    LINKAUTH_ERROR_REPLY_CUT_SHORT = 401,
    LINKAUTH_ERROR_REPLY_NOT_HTTP = 402,
    LINKAUTH_ERROR_REPLY_HTTP_STATUS = 403,
    LINKAUTH_ERROR_REPLY_HEADER_TOO_LARGE = 404,
    LINKAUTH_ERROR_REPLY_TOO_LARGE = 405,
    LINKAUTH_ERROR_REPLY_FRAMING = 406,
    LINKAUTH_ERROR_REPLY_NOT_JSON = 407,
    LINKAUTH_ERROR_REPLY_INCOMPLETE = 408,
    LINKAUTH_ERROR_REPLY_OTHER_PRODUCT = 409,
    LINKAUTH_ERROR_REPLY_OTHER_DEVICE = 410,
    LINKAUTH_ERROR_REPLY_SECRET_LENGTH = 411,
    LINKAUTH_ERROR_REPLY_SECRET_CHARACTER = 412,
    LINKAUTH_ERROR_REPLY_NOT_MQTT = 413,
    LINKAUTH_ERROR_STORE_ABSENT = 501,
    LINKAUTH_ERROR_STORE_DAMAGED = 502,
    LINKAUTH_ERROR_STORE_OTHER_DEVICE = 503,
    LINKAUTH_ERROR_STORE_UNSAFE = 504,
    LINKAUTH_ERROR_STORE_IO = 505,
    LINKAUTH_ERROR_STORE_FULL = 506,
    LINKAUTH_ERROR_STORE_READ_ONLY = 507,
    LINKAUTH_ERROR_STORE_READ_BACK = 508,
    LINKAUTH_ERROR_STORE_MISSING = 509,
    LINKAUTH_ERROR_STORE_NOT_FOUND = 510,
    LINKAUTH_ERROR_STORE_VERSION = 511,
    LINKAUTH_ERROR_STORE_LOCKED = 512,
    LINKAUTH_ERROR_SECRET_IS_TOKEN = 513,
    LINKAUTH_ERROR_STORE_SEALED = 514,
    LINKAUTH_ERROR_STORE_UNSEAL = 515,
    LINKAUTH_ERROR_STORE_WORN = 516,
    LINKAUTH_ERROR_RANDOM_FAILED = 601,
    LINKAUTH_ERROR_TRANSPORT_HOST_NOT_FOUND = 602,
    LINKAUTH_ERROR_TRANSPORT_REFUSED = 603,
    LINKAUTH_ERROR_TRANSPORT_TIMED_OUT = 604,
    LINKAUTH_ERROR_TRANSPORT_CERTIFICATE = 605,
    LINKAUTH_ERROR_TRANSPORT_HOSTNAME = 606,
    LINKAUTH_ERROR_TRANSPORT_TLS = 607,
    LINKAUTH_ERROR_TRANSPORT_CLOSED = 608,
    LINKAUTH_ERROR_TRANSPORT_IO = 609,
    LINKAUTH_ERROR_TRANSPORT_MISUSE = 610,
    LINKAUTH_ERROR_TRANSPORT_PLAIN = 611,
    LINKAUTH_ERROR_TRANSPORT_ROOTS = 612,
    LINKAUTH_ERROR_OUT_OF_MEMORY = 613,
    LINKAUTH_ERROR_ALREADY_REGISTERED = 701,
    LINKAUTH_ERROR_REFUSED_AFTER_ACTIVATION = 702,
    LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION = 703,
    LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED = 704,
    LINKAUTH_ERROR_SUPERSEDED = 705,
}

/// How a password or a registration is signed.
#[repr(C)]
pub enum linkauth_sign_method {
    /// HMAC-SHA256, the default.
    LINKAUTH_SIGN_HMAC_SHA256 = 0,
    /// HMAC-SHA1, for products that demand it.
    LINKAUTH_SIGN_HMAC_SHA1 = 1,
    /// HMAC-MD5, for products that demand it.
    LINKAUTH_SIGN_HMAC_MD5 = 2,
}

/// How a connection is secured: the platform's securemode.
#[repr(C)]
pub enum linkauth_secure_mode {
    /// For a registration without pre-registration, in place of 2: what the platform's page says for
    /// instances with an id. The vendor's SDKs send 2, and the platform takes both.
    LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION = -2,
    /// TLS.
    LINKAUTH_SECURE_MODE_TLS = 2,
    /// Plain TCP, which the platform offers to few products any more.
    LINKAUTH_SECURE_MODE_TCP = 3,
}

/// How a registration is asked for and answered.
#[repr(C)]
pub enum linkauth_register_form {
    /// Over HTTPS; the device has been added to its product. Answered by a DeviceSecret.
    LINKAUTH_REGISTER_HTTPS = 0,
    /// Over MQTT; the device has been added to its product. Answered by a DeviceSecret.
    LINKAUTH_REGISTER_MQTT = 1,
    /// Over MQTT, without pre-registration. Answered by a clientId and a DeviceToken, of which the
    /// platform issues five for one DeviceName.
    LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION = 2,
}

/// Where a number to be explained comes from.
#[repr(C)]
pub enum linkauth_context {
    /// A linkauth_status.
    LINKAUTH_CONTEXT_STATUS = 0,
    /// The code in the platform's answer to a registration over HTTPS.
    LINKAUTH_CONTEXT_PLATFORM_CODE = 1,
    /// The CONNACK that answered a sign-in.
    LINKAUTH_CONTEXT_CONNACK_OF_SIGN_IN = 2,
    /// The CONNACK that answered a registration over MQTT.
    LINKAUTH_CONTEXT_CONNACK_OF_REGISTRATION = 3,
}

/// How far a stored secret has come.
#[repr(C)]
pub enum linkauth_state {
    /// Stored, and not yet known to be accepted.
    LINKAUTH_STATE_ISSUED = 1,
    /// The platform has accepted it: registration is closed.
    LINKAUTH_STATE_ACTIVATED = 2,
}

/// What is stored.
#[repr(C)]
pub enum linkauth_kind {
    /// A DeviceSecret.
    LINKAUTH_KIND_DEVICE_SECRET = 1,
    /// A clientId and a DeviceToken.
    LINKAUTH_KIND_DEVICE_TOKEN = 2,
}

/// What a registration without the blocking runner needs next.
#[repr(C)]
pub enum linkauth_step {
    /// Send the bytes, then call `linkauth_registration_sent`.
    LINKAUTH_STEP_SEND = 1,
    /// Receive, then call `linkauth_registration_feed`.
    LINKAUTH_STEP_RECEIVE = 2,
    /// Close the connection and call `linkauth_registration_finish`.
    LINKAUTH_STEP_FINISH = 3,
}
