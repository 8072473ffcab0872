//! Registering and signing in without a device object, over a store that holds a DeviceSecret alone.

use super::boundary::{self, Stretch, Versioned, apart, given_text, read_into, read_struct, text};
use super::device::{CallbackRandom, linkauth_random, system};
use super::linkauth_status;
use super::object::{Idle, Kind, Object};
use super::registration::DEFAULT_TIMEOUT_MS;
use super::sign_in_with_secret::linkauth_connect;
use super::surrounding::{Surrounding, linkauth_critical_section};
use super::transport::CallbackPipe;
use crate::Secret;
use crate::identity::{Host, InstanceId};
#[cfg(feature = "register-mqtt")]
use crate::register::OverMqtt;
use crate::register::{Applicant, Environment, OverHttps, Protocol, Session};
use crate::secret::SecretStore;
use crate::sign_in::{Connect, with_store};
use crate::status::{Error, Result};
use crate::transport::Transport;
use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;

/// Who a device without a linkauth_device is: for linkauth_lean_register, linkauth_lean_sign_in and
/// linkauth_flash_secret_store_init, each of which looks at the members that it needs. Nothing is kept.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_lean {
    /// sizeof(linkauth_lean).
    pub struct_size: u32,
    /// To register: milliseconds for the whole, or 0 for 15000. A transport without a clock gets it for
    /// each single wait. Over MQTT it is 14000 at most, and the transport must have a clock.
    pub timeout_ms: u32,
    /// ProductKey: 1 to 20 letters and digits.
    pub product_key: *const c_char,
    /// Bytes of product_key, or LINKAUTH_NUL_TERMINATED; so with each length here.
    pub product_key_length: usize,
    /// DeviceName: 4 to 32 letters, digits and - _ @ . :
    pub device_name: *const c_char,
    /// Bytes of device_name.
    pub device_name_length: usize,
    /// Instance id ("iot-...") of a new public or enterprise instance; NULL for the old public
    /// instance.
    pub instance_id: *const c_char,
    /// Bytes of instance_id.
    pub instance_id_length: usize,
    /// To register: ProductSecret, 1 to 64 printable ASCII characters without a space.
    pub product_secret: *const c_char,
    /// Bytes of product_secret.
    pub product_secret_length: usize,
    /// To register: the host's name or IPv4 address, or NULL for that of the region cn-shanghai: for
    /// HTTPS iot-auth.cn-shanghai.aliyuncs.com, for MQTT the one of the product or the instance.
    pub host: *const c_char,
    /// Bytes of host.
    pub host_length: usize,
    /// To register: random bytes, or NULL for the system's (Linux only).
    pub random: linkauth_random,
    /// Passed to `random`, never looked at.
    pub random_user: *mut c_void,
    /// Surrounds each stretch of code that has a secret in its registers, or NULL.
    pub critical_section: *const linkauth_critical_section,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_lean {
    const FIRST_SIZE: usize = 8 + 13 * size_of::<usize>();
}

/// Bytes of the longest DeviceSecret.
pub const LINKAUTH_SECRET_MAX: usize = 64;
const _: () = assert!(LINKAUTH_SECRET_MAX == Secret::MAX);

/// Where the DeviceSecret of a device without a linkauth_device is kept: an SDK's key-value store, NVS,
/// a page of flash. linkauth_flash_secret_store_init fills one in for two slots of flash.
///
/// A callback returns LINKAUTH_OK, a LINKAUTH_ERROR_STORE_... status, or a negative number for
/// LINKAUTH_ERROR_STORE_IO. Callbacks run on the thread that called linkauth, and must return.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct linkauth_secret_store {
    /// sizeof(linkauth_secret_store).
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// Passed to both callbacks, never looked at.
    pub user: *mut c_void,
    /// Reads the DeviceSecret into `secret`, of LINKAUTH_SECRET_MAX bytes, and sets `*length`. Returns
    /// LINKAUTH_ERROR_STORE_ABSENT if there is none, and only then: linkauth registers a device whose
    /// secret is absent. linkauth wipes `secret`.
    pub load: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            secret: *mut c_char,
            capacity: usize,
            length: *mut usize,
        ) -> linkauth_status,
    >,
    /// Replaces the DeviceSecret, in whole or not at all, and returns once it would survive a power cut.
    /// linkauth then reads it back and compares.
    pub save: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            secret: *const c_char,
            length: usize,
        ) -> linkauth_status,
    >,
}

// SAFETY: repr(C), no padding (asserted), and all zero is a value.
unsafe impl Versioned for linkauth_secret_store {
    const FIRST_SIZE: usize = 8 + 3 * size_of::<usize>();
}

impl linkauth_secret_store {
    pub(super) const NONE: linkauth_secret_store = linkauth_secret_store {
        struct_size: 0,
        reserved: 0,
        user: core::ptr::null_mut(),
        load: None,
        save: None,
    };
}

/// A caller's store behind safe calls.
struct CallbackSecretStore(linkauth_secret_store);

impl CallbackSecretStore {
    const NONE: CallbackSecretStore = CallbackSecretStore(linkauth_secret_store::NONE);

    /// In place of `NONE`.
    ///
    /// # Safety
    /// As `read_into`.
    #[inline(never)]
    unsafe fn read(&mut self, store: *const linkauth_secret_store) -> Result<()> {
        // SAFETY: the contract is this function's.
        unsafe { read_into(store, &mut self.0)? };
        if self.0.reserved != 0 {
            return Err(Error::RESERVED_NOT_ZERO);
        }
        if self.0.load.is_none() || self.0.save.is_none() {
            return Err(Error::CALLBACK_MISSING);
        }
        Ok(())
    }
}

impl SecretStore for CallbackSecretStore {
    fn load(&mut self, room: &mut [u8]) -> Result<Option<usize>> {
        let load = self.0.load.ok_or(Error::CALLBACK_MISSING)?;
        let mut length = 0;
        // SAFETY: the room is writable for its length and lives through the call; the callback keeps
        // its contract by the C caller's promise.
        let status = unsafe {
            load(
                self.0.user,
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut length,
            )
        };
        match outcome(status) {
            Ok(()) => Ok(Some(length)),
            Err(Error::STORE_ABSENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn save(&mut self, secret: &[u8]) -> Result<()> {
        let save = self.0.save.ok_or(Error::CALLBACK_MISSING)?;
        // SAFETY: the secret is readable for its length and lives through the call; the callback keeps
        // its contract by the C caller's promise.
        outcome(unsafe { save(self.0.user, secret.as_ptr().cast(), secret.len()) })
    }
}

fn outcome(status: linkauth_status) -> Result<()> {
    if status < 0 {
        return Err(Error::STORE_IO);
    }
    Error::from_callback(status)
}

/// Bytes of a linkauth_lean_memory.
pub const LINKAUTH_LEAN_MEMORY_SIZE: usize = 1280;

/// What linkauth_lean_register works in: the caller's, for the time of the call.
#[repr(C)]
pub struct linkauth_lean_memory {
    opaque: [u64; 160],
}
const _: () = assert!(size_of::<linkauth_lean_memory>() == LINKAUTH_LEAN_MEMORY_SIZE);

/// The size of a linkauth_lean_memory in this library, in bytes. Only where linkauth_lean_register is.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_lean_memory_size() -> usize {
    LINKAUTH_LEAN_MEMORY_SIZE
}

/// What a caller gave for an attempt, in place.
struct Given {
    pipe: CallbackPipe,
    store: CallbackSecretStore,
    random: CallbackRandom,
    quiet: Surrounding,
}

impl Given {
    const NOTHING: Given = Given {
        pipe: CallbackPipe::NONE,
        store: CallbackSecretStore::NONE,
        random: CallbackRandom::new(None, core::ptr::null_mut()),
        quiet: Surrounding::NONE,
    };
}

impl Environment for Given {
    type Store = CallbackSecretStore;
    type Pipe = CallbackPipe;
    type Random = CallbackRandom;
    type Quiet = Surrounding;

    fn store(&mut self) -> &mut CallbackSecretStore {
        &mut self.store
    }

    fn pipe(&mut self) -> &mut CallbackPipe {
        &mut self.pipe
    }

    fn random(&mut self) -> &mut CallbackRandom {
        &mut self.random
    }

    fn quiet(&self) -> &Surrounding {
        &self.quiet
    }
}

type Call<P> = Session<Given, P>;

impl<P: Protocol> Idle for Call<P> {
    const IDLE: Call<P> = Session::new(Given::NOTHING);
}
impl Kind for Call<OverHttps> {
    const MAGIC: u32 = 0x4c4b_4c48;
}
#[cfg(feature = "register-mqtt")]
impl Kind for Call<OverMqtt> {
    const MAGIC: u32 = 0x4c4b_4c4d;
}
#[cfg(feature = "register-mqtt")]
const _: () = assert!(size_of::<Object<Call<OverMqtt>>>() <= LINKAUTH_LEAN_MEMORY_SIZE);
const _: () = assert!(size_of::<Object<Call<OverHttps>>>() <= LINKAUTH_LEAN_MEMORY_SIZE);

/// Registers a device with its product's certificate over HTTPS, without a linkauth_device: asks the
/// platform for the DeviceSecret, has it stored by the caller's store, reads it back and compares. For
/// firmware that has a store of its own and counts bytes; what linkauth_register does beyond this, it
/// does not: no record (but for linkauth_flash_secret_store_init), no sign method but HMAC-SHA256, no
/// port but 443, no error detail, no counting of registrations, and no registering again by itself once a
/// secret that was never accepted is refused. It does not sign in, and does not retry.
///
/// @param[in] lean Who the device is, the ProductSecret, random bytes.
/// @param[in] store Where the DeviceSecret is kept.
/// @param[in] transport The connection: it must encrypt and verify the server.
/// @param[out] memory Memory to work in. It is wiped before the call returns.
/// @param size Its size in bytes.
/// @retval LINKAUTH_OK The DeviceSecret is stored, and was read back.
/// @retval LINKAUTH_ERROR_ALREADY_REGISTERED A secret is stored: sign in with it. The platform was not
/// asked.
/// @retval LINKAUTH_ERROR_STORE_... The store failed. If the platform had answered already, register
/// again: until the first sign-in it issues a new secret each time.
/// @retval LINKAUTH_ERROR_STORE_READ_BACK What was read back is not what was issued.
/// @retval LINKAUTH_ERROR_SECRET_MISSING No ProductSecret was given.
/// @retval LINKAUTH_ERROR_PLATFORM_... The platform refused.
/// @retval LINKAUTH_ERROR_REPLY_... The reply is not one that the platform sends.
/// @retval LINKAUTH_ERROR_TRANSPORT_... The connection failed, or does not encrypt.
/// @retval LINKAUTH_ERROR_RANDOM_FAILED No random bytes could be had.
/// @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
/// LINKAUTH_ERROR_CALLBACK_MISSING, LINKAUTH_ERROR_RESERVED_NOT_ZERO An argument is wrong.
/// @retval LINKAUTH_ERROR_BUSY The memory is in use: a callback called this with it again.
///
/// Only in static libraries built with LINKAUTH_LEAN, as those for bare metal are by default.
/// Source: the platform's page on dynamic registration over HTTPS, and what the vendor's C SDKs send.
/// Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
/// Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that linkauth
/// made, whatever the result.
/// Threads: any; one at a time for one store.
/// Blocks: for the time-out at most, and as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `lean`, what it points to, `store` and `transport` are readable; `memory` is writable for
/// `size` bytes; the callbacks keep their contract.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_lean_register(
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    transport: *const Transport,
    memory: *mut linkauth_lean_memory,
    size: usize,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { register::<OverHttps>(lean, store, transport, memory, size) })
}

/// Registers over MQTT, on port 8883: the device has been added to its product (`authType=register`).
/// For the rest as linkauth_lean_register, which firmware that calls this need not have.
///
/// @param[in] lean Who the device is, the ProductSecret, random bytes; for a new public or an
/// enterprise instance its id.
/// @param[in] store Where the DeviceSecret is kept.
/// @param[in] transport The connection: it must encrypt, verify the server, and have a clock.
/// @param[out] memory Memory to work in. It is wiped before the call returns.
/// @param size Its size in bytes.
/// @retval LINKAUTH_OK The DeviceSecret is stored, and was read back.
/// @retval LINKAUTH_ERROR_REGISTER_CONNACK_..., LINKAUTH_ERROR_CONNACK_... The platform refused.
/// @retval LINKAUTH_ERROR_... As linkauth_lean_register.
///
/// Only in static libraries built with LINKAUTH_LEAN and LINKAUTH_REGISTER_MQTT, as those for bare metal are
/// by default.
/// Source: the platform's page on MQTT-based dynamic registration, and what Link SDK C 4.x sends.
/// Ownership: everything stays the caller's; the ProductSecret is the caller's to wipe.
/// Wiped: the request, the reply, the DeviceSecret and every copy of the ProductSecret that linkauth
/// made, whatever the result.
/// Threads: any; one at a time for one store.
/// Blocks: for the time-out at most, and as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// As of `linkauth_lean_register`.
#[cfg(feature = "register-mqtt")]
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_lean_register_mqtt(
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    transport: *const Transport,
    memory: *mut linkauth_lean_memory,
    size: usize,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { register::<OverMqtt>(lean, store, transport, memory, size) })
}

/// # Safety
/// As `linkauth_lean_register`.
unsafe fn register<P: Protocol>(
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    transport: *const Transport,
    memory: *mut linkauth_lean_memory,
    size: usize,
) -> Result<()>
where
    Call<P>: Kind,
{
    // SAFETY: the contracts are this function's.
    unsafe {
        Object::<Call<P>>::with_new(memory, size, |call| {
            let applicant = prepare(&mut call.environment, lean, store, transport)?;
            call.run(&applicant)
        })
    }
}

/// Apart: what the caller gave is off the stack when it is used.
///
/// # Safety
/// As `linkauth_lean_register`; the texts of `lean` are readable for `'a`.
unsafe fn prepare<'a>(
    given: &mut Given,
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    transport: *const Transport,
) -> Result<Applicant<'a>> {
    // SAFETY: the contracts are this function's.
    unsafe {
        let mut copy = MaybeUninit::uninit();
        let lean = read_struct(lean, &mut copy)?;
        given.pipe.read_in_place(transport)?;
        given.store.read(store)?;
        given.random = CallbackRandom::new(lean.random, lean.random_user);
        given.quiet = Surrounding::new(system(0), lean.critical_section)?;
        applicant(lean)
    }
}

/// ProductKey and DeviceName.
///
/// # Safety
/// They are readable for `'a`.
pub(super) unsafe fn names<'a>(lean: &linkauth_lean) -> Result<[&'a [u8]; 2]> {
    // SAFETY: the contract is this function's.
    unsafe {
        Ok([
            given_text(lean.product_key, lean.product_key_length)?,
            given_text(lean.device_name, lean.device_name_length)?,
        ])
    }
}

/// # Safety
/// The texts of `lean` are readable for `'a`.
unsafe fn applicant<'a>(lean: &linkauth_lean) -> Result<Applicant<'a>> {
    // SAFETY: the contract is this function's.
    let (names, product_secret, host, instance_id) = unsafe {
        (
            names(lean)?,
            text(lean.product_secret, lean.product_secret_length)?,
            text(lean.host, lean.host_length)?,
            text(lean.instance_id, lean.instance_id_length)?,
        )
    };
    Ok(Applicant {
        names,
        product_secret: Secret::new(product_secret.ok_or(Error::SECRET_MISSING)?)?,
        host: Host::given(host)?,
        instance_id: match instance_id {
            None => b"",
            Some(instance_id) => InstanceId::checked(instance_id)?,
        },
        timeout_ms: match lean.timeout_ms {
            0 => DEFAULT_TIMEOUT_MS,
            timeout_ms => timeout_ms,
        },
    })
}

/// Computes what the CONNECT of a sign-in must carry with the DeviceSecret of a store, as
/// linkauth_sign_in_with_secret does with one that the caller lends. The caller never sees the secret.
///
/// @param[in] lean Who the device is; of it the names and the critical section are looked at.
/// @param[in] store Where the DeviceSecret is kept.
/// @param[out] connect Where the texts go. It may not overlap an input.
/// @retval LINKAUTH_OK `connect` is filled.
/// @retval LINKAUTH_ERROR_STORE_ABSENT No secret is stored: register.
/// @retval LINKAUTH_ERROR_STORE_... The store failed, which is no reason to register.
/// @retval LINKAUTH_ERROR_ARGUMENT_..., LINKAUTH_ERROR_STRUCT_SIZE, LINKAUTH_ERROR_CALLBACK_MISSING,
/// LINKAUTH_ERROR_RESERVED_NOT_ZERO An argument is wrong.
///
/// Only in static libraries built with LINKAUTH_LEAN, as those for bare metal are by default.
/// Ownership: everything stays the caller's.
/// Wiped: every copy of the DeviceSecret; on an error, `connect` is zeroed (but for
/// LINKAUTH_ERROR_ARGUMENT_OVERLAP). The caller wipes `connect`, which holds the password, with linkauth_wipe after the CONNECT.
/// Threads: any; one at a time for one store.
/// Blocks: as long as the store does.
/// Since 0.1.0.
///
/// # Safety
/// `lean`, what it points to, and `store` are readable; `connect` is NULL or writable; the callbacks
/// keep their contract.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_lean_sign_in(
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    connect: *mut linkauth_connect,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe { sign_in(lean, store, connect.cast()) })
}

/// # Safety
/// As `linkauth_lean_sign_in`.
unsafe fn sign_in(
    lean: *const linkauth_lean,
    store: *const linkauth_secret_store,
    connect: *mut Connect,
) -> Result<()> {
    // SAFETY: the contracts are this function's. `connect` is made a reference only after it was
    // found apart from both names, and any bytes are a value of it.
    unsafe {
        if connect.is_null() {
            return Err(Error::ARGUMENT_NULL);
        }
        let mut copy = MaybeUninit::uninit();
        let lean = read_struct(lean, &mut copy)?;
        let written = &Stretch::array(connect, 1);
        let names = [
            apart((lean.product_key, lean.product_key_length), written)?,
            apart((lean.device_name, lean.device_name_length), written)?,
        ];
        connect.write_bytes(0, 1);
        let mut secret_store = CallbackSecretStore::NONE;
        secret_store.read(store)?;
        let quiet = Surrounding::new(system(0), lean.critical_section)?;
        let signed = with_store(quiet, &names, &mut secret_store, &mut *connect);
        if signed.is_err() {
            connect.write_bytes(0, 1);
        }
        signed
    }
}
