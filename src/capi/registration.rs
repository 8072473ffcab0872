//! Registering, blocking over a transport; and the object behind it.

use super::boundary::{self, Stretch, Versioned, read_struct, texts};
use super::codes::{linkauth_register_form, linkauth_secure_mode};
use super::device::{DeviceObject, linkauth_device};
use super::linkauth_status;
use super::object::{Idle, Kind, Object};
use super::sign_in::{port, sign_method};
use super::transport::CallbackPipe;
use crate::Secret;
use crate::identity::Host;
use crate::register::{Form, Nonce, Registration, RegistrationOptions};
use crate::status::{Error, Result};
use crate::transport::Transport;
use core::ffi::c_char;
use core::mem::MaybeUninit;

/// Bytes of a linkauth_registration.
pub const LINKAUTH_REGISTRATION_SIZE: usize = 1152;

/// One attempt to register. It holds the reply, and with it the DeviceSecret, from its arrival to
/// the end of the attempt; then it is wiped, whatever the end.
///
/// The storage is the caller's. Treat it as opaque, never copy or move it.
#[repr(C)]
pub struct linkauth_registration {
    opaque: [u64; 144],
}
const _: () = assert!(size_of::<linkauth_registration>() == LINKAUTH_REGISTRATION_SIZE);

impl Kind for Registration {
    const MAGIC: u32 = 0x4c4b_5247;
}
impl Idle for Registration {
    const IDLE: Registration = Registration::IDLE;
}
const _: () = assert!(size_of::<Object<Registration>>() <= LINKAUTH_REGISTRATION_SIZE);
const _: () = assert!(align_of::<Object<Registration>>() <= align_of::<linkauth_registration>());

/// What a caller may choose about a registration.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_registration_options {
    /// sizeof(linkauth_registration_options).
    pub struct_size: u32,
    /// LINKAUTH_SIGN_...; 0 is HMAC-SHA256.
    pub sign_method: u32,
    /// LINKAUTH_REGISTER_...; 0 is HTTPS.
    pub form: u32,
    /// For LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION: LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION, or 0
    /// for 2, which the vendor's SDKs send. Else 0 or 2.
    pub secure_mode: i32,
    /// ProductSecret: 1 to 64 printable ASCII characters without a space. Read, not kept.
    pub product_secret: *const c_char,
    /// Bytes of product_secret.
    pub product_secret_length: usize,
    /// Host to connect to, or NULL: for HTTPS iot-auth.{region}.aliyuncs.com, for MQTT the one of the
    /// device's region or instance.
    pub host: *const c_char,
    /// Bytes of host.
    pub host_length: usize,
    /// The nonce: 1 to 32 letters and digits that this device never sent before. NULL, the
    /// default, draws one from the source of random bytes.
    pub random: *const c_char,
    /// Bytes of random.
    pub random_length: usize,
    /// Port to connect to, or 0 for 443 (HTTPS) or 8883 (MQTT).
    pub port: u32,
    /// For linkauth_register: milliseconds for the whole, or 0 for 15000. A transport without a
    /// clock gets it for each single wait. Over MQTT it is 14000 at most, since the platform closes
    /// the connection after 15 s, and the transport must have a clock.
    pub timeout_ms: u32,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_registration_options {
    const FIRST_SIZE: usize = 24 + 6 * size_of::<usize>();
}

pub(super) const DEFAULT_TIMEOUT_MS: u32 = 15_000;

/// The size of a linkauth_registration in this library, in bytes.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_registration_size() -> usize {
    LINKAUTH_REGISTRATION_SIZE
}

/// Registers a device with its product's certificate over a transport: asks the platform, over HTTPS
/// or MQTT, for the DeviceSecret (or the clientId and DeviceToken), stores what was issued and reads
/// it back. It does not sign in, and does not retry: the error detail says whether and when to call
/// it again, with a new random then. Once it has succeeded, linkauth_sign_in works, now and after
/// every restart.
///
/// @param[in,out] device The device, with a store.
/// @param[out] registration Storage to work in. It is wiped before the call returns.
/// @param size Its size in bytes.
/// @param[in] options The ProductSecret, and what to choose.
/// @param[in] transport The connection: it must encrypt and verify the server.
/// @retval LINKAUTH_OK The DeviceSecret is stored, durably, and was read back.
/// @retval LINKAUTH_ERROR_ALREADY_REGISTERED A usable secret is stored: sign in with it. The
/// platform was not asked.
/// @retval LINKAUTH_ERROR_STORE_... The store failed, or its record is damaged. If the platform had
/// answered already, register again: until the first sign-in it issues a new secret each time.
/// @retval LINKAUTH_ERROR_SECRET_MISSING No ProductSecret was given.
/// @retval LINKAUTH_ERROR_REGISTRATIONS_EXHAUSTED The device registered five times, and no secret of
/// its was ever accepted: an operator finds out who else registers under its DeviceName. The
/// platform might still issue one.
/// @retval LINKAUTH_ERROR_PLATFORM_... The platform refused; its code is in the error detail.
/// @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... The platform refused over
/// MQTT; its code is in the error detail.
/// @retval LINKAUTH_ERROR_REPLY_... The reply is not one that the platform sends.
/// @retval LINKAUTH_ERROR_TRANSPORT_... The connection failed.
/// @retval LINKAUTH_ERROR_TRANSPORT_PLAIN The transport does not encrypt.
/// @retval LINKAUTH_ERROR_RANDOM_FAILED No random bytes could be had.
/// @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_SIGN_METHOD_UNKNOWN,
/// LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_CALLBACK_MISSING An
/// argument is wrong.
/// @retval LINKAUTH_ERROR_NOT_INITIALISED, LINKAUTH_ERROR_BUSY The device cannot be used.
///
/// Source: the platform's pages on dynamic registration over HTTPS and MQTT, and what the vendor's
/// C and Python SDKs send.
/// Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
/// Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that
/// linkauth made.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: for the time-out at most, and as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `registration` is writable for `size` bytes; `options`,
/// what it points to, and `transport` are readable; the callbacks keep their contract.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_register(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    size: usize,
    options: *const linkauth_registration_options,
    transport: *const Transport,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { register(device, registration, size, options, transport) })
}

/// # Safety
/// As `linkauth_register`.
unsafe fn register(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    size: usize,
    options: *const linkauth_registration_options,
    transport: *const Transport,
) -> Result<()> {
    // SAFETY: the contracts are this function's.
    unsafe {
        let mut pipe = CallbackPipe::NONE;
        pipe.read_in_place(transport)?;
        let timeout_ms = match begin(device, registration, size, options)? {
            0 => DEFAULT_TIMEOUT_MS,
            timeout_ms => timeout_ms,
        };
        let result = with_both(device, registration, |object, registration| {
            object
                .device
                .run_registration(registration, &mut pipe, timeout_ms)
        });
        Object::<Registration>::wipe(registration);
        result
    }
}

/// Begins a registration step by step, for callers with an event loop of their own: connect to the
/// host of the first step; then, until LINKAUTH_STEP_FINISH, take the next step, send or receive,
/// and tell linkauth_registration_sent or linkauth_registration_feed; then close the connection
/// and call linkauth_registration_finish. It sends nothing itself.
///
/// @param[in,out] device The device, with a store.
/// @param[out] registration Storage for the attempt.
/// @param size Its size in bytes.
/// @param[in] options The ProductSecret, and what to choose. Not used after the call.
/// @retval LINKAUTH_OK Take the first step.
/// @retval LINKAUTH_ERROR_... As linkauth_register before it connects. The storage is zeroed.
///
/// Ownership: the storage stays the caller's; the options are not used after the call. The record
/// is locked until the attempt ends.
/// Wiped: every copy of the ProductSecret that linkauth made; on an error the storage is zeroed.
/// Threads: one at a time for one device; different devices are independent.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `device` was initialised or is zeroed; `registration` is writable for `size` bytes; `options` and
/// what it points to are readable.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_registration_begin(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    size: usize,
    options: *const linkauth_registration_options,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { begin(device, registration, size, options) }.map(drop))
}

/// Returns the time-out that the options say.
///
/// # Safety
/// As `linkauth_registration_begin`.
unsafe fn begin(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    size: usize,
    options: *const linkauth_registration_options,
) -> Result<u32> {
    let mut timeout_ms = 0;
    // SAFETY: the contracts are this function's.
    unsafe {
        Object::<DeviceObject>::with(device, |object| {
            let begin = |registration: &mut Registration| {
                let mut copy = MaybeUninit::uninit();
                let options = read_struct(options, &mut copy)?;
                timeout_ms = options.timeout_ms;
                let options = to_rust(options)?;
                let DeviceObject { device, random } = object;
                device.begin_registration_in(registration, &options, random)
            };
            Object::<Registration>::init_in_place(registration, size, begin)
        })?;
    }
    Ok(timeout_ms)
}

/// # Safety
/// The texts of `options` are readable for `'a`.
unsafe fn to_rust<'a>(options: &linkauth_registration_options) -> Result<RegistrationOptions<'a>> {
    // SAFETY: the contract is this function's.
    let [product_secret, host, random] = unsafe {
        let given = core::ptr::from_ref(options);
        texts(&raw const (*given).product_secret, 0, &Stretch::NOTHING)?
    };
    Ok(RegistrationOptions {
        form: form(options.form, options.secure_mode)?,
        product_secret: Secret::new(product_secret.ok_or(Error::SECRET_MISSING)?)?,
        sign_method: sign_method(options.sign_method)?,
        host: Host::given(host)?,
        port: port(options.port)?,
        nonce: random.map(Nonce::new).transpose()?,
    })
}

fn form(form: u32, secure_mode: i32) -> Result<Form> {
    const HTTPS: u32 = linkauth_register_form::LINKAUTH_REGISTER_HTTPS as u32;
    #[cfg(feature = "register-mqtt")]
    const MQTT: u32 = linkauth_register_form::LINKAUTH_REGISTER_MQTT as u32;
    #[cfg(feature = "register-mqtt")]
    const NO_PRE_REGISTRATION: u32 =
        linkauth_register_form::LINKAUTH_REGISTER_MQTT_NO_PRE_REGISTRATION as u32;
    const TLS: i32 = linkauth_secure_mode::LINKAUTH_SECURE_MODE_TLS as i32;
    #[cfg(feature = "register-mqtt")]
    const MINUS_TWO: i32 = linkauth_secure_mode::LINKAUTH_SECURE_MODE_NO_PRE_REGISTRATION as i32;
    match (form, secure_mode) {
        (HTTPS, 0 | TLS) => Ok(Form::Https),
        (HTTPS, _) => Err(Error::SECURE_MODE_UNKNOWN),
        #[cfg(feature = "register-mqtt")]
        (MQTT, 0 | TLS) => Ok(Form::Mqtt),
        #[cfg(feature = "register-mqtt")]
        (NO_PRE_REGISTRATION, 0 | TLS | MINUS_TWO) => Ok(Form::MqttNoPreRegistration {
            is_minus_two: secure_mode == MINUS_TWO,
        }),
        #[cfg(feature = "register-mqtt")]
        (MQTT | NO_PRE_REGISTRATION, _) => Err(Error::SECURE_MODE_UNKNOWN),
        _ => Err(Error::ARGUMENT_RANGE),
    }
}

/// # Safety
/// Both were initialised or are zeroed.
pub(super) unsafe fn with_both(
    device: *mut linkauth_device,
    registration: *mut linkauth_registration,
    use_them: impl FnOnce(&mut DeviceObject, &mut Registration) -> Result<()>,
) -> Result<()> {
    // SAFETY: the contracts are this function's.
    unsafe { Object::<DeviceObject>::with_another(device, registration, use_them) }
}

/// Zeroes a registration and so gives it up. Always legal: on NULL, on zeroed storage, and twice. It does not reach the
/// device: its record stays locked until its next attempt ends or the device is wiped: to give up an
/// attempt and its lock, call linkauth_registration_fail.
///
/// @param[in,out] registration The registration; its storage may then be freed.
///
/// Ownership: the storage may then be freed.
/// Wiped: the storage, and with it whatever had arrived.
/// Threads: one at a time for one registration.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `registration` is NULL, was initialised, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_registration_wipe(registration: *mut linkauth_registration) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<Registration>::wipe(registration) };
}
