//! A ready seal: an AEAD with a key of the caller's.

use super::boundary::{self, write_struct};
use super::device::{CallbackRandom, linkauth_random};
use super::linkauth_status;
use super::object::{Kind, Object};
use super::store::linkauth_seal;
use crate::secret::Wiped;
use crate::status::{Error, Result};
use crate::store::aead::{self, KEY_SIZE};
use core::convert::identity;
use core::ffi::c_void;

/// Bytes of a linkauth_aead.
pub const LINKAUTH_AEAD_SIZE: usize = 64;

/// Bytes of the key that seals.
pub const LINKAUTH_KEY_SIZE: usize = 32;
const _: () = assert!(LINKAUTH_KEY_SIZE == KEY_SIZE);

/// Fetches the key that seals, of LINKAUTH_KEY_SIZE bytes, from where it is kept: a TPM, a secure
/// element, a keyring, a file. Called for each use; linkauth wipes its copy. Returns LINKAUTH_OK, or
/// anything else if it cannot.
pub type linkauth_key =
    Option<unsafe extern "C" fn(user: *mut c_void, key: *mut u8) -> linkauth_status>;

/// A seal by ChaCha20-Poly1305 (RFC 8439). No key is in it.
///
/// The storage is the caller's. Treat it as opaque, never copy or move it.
#[repr(C)]
pub struct linkauth_aead {
    opaque: [u64; 8],
}
const _: () = assert!(size_of::<linkauth_aead>() == LINKAUTH_AEAD_SIZE);

struct Aead {
    key: linkauth_key,
    key_user: *mut c_void,
    random: CallbackRandom,
}

impl Kind for Aead {
    const MAGIC: u32 = 0x4c4b_4145;
}
const _: () = assert!(size_of::<Object<Aead>>() <= LINKAUTH_AEAD_SIZE);

impl Aead {
    fn fetch(&self, key: &mut Wiped<KEY_SIZE>) -> Result<()> {
        let fetch = self.key.ok_or(Error::CALLBACK_MISSING)?;
        // SAFETY: the key is writable for LINKAUTH_KEY_SIZE bytes; the callback keeps its contract by
        // the C caller's promise.
        let status = unsafe { fetch(self.key_user, key.0.as_mut_ptr()) };
        Error::from_callback(status).map_err(|_| Error::STORE_SEALED)
    }
}

/// The size of a linkauth_aead in this library, in bytes.
///
/// @return Bytes.
///
/// Threads: any.
/// Blocks: no.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn linkauth_aead_size() -> usize {
    LINKAUTH_AEAD_SIZE
}

/// Makes a ready seal. Only in libraries built with LINKAUTH_SEAL. A key that lies beside the
/// record protects nothing: fetch it from a TPM, a secure element, a keyring, or a file on another
/// medium. It fetches no key yet.
///
/// @param[out] aead Storage of at least LINKAUTH_AEAD_SIZE bytes, aligned to 8.
/// @param size Its size in bytes.
/// @param[in] key Fetches the key.
/// @param[in] key_user Passed to `key`, never looked at; may be NULL.
/// @param[in] random Random bytes for the nonce, or NULL for the system's (Linux only).
/// @param[in] random_user Passed to `random`, never looked at; may be NULL.
/// @param[out] seal Filled in, for linkauth_device_config.seal. Its struct_size must be set.
/// @retval LINKAUTH_OK The seal can be used until linkauth_aead_wipe.
/// @retval LINKAUTH_ERROR_CALLBACK_MISSING `key` is NULL.
/// @retval LINKAUTH_ERROR_ARGUMENT_NULL, LINKAUTH_ERROR_OBJECT_SIZE, LINKAUTH_ERROR_STRUCT_SIZE,
/// LINKAUTH_ERROR_BUSY An argument is wrong.
///
/// When the key cannot be fetched, a call reports LINKAUTH_ERROR_STORE_SEALED; when it is another
/// one or the record was changed, LINKAUTH_ERROR_STORE_UNSEAL.
/// Ownership: the storage stays the caller's. It, and what `key_user` and `random_user` point to,
/// must outlive every device that uses the seal.
/// Wiped: each copy of the key that linkauth made, at the end of the call that used it; on an
/// error the seal is zeroed.
/// Threads: one at a time for one seal, and so for all devices that share it.
/// Blocks: no; its callbacks as long as the caller's do.
/// Since 0.1.0.
///
/// # Safety
/// `aead` is writable for `size` bytes, `seal` for its struct_size.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn linkauth_aead_init(
    aead: *mut linkauth_aead,
    size: usize,
    key: linkauth_key,
    key_user: *mut c_void,
    random: linkauth_random,
    random_user: *mut c_void,
    seal: *mut linkauth_seal,
) -> linkauth_status {
    // SAFETY: the contracts are the caller's.
    boundary::status(unsafe {
        write_struct(seal, &linkauth_seal::NONE).and_then(|()| {
            Object::<Aead>::init(
                aead,
                size,
                || {
                    if key.is_none() {
                        return Err(Error::CALLBACK_MISSING);
                    }
                    Ok(Aead {
                        key,
                        key_user,
                        random: CallbackRandom::new(random, random_user),
                    })
                },
                identity,
            )?;
            write_struct(
                seal,
                &linkauth_seal {
                    user: aead.cast(),
                    seal: Some(seal_with),
                    unseal: Some(unseal_with),
                    ..linkauth_seal::NONE
                },
            )
        })
    })
}

unsafe extern "C" fn seal_with(
    user: *mut c_void,
    context: *const u8,
    context_length: usize,
    secret: *const u8,
    secret_length: usize,
    sealed: *mut u8,
    sealed_capacity: usize,
    sealed_length: *mut usize,
) -> linkauth_status {
    // SAFETY: linkauth calls this with the object that `linkauth_aead_init` put there, readable
    // inputs and writable outputs.
    unsafe {
        apply(
            Direction::Seal,
            user,
            (context, context_length),
            (secret, secret_length),
            (sealed, sealed_capacity),
            sealed_length,
        )
    }
}

unsafe extern "C" fn unseal_with(
    user: *mut c_void,
    context: *const u8,
    context_length: usize,
    sealed: *const u8,
    sealed_length: usize,
    secret: *mut u8,
    secret_capacity: usize,
    secret_length: *mut usize,
) -> linkauth_status {
    // SAFETY: as in `seal_with`.
    unsafe {
        apply(
            Direction::Unseal,
            user,
            (context, context_length),
            (sealed, sealed_length),
            (secret, secret_capacity),
            secret_length,
        )
    }
}

enum Direction {
    Seal,
    Unseal,
}

/// Seals or opens with the key of the seal at `user`.
///
/// # Safety
/// `user` is that seal; context and input are readable for their lengths, the output is writable for
/// its, and so is `length`.
#[inline(never)]
unsafe fn apply(
    direction: Direction,
    user: *mut c_void,
    context: (*const u8, usize),
    input: (*const u8, usize),
    output: (*mut u8, usize),
    length: *mut usize,
) -> linkauth_status {
    // SAFETY: the contract is this function's.
    boundary::status(unsafe {
        Object::<Aead>::with(user, |object| {
            let context = boundary::bytes(context.0, context.1)?.unwrap_or_default();
            let input = boundary::bytes(input.0, input.1)?.unwrap_or_default();
            let output = boundary::buffer(output.0, output.1)?;
            let mut key = Wiped::<KEY_SIZE>::new();
            object.fetch(&mut key)?;
            *length = match direction {
                Direction::Seal => aead::seal(&key.0, &mut object.random, context, input, output)?,
                Direction::Unseal => aead::unseal(&key.0, context, input, output)?,
            };
            Ok(())
        })
    })
}

/// Gives up a seal. Always legal: on NULL, on zeroed storage, and twice. It does not touch what
/// was sealed, nor the caller's key.
///
/// @param[in,out] aead The seal; no device may use it any more.
///
/// Ownership: the storage may then be freed.
/// Wiped: the storage.
/// Threads: one at a time for one seal.
/// Blocks: no.
/// Since 0.1.0.
///
/// # Safety
/// `aead` is NULL, was initialised, or is zeroed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkauth_aead_wipe(aead: *mut linkauth_aead) {
    // SAFETY: the contract is the caller's.
    unsafe { Object::<Aead>::wipe(aead) };
}
