//! Signing in over MQTT.

use super::boundary::{self, Stretch, Versioned, clear_buffer, read_into, texts, write_struct};
use super::codes::{linkauth_secure_mode, linkauth_sign_method};
use super::device::{DeviceObject, linkauth_device};
use super::linkauth_status;
use super::object::Object;
use crate::credential::Credential;
use crate::identity::{ClientId, Host};
use crate::sign_in::{
    Credentials, Extension, Extensions, FreeClientId, SecureMode, SignIn, Timestamp,
};
use crate::status::{Error, Result};
use crate::{DeviceToken, Secret, SignMethod};
use core::ffi::c_char;
use core::mem::MaybeUninit;
use core::slice;

/// Bytes that hold any sign-in without further extension pairs.
pub const LINKAUTH_SIGN_IN_BUFFER_SIZE: usize = 512;

/// linkauth_sign_in_options.timestamp: send none, and sign none.
pub const LINKAUTH_TIMESTAMP_NONE: u64 = u64::MAX;

/// linkauth_sign_in_options.flags: leave the clientId's first part empty, so that the platform
/// assigns one.
pub const LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID: u32 = 1;

/// Extension pairs that one sign-in may add.
pub const LINKAUTH_EXTENSIONS_MAX: usize = 16;

/// A further key=value in the clientId's extension, such as _ss=1 or ext=3. It is not signed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_extension {
    /// 1 to 160 letters, digits and _. Not securemode, signmethod or timestamp.
    pub key: *const c_char,
    /// Bytes of key.
    pub key_length: usize,
    /// Up to 160 printable ASCII characters but | , and =; may be empty.
    pub value: *const c_char,
    /// Bytes of value.
    pub value_length: usize,
}

/// What a caller may choose about a sign-in. All zero but struct_size is the default.
///
/// A text that is NULL is not given, and its length then 0 or LINKAUTH_NUL_TERMINATED; one that is
/// given may not be empty. With a
/// DeviceToken nothing is signed: sign_method and timestamp are not used then.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_sign_in_options {
    /// sizeof(linkauth_sign_in_options).
    pub struct_size: u32,
    /// LINKAUTH_SIGN_...; 0 is HMAC-SHA256.
    pub sign_method: u32,
    /// LINKAUTH_SECURE_MODE_..., or 0 for TLS.
    pub secure_mode: i32,
    /// Port to connect to, or 0 for 8883 (TLS) or 1883 (TCP), the ports of Link SDK C 4.x.
    pub port: u32,
    /// 0 for 2524608000000, the constant that the vendor's C SDKs send; LINKAUTH_TIMESTAMP_NONE
    /// for none; else the caller's own, by the platform's page in milliseconds since 1970.
    pub timestamp: u64,
    /// Bits of LINKAUTH_SIGN_IN_...; 0 is the default.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
    /// The part of the clientId before the first |: 1 to 64 printable ASCII characters but |. NULL
    /// for ProductKey.DeviceName. With device_token, the clientId that was issued with it. A stored
    /// DeviceToken brings its own: then NULL.
    pub client_id: *const c_char,
    /// Bytes of client_id.
    pub client_id_length: usize,
    /// Host to connect to, or NULL for the one of the device's region or instance.
    pub host: *const c_char,
    /// Bytes of host.
    pub host_length: usize,
    /// The DeviceSecret, from a caller that keeps it elsewhere; NULL to read it from the store.
    pub device_secret: *const c_char,
    /// Bytes of device_secret.
    pub device_secret_length: usize,
    /// The DeviceToken of a registration without pre-registration, from a caller that keeps it
    /// elsewhere, in place of device_secret; NULL to read it from the store. 1 to 128 characters. With
    /// it goes client_id, else LINKAUTH_ERROR_ARGUMENT_NULL.
    pub device_token: *const c_char,
    /// Bytes of device_token.
    pub device_token_length: usize,
    /// Further pairs for the clientId's extension, or NULL.
    pub extensions: *const linkauth_extension,
    /// Number of pairs, LINKAUTH_EXTENSIONS_MAX at most.
    pub extension_count: usize,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_sign_in_options {
    const FIRST_SIZE: usize = 32 + 10 * size_of::<usize>();
}

/// What a CONNECT must carry. The texts lie in the caller's buffer, each NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_sign_in_result {
    /// sizeof(linkauth_sign_in_result), set by the caller.
    pub struct_size: u32,
    /// Port to connect to.
    pub port: u32,
    /// Host to connect to. With TLS, verify that the certificate names it.
    pub host: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub host_length: usize,
    /// clientId.
    pub client_id: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub client_id_length: usize,
    /// username.
    pub username: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub username_length: usize,
    /// password: whoever has it can sign in as this device, at any time.
    pub password: *const c_char,
    /// Its length in bytes, the NUL not counted.
    pub password_length: usize,
    /// Bytes that the buffer needs, if it was too small; else 0.
    pub size_needed: usize,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_sign_in_result {
    const FIRST_SIZE: usize = 8 + 9 * size_of::<usize>();
}

impl linkauth_sign_in_result {
    pub(super) fn empty() -> linkauth_sign_in_result {
        let none = core::ptr::null();
        linkauth_sign_in_result {
            struct_size: 0,
            port: 0,
            host: none,
            host_length: 0,
            client_id: none,
            client_id_length: 0,
            username: none,
            username_length: 0,
            password: none,
            password_length: 0,
            size_needed: 0,
        }
    }
}

/// Bytes that hold any sign-in without further extension pairs: the value of
/// LINKAUTH_SIGN_IN_BUFFER_SIZE in this library.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_sign_in_buffer_size() -> usize {
    LINKAUTH_SIGN_IN_BUFFER_SIZE
}

/// Computes what the CONNECT of a sign-in must carry, with the stored DeviceSecret or the one in
/// the options. It connects to nothing: the caller's own MQTT client does that, and then reports
/// the answer with linkauth_report_connack.
///
/// @param[in,out] device The device.
/// @param[in] options What to choose, or NULL for the defaults.
/// @param[out] buffer Where the texts go.
/// @param capacity Its size in bytes: LINKAUTH_SIGN_IN_BUFFER_SIZE, and the length of the
/// extension pairs with 2 for each. It may not overlap an input.
/// @param[out] result Where in the buffer they are. Its struct_size must be set.
/// @retval LINKAUTH_OK Buffer and result are filled.
/// @retval LINKAUTH_ERROR_BUFFER_TOO_SMALL result->size_needed says how many bytes are needed.
/// @retval LINKAUTH_ERROR_STORE_ABSENT No secret is stored: store one, or register.
/// @retval LINKAUTH_ERROR_STORE_MISSING The device has no store, and the options no secret.
/// @retval LINKAUTH_ERROR_STORE_... The store failed.
/// @retval LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN, LINKAUTH_ERROR_SECURE_MODE_UNKNOWN,
/// LINKAUTH_ERROR_EXTENSION_KEY_RESERVED, LINKAUTH_ERROR_ARGUMENT_... An option is wrong.
/// @retval LINKAUTH_ERROR_STRUCT_SIZE A struct_size is wrong.
/// @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
///
/// Source: the platform's page on MQTT-TCP connections, and Link SDK C 4.x.
/// Ownership: the texts live in the caller's buffer, as long as that does. The caller wipes the
/// buffer, which holds the password, with linkauth_wipe after the CONNECT.
/// Wiped: every copy of the DeviceSecret that linkauth made; on an error, buffer and result are
/// zeroed (but for LINKAUTH_ERROR_ARGUMENT_OVERLAP, which leaves the buffer and the input in it).
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `options` and what it points to are readable; `buffer` is
/// writable for `capacity` bytes, `result` for its struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_sign_in(
    device: *mut linkauth_device,
    options: *const linkauth_sign_in_options,
    buffer: *mut c_char,
    capacity: usize,
    result: *mut linkauth_sign_in_result,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { sign_in(device, options, buffer.cast(), capacity, result) })
}

/// # Safety
/// As `linkauth_sign_in`.
unsafe fn sign_in(
    device: *mut linkauth_device,
    options: *const linkauth_sign_in_options,
    buffer: *mut u8,
    capacity: usize,
    result: *mut linkauth_sign_in_result,
) -> Result<()> {
    let mut filled = linkauth_sign_in_result::empty();
    // SAFETY: the contracts are this function's. The inputs were read, and the buffer is made a reference
    // only after it was found apart from every one of them, and zeroed.
    unsafe {
        write_struct(result, &filled)?;
        let mut inputs = MaybeUninit::uninit();
        let outcome = Inputs::read(&mut inputs, options, buffer, capacity).and_then(|()| {
            let inputs = inputs.assume_init_ref();
            let bytes = slice::from_raw_parts_mut(buffer, capacity);
            Object::<DeviceObject>::with(device, |object| {
                let device = &mut object.device;
                let (credential, choices) = (inputs.credential.as_ref(), &inputs.choices);
                let mut signed = Credentials::default();
                let outcome = device.sign_in_into(credential, choices, bytes, &mut signed);
                filled.size_needed = device.detail().size_needed;
                if outcome.is_ok() {
                    fill(&mut filled, &signed, bytes);
                }
                outcome
            })
        });
        write_struct(result, &filled)?;
        outcome
    }
}

/// The options, read and checked.
pub(super) struct Inputs<'a> {
    pub(super) choices: SignIn<'a, Pairs>,
    pub(super) credential: Option<Credential<'a>>,
}

/// The caller's array of pairs, read one at a time.
#[derive(Clone, Copy)]
pub(super) struct Pairs {
    first: *const linkauth_extension,
    count: usize,
    written: Stretch,
}

impl Extensions for Pairs {
    fn get(&self, index: usize) -> Result<Option<Extension<'_>>> {
        if index >= self.count {
            return Ok(None);
        }
        // SAFETY: within the array of `count` elements, which is readable, with its texts, by the
        // contract of linkauth_sign_in.
        let [key, value] = unsafe {
            let pair = self.first.add(index);
            texts(&raw const (*pair).key, 0, &self.written)?
        };
        Ok(Some(Extension {
            key: key.ok_or(Error::ARGUMENT_NULL)?,
            value: value.unwrap_or_default(),
        }))
    }
}

impl<'a> Inputs<'a> {
    /// Reads the options, all of `inputs` if no error is returned, and zeroes the buffer, also if they are wrong: what was in it before must not be
    /// taken for credentials. If an input lies in it, it is left alone.
    ///
    /// # Safety
    /// As `read_options`; the buffer is writable for `capacity` bytes.
    #[inline(never)]
    pub(super) unsafe fn read(
        inputs: &mut MaybeUninit<Inputs<'a>>,
        options: *const linkauth_sign_in_options,
        buffer: *mut u8,
        capacity: usize,
    ) -> Result<()> {
        // SAFETY: the contracts are this function's.
        unsafe {
            let written = Stretch {
                start: buffer,
                length: capacity,
            };
            let read = Self::read_options(inputs, options, written);
            if read == Err(Error::ARGUMENT_OVERLAP) {
                return read;
            }
            read.and(clear_buffer(buffer, capacity))
        }
    }

    /// # Safety
    /// `options` is NULL, or it and what it points to are readable for `'a`.
    unsafe fn read_options(
        inputs: &mut MaybeUninit<Inputs<'a>>,
        options: *const linkauth_sign_in_options,
        written: Stretch,
    ) -> Result<()> {
        // SAFETY: all zero is a value of it, and the default.
        let mut given = unsafe { core::mem::zeroed::<linkauth_sign_in_options>() };
        if !options.is_null() {
            // SAFETY: not NULL, and readable by this function's contract.
            unsafe { read_into(options, &mut given)? };
        }
        // SAFETY: the contract is this function's.
        let [client_id, host, secret, token] = unsafe {
            let given = &raw const given;
            texts(&raw const (*given).client_id, 0, &written)?
        };
        if given.flags & !LINKAUTH_SIGN_IN_SERVER_ASSIGNED_CLIENT_ID != 0 || given.reserved != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        if given.extension_count > LINKAUTH_EXTENSIONS_MAX {
            return Err(Error::ARGUMENT_RANGE);
        }
        if given.extension_count > 0 && given.extensions.is_null() {
            return Err(Error::ARGUMENT_NULL);
        }
        let is_assigned = given.flags != 0;
        let client_id = ClientId::given(client_id)?;
        let inputs = inputs.write(Inputs {
            choices: SignIn {
                sign_method: sign_method(given.sign_method)?,
                secure_mode: secure_mode(given.secure_mode)?,
                timestamp: timestamp(given.timestamp),
                client_id: free_client_id(client_id, is_assigned, token.is_some())?,
                host: Host::given(host)?,
                port: port(given.port)?,
                extensions: Pairs {
                    first: given.extensions,
                    count: given.extension_count,
                    written,
                },
            },
            credential: None,
        });
        // Before the buffer is touched: no pair may lie in it.
        inputs.choices.check()?;
        inputs.credential = credential(secret, token, client_id)?;
        Ok(())
    }
}

const fn timestamp(number: u64) -> Timestamp {
    match number {
        0 => Timestamp::Constant,
        LINKAUTH_TIMESTAMP_NONE => Timestamp::Absent,
        value => Timestamp::Value(value),
    }
}

/// The clientId that was issued with a token is not the caller's choice.
fn free_client_id(
    client_id: Option<ClientId<'_>>,
    is_assigned: bool,
    has_token: bool,
) -> Result<FreeClientId<'_>> {
    match (client_id, is_assigned) {
        (Some(_), true) => Err(Error::ARGUMENT_CONFLICT),
        (None, true) => Ok(FreeClientId::ServerAssigned),
        (Some(client_id), false) if !has_token => Ok(FreeClientId::Own(client_id)),
        (_, false) => Ok(FreeClientId::Default),
    }
}

fn credential<'a>(
    secret: Option<&'a [u8]>,
    token: Option<&'a [u8]>,
    client_id: Option<ClientId<'a>>,
) -> Result<Option<Credential<'a>>> {
    match (secret, token) {
        (None, None) => Ok(None),
        (Some(secret), None) => Ok(Some(Credential::DeviceSecret(Secret::new(secret)?))),
        (None, Some(token)) => Ok(Some(Credential::DeviceToken {
            client_id: client_id.ok_or(Error::ARGUMENT_NULL)?,
            token: DeviceToken::new(token)?,
        })),
        (Some(_), Some(_)) => Err(Error::ARGUMENT_CONFLICT),
    }
}

#[inline(always)]
pub(super) fn sign_method(number: u32) -> Result<SignMethod> {
    known_sign_method(number).ok_or(Error::SIGN_METHOD_UNKNOWN)
}

/// No Result: an Option of it is one byte.
fn known_sign_method(number: u32) -> Option<SignMethod> {
    const SHA256: u32 = linkauth_sign_method::LINKAUTH_SIGN_HMAC_SHA256 as u32;
    #[cfg(feature = "sha1")]
    const SHA1: u32 = linkauth_sign_method::LINKAUTH_SIGN_HMAC_SHA1 as u32;
    #[cfg(feature = "md5")]
    const MD5: u32 = linkauth_sign_method::LINKAUTH_SIGN_HMAC_MD5 as u32;
    match number {
        SHA256 => Some(SignMethod::HmacSha256),
        #[cfg(feature = "sha1")]
        SHA1 => Some(SignMethod::HmacSha1),
        #[cfg(feature = "md5")]
        MD5 => Some(SignMethod::HmacMd5),
        _ => None,
    }
}

fn secure_mode(number: i32) -> Result<SecureMode> {
    const TLS: i32 = linkauth_secure_mode::LINKAUTH_SECURE_MODE_TLS as i32;
    const TCP: i32 = linkauth_secure_mode::LINKAUTH_SECURE_MODE_TCP as i32;
    match number {
        0 | TLS => Ok(SecureMode::Tls),
        TCP => Ok(SecureMode::Tcp),
        _ => Err(Error::SECURE_MODE_UNKNOWN),
    }
}

/// 0 is None.
pub(super) fn port(number: u32) -> Result<Option<u16>> {
    match u16::try_from(number) {
        Ok(0) => Ok(None),
        Ok(port) => Ok(Some(port)),
        Err(_) => Err(Error::ARGUMENT_RANGE),
    }
}

pub(super) fn fill(result: &mut linkauth_sign_in_result, credentials: &Credentials, buffer: &[u8]) {
    result.port = u32::from(credentials.port);
    (result.host, result.host_length) = boundary::place(buffer, &credentials.host);
    (result.client_id, result.client_id_length) = boundary::place(buffer, &credentials.client_id);
    (result.username, result.username_length) = boundary::place(buffer, &credentials.username);
    (result.password, result.password_length) = boundary::place(buffer, &credentials.password);
}
