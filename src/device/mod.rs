//! A device: who it is, where its secret is kept, and the rules of its life.
//!
//! The rule that carries the rest is *durable before first use*: the first sign-in with a secret
//! closes registration for good, so a secret from a registration is stored and read back before
//! anything can be signed with it.
//!
//! The states are NONE (no record), ISSUED and ACTIVATED. Registration runs in NONE; in ISSUED only
//! after the platform refused the secret, and a bounded number of times; in ACTIVATED never.
//! A damaged record is in none of them.

mod registering;
mod stored;

use crate::credential::Credential;
use crate::identity::{Endpoint, Identity, RecordName};
use crate::retry::Retry;
use crate::scrub::{Quiet, Unguarded, depth, scrubbed_on};
use crate::secret::{Secret, Wiped, wipe};
use crate::sign_in::{Credentials, Extensions, Psk, SignIn, Timestamp, write_psk};
use crate::status::{Error, Result};
use crate::store::record::{Head, Record};
use crate::store::{State, Store};
use crate::text::Writer;
use stored::{Kept, Room};

/// Numbers behind the last error of a device. Never a text, so never a secret.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Detail {
    /// The platform's code in a refused registration, or 0: over HTTPS such as 6289, over MQTT
    /// that of the CONNACK.
    pub platform_code: i32,
    /// The system's error number, or 0.
    pub system_error: i32,
    /// Bytes that a buffer which was too small would need, or 0.
    pub size_needed: usize,
    /// Milliseconds to wait before trying again; 0 if trying again would not help by itself.
    pub retry_after_ms: u32,
    /// The HTTP status of the reply, or 0.
    pub http_status: u16,
}

impl Detail {
    const NONE: Detail = Detail {
        platform_code: 0,
        system_error: 0,
        size_needed: 0,
        retry_after_ms: 0,
        http_status: 0,
    };
}

/// One device and the store of its secret.
///
/// In C's order, the largest last: what lies close is reached by short instructions.
#[repr(C)]
pub struct Device<S: Store, Q = Unguarded> {
    detail: Detail,
    retry: Retry,
    /// Which attempt to register is the newest: only its reply may be stored.
    newest_registration: u32,
    /// The platform refused the stored secret, which it issued and never accepted.
    is_issued_refused: bool,
    /// The record is locked against other processes.
    is_locked: bool,
    pub(crate) quiet: Q,
    pub(crate) store: S,
    /// Of its record. Kept, since a hash is behind it.
    name: RecordName,
    pub(crate) identity: Identity,
    pub(crate) endpoint: Endpoint,
}

/// What is stored of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// How far the secret has come.
    pub state: State,
    /// One more with each save.
    pub sequence: u32,
    /// Registrations that the device has completed.
    pub registrations: u8,
    /// A DeviceToken, not a DeviceSecret.
    pub is_token: bool,
    /// Sealed, not plain.
    pub is_sealed: bool,
}

impl<S: Store, Q> Drop for Device<S, Q> {
    fn drop(&mut self) {
        if self.is_locked {
            self.store.unlock(&self.name);
        }
    }
}

impl<S: Store, Q: Quiet> Device<S, Q> {
    /// A device whose secret is kept in `store` (or in [`crate::store::NoStore`]), and what
    /// surrounds the scopes that see it.
    pub fn new(identity: Identity, endpoint: Endpoint, store: S, quiet: Q) -> Device<S, Q> {
        let mut device = Self::nobody(store, quiet);
        device.identity = identity;
        device.endpoint = endpoint;
        device.get_ready();
        device
    }

    /// A device that is to be completed where it lies: it is large for a small stack. `get_ready`
    /// follows.
    pub(crate) const fn nobody(store: S, quiet: Q) -> Device<S, Q> {
        Device {
            name: RecordName::NONE,
            identity: Identity::EMPTY,
            endpoint: Endpoint::EMPTY,
            store,
            quiet,
            detail: Detail::NONE,
            retry: Retry::NEVER_FAILED,
            newest_registration: 0,
            is_issued_refused: false,
            is_locked: false,
        }
    }

    /// Derives what depends on the identity.
    pub(crate) fn get_ready(&mut self) {
        self.retry.draw(self.identity.spread());
        self.name = self.identity.record_name();
    }

    #[inline(never)]
    fn forget_error(&mut self) {
        self.detail = Detail::NONE;
    }

    /// The numbers behind the last error.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// Stores a DeviceSecret that came another way than by registration, and reads it back. A
    /// stored secret of this device is replaced; storing the same one again changes nothing.
    pub fn store_secret(&mut self, secret: Secret<'_>) -> Result<()> {
        self.forget_error();
        let credential = Credential::DeviceSecret(secret);
        self.scrubbed::<{ depth::SAVE }, _>(|device| {
            credential.check()?;
            device.locked(|device| device.replace_stored(credential))
        })
    }

    fn replace_stored(&mut self, credential: Credential<'_>) -> Result<()> {
        let (mut sequence, mut is_stored) = (0, false);
        let loaded = self.with_stored(&mut |_, head, stored| {
            sequence = head.sequence;
            is_stored = stored.is(&credential);
            Ok(())
        });
        match loaded {
            Ok(()) if is_stored => return Ok(()),
            Ok(()) | Err(Error::STORE_ABSENT | Error::STORE_DAMAGED) => {}
            // It cannot be compared, but it is this device's.
            Err(Error::STORE_SEALED | Error::STORE_UNSEAL) => sequence = self.load_head()?.sequence,
            Err(error) => return Err(error),
        }
        self.save(&Record {
            head: Head {
                state: State::Issued,
                sequence: sequence.wrapping_add(1),
                registrations: 0,
            },
            credential,
        })?;
        self.is_issued_refused = false;
        Ok(())
    }

    /// What is stored, its secret left out. An error says that there is none, or why it cannot be
    /// used.
    pub fn inspect(&mut self) -> Result<Inspection> {
        self.forget_error();
        self.scrubbed::<{ depth::SIGN }, _>(|device| {
            let mut record = Wiped::new();
            let stored = device.load_stored(&mut record)?;
            Ok(Inspection {
                state: stored.head.state,
                sequence: stored.head.sequence,
                registrations: stored.head.registrations,
                is_token: stored.is_token(),
                is_sealed: stored.is_sealed(),
            })
        })
    }

    /// Removes what is stored, damaged or not. For an operator: a device that was active cannot
    /// register again before the platform was told (ResetThing, or delete and add).
    pub fn erase(&mut self) -> Result<()> {
        self.forget_error();
        self.is_issued_refused = false;
        self.locked(|device| {
            let erased = device.store.erase(&device.name);
            device.note_system_error(erased)
        })
    }

    /// Writes what a CONNECT must carry into `buffer`, with the credential that the caller keeps, or
    /// with None the stored one.
    ///
    /// On an error `buffer` is zeroed. The password is a bearer credential: wipe `buffer` once
    /// it has been sent.
    pub fn sign_in(
        &mut self,
        credential: Option<Credential<'_>>,
        options: &SignIn<'_, impl Extensions>,
        buffer: &mut [u8],
    ) -> Result<Credentials> {
        let mut signed = Credentials::default();
        self.sign_in_into(credential.as_ref(), options, buffer, &mut signed)?;
        Ok(signed)
    }

    /// Like `sign_in`, in place.
    pub(crate) fn sign_in_into(
        &mut self,
        credential: Option<&Credential<'_>>,
        options: &SignIn<'_, impl Extensions>,
        buffer: &mut [u8],
        signed: &mut Credentials,
    ) -> Result<()> {
        self.scrubbed_into(buffer, |device, buffer| {
            options.check()?;
            match credential {
                Some(credential) => {
                    credential.check()?;
                    device.write_sign_in(credential, options, buffer, signed)
                }
                None => device.with_stored(&mut |device, _, credential| {
                    device.write_sign_in(&credential, options, buffer, signed)
                }),
            }
        })
    }

    #[inline(never)]
    fn write_sign_in(
        &mut self,
        credential: &Credential<'_>,
        options: &SignIn<'_, impl Extensions>,
        buffer: &mut [u8],
        signed: &mut Credentials,
    ) -> Result<()> {
        let mut writer = Writer::new(buffer);
        options.write(
            &self.identity,
            &self.endpoint,
            credential,
            &mut writer,
            signed,
        )?;
        self.check_fits(&writer)
    }

    /// Writes identity and key of a TLS-PSK connection into `buffer`, with `secret` or the stored
    /// one. On an error `buffer` is zeroed.
    pub fn psk(
        &mut self,
        secret: Option<Secret<'_>>,
        timestamp: Timestamp,
        buffer: &mut [u8],
    ) -> Result<Psk> {
        let mut psk = Psk::default();
        self.scrubbed_into(buffer, |device, buffer| match secret {
            Some(secret) => {
                secret.check()?;
                device.write_psk(secret, timestamp, buffer, &mut psk)
            }
            None => device.with_stored(&mut |device, _, credential| match credential {
                Credential::DeviceSecret(secret) => {
                    device.write_psk(secret, timestamp, buffer, &mut psk)
                }
                Credential::DeviceToken { .. } => Err(Error::SECRET_IS_TOKEN),
            }),
        })?;
        Ok(psk)
    }

    #[inline(never)]
    fn write_psk(
        &mut self,
        secret: Secret<'_>,
        timestamp: Timestamp,
        buffer: &mut [u8],
        psk: &mut Psk,
    ) -> Result<()> {
        let mut writer = Writer::new(buffer);
        write_psk(&self.identity, timestamp, secret, &mut writer, psk)?;
        self.check_fits(&writer)
    }

    /// Takes the code of the CONNACK that answered a sign-in: 0 marks the stored secret as
    /// activated; any other comes back as what it means for a secret in this state.
    pub fn report_connack(&mut self, code: u8) -> Result<()> {
        self.forget_error();
        let error = match code {
            0 => {
                self.retry.success();
                return self.scrubbed::<{ depth::ACTIVATE }, _>(Self::mark_activated);
            }
            1 => Error::CONNACK_PROTOCOL,
            2 => Error::CONNACK_CLIENT_ID,
            3 => Error::CONNACK_UNAVAILABLE,
            4 => self.scrubbed::<{ depth::SIGN }, _>(Self::credentials_refused),
            5 => Error::CONNACK_NOT_AUTHORISED,
            _ => Error::CONNACK_UNKNOWN,
        };
        self.fail(error)
    }

    fn mark_activated(&mut self) -> Result<()> {
        self.is_issued_refused = false;
        match self.load_head() {
            // The caller keeps the secret elsewhere.
            Err(Error::STORE_MISSING | Error::STORE_ABSENT) => return Ok(()),
            Ok(head) if head.state == State::Activated => return Ok(()),
            other => other?,
        };
        self.locked(Self::activate_stored)
    }

    /// Apart, so that its room and that of `load_head` are not on the stack at once.
    #[inline(never)]
    fn activate_stored(&mut self) -> Result<()> {
        let mut room = Room::new();
        let mut kept = Kept::new();
        let (head, credential) = self.load_record(&mut room)?;
        let credential = kept.keep(&credential)?;
        let head = Head {
            state: State::Activated,
            sequence: head.sequence.wrapping_add(1),
            ..head
        };
        self.save_in(&mut room, &Record { head, credential })?;
        // An older copy that stays does no harm: it is found void, or the same.
        let _ = self.store.retire(&self.name);
        Ok(())
    }

    /// What CONNACK 4 means for the stored secret. If it cannot be read, the plain meaning.
    fn credentials_refused(&mut self) -> Error {
        match self.load_head() {
            Ok(Head {
                state: State::Activated,
                ..
            }) => Error::REFUSED_AFTER_ACTIVATION,
            Ok(head) => {
                self.is_issued_refused = true;
                if head.registrations == 0 {
                    Error::CONNACK_CREDENTIALS
                } else {
                    Error::REFUSED_BEFORE_ACTIVATION
                }
            }
            Err(_) => Error::CONNACK_CREDENTIALS,
        }
    }

    /// Notes when to try again.
    fn fail<T>(&mut self, error: Error) -> Result<T> {
        self.detail.retry_after_ms = self.retry.failure(error);
        Err(error)
    }

    fn scrubbed<const DEPTH: usize, R>(&mut self, worker: impl FnOnce(&mut Self) -> R) -> R {
        scrubbed_on::<DEPTH, _, _, _>(self, |device| &device.quiet, worker)
    }

    fn scrubbed_into(
        &mut self,
        buffer: &mut [u8],
        worker: impl FnOnce(&mut Self, &mut [u8]) -> Result<()>,
    ) -> Result<()> {
        self.forget_error();
        let result = self.scrubbed::<{ depth::SIGN }, _>(|device| worker(device, buffer));
        if result.is_err() {
            wipe(buffer);
        }
        result
    }

    fn check_fits(&mut self, writer: &Writer<'_>) -> Result<()> {
        if writer.fits() {
            return Ok(());
        }
        self.detail.size_needed = writer.length();
        Err(Error::BUFFER_TOO_SMALL)
    }
}
