//! The rules by which a device registers: when it may, whose reply counts, what is stored.

use super::Device;
use crate::random::Random;
use crate::register::{NoSecret, Nonce, Registration, RegistrationOptions, refusal, run};
use crate::scrub::{Quiet, depth};
use crate::sign_in::Credentials;
use crate::status::{Error, Result};
use crate::store::record::{Head, Record};
use crate::store::{State, Store};
use crate::text::Writer;
use crate::transport::Pipe;

/// How often a device may register by itself while no secret of its was ever accepted. The platform
/// issues five DeviceTokens for one DeviceName.
const REGISTRATIONS_MAX: u8 = 5;

impl<S: Store, Q: Quiet> Device<S, Q> {
    /// Begins a registration. Refused while a usable secret is stored, or a damaged one, and while
    /// another process holds the record; it is locked until the attempt ends. That a record can be
    /// saved is found out before the platform is asked. An earlier attempt that has not ended is
    /// void from here on: the platform honours the newest alone.
    pub fn begin_registration(
        &mut self,
        options: &RegistrationOptions<'_>,
        random: &mut impl Random,
    ) -> Result<Registration> {
        let mut registration = Registration::IDLE;
        self.begin_registration_in(&mut registration, options, random)?;
        Ok(registration)
    }

    /// Like `begin_registration`, in the caller's storage.
    pub(crate) fn begin_registration_in(
        &mut self,
        registration: &mut Registration,
        options: &RegistrationOptions<'_>,
        random: &mut impl Random,
    ) -> Result<()> {
        self.forget_error();
        let mut drawn = [0; Nonce::DRAWN];
        let begun = self.scrubbed::<{ depth::SAVE }, _>(|device| {
            options.product_secret.check()?;
            device.lock()?;
            device.before_registration()?;
            let prepared = device.store.prepare(&device.name);
            device.note_system_error(prepared)?;
            device.try_seal()?;
            let nonce = match options.nonce {
                Some(nonce) => nonce,
                None => Nonce::draw(random, &mut drawn)?,
            };
            device.retry.draw(nonce.spread() ^ device.identity.spread());
            // The nonce is in it, so that an attempt of an earlier device object is not taken for this.
            device.newest_registration =
                device.newest_registration.wrapping_add(nonce.spread() | 1);
            registration.begin(
                device.newest_registration,
                &device.identity,
                &device.endpoint,
                options,
                nonce,
            )
        });
        if begun.is_err() {
            self.unlock();
        }
        begun
    }

    /// Whether the device may register now: what its record says, or None if there is none.
    fn before_registration(&mut self) -> Result<Option<Head>> {
        match self.load_head() {
            Ok(head) if head.state == State::Issued && self.is_issued_refused => {
                if head.registrations >= REGISTRATIONS_MAX {
                    return Err(Error::REGISTRATIONS_EXHAUSTED);
                }
                Ok(Some(head))
            }
            Ok(_) => Err(Error::ALREADY_REGISTERED),
            Err(Error::STORE_ABSENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Feeds a registration what arrived; an empty piece says that the peer ended the stream.
    pub fn feed_registration(
        &mut self,
        registration: &mut Registration,
        bytes: &[u8],
    ) -> Result<()> {
        self.advance(registration, Arrived::Bytes(bytes))
    }

    /// For firmware with an MQTT stack of its own: what the CONNECT of the registration must carry.
    /// On an error `buffer` is zeroed.
    pub fn connect_registration(
        &mut self,
        registration: &mut Registration,
        buffer: &mut [u8],
    ) -> Result<Credentials> {
        let mut credentials = Credentials::default();
        self.connect_registration_into(registration, buffer, &mut credentials)?;
        Ok(credentials)
    }

    /// Like `connect_registration`, in place.
    pub(crate) fn connect_registration_into(
        &mut self,
        registration: &mut Registration,
        buffer: &mut [u8],
        credentials: &mut Credentials,
    ) -> Result<()> {
        self.scrubbed_into(buffer, |device, buffer| {
            let mut writer = Writer::new(buffer);
            registration.connect(&mut writer, credentials)?;
            device.check_fits(&writer)
        })
    }

    /// For firmware with an MQTT stack of its own: the code of the CONNACK.
    pub fn connack_registration(
        &mut self,
        registration: &mut Registration,
        code: u8,
    ) -> Result<()> {
        self.forget_error();
        let taken = registration.connack(code);
        self.end_step(registration, taken)
    }

    /// For firmware with an MQTT stack of its own: a message that arrived. One that does not
    /// answer the registration is ignored.
    pub fn message_registration(
        &mut self,
        registration: &mut Registration,
        topic: &[u8],
        payload: &[u8],
    ) -> Result<()> {
        self.advance(registration, Arrived::Message { topic, payload })
    }

    fn advance(&mut self, registration: &mut Registration, arrived: Arrived<'_>) -> Result<()> {
        self.forget_error();
        let taken = self.scrubbed::<{ depth::REPLY }, _>(|_| match arrived {
            Arrived::Bytes([]) => registration.end(),
            Arrived::Bytes(bytes) => registration.feed(bytes),
            Arrived::Message { topic, payload } => registration.message(topic, payload),
        });
        self.end_step(registration, taken)
    }

    fn end_step(&mut self, registration: &Registration, stepped: Result<()>) -> Result<()> {
        if let Err(error) = stepped {
            self.end_attempt(registration);
            self.note_reply(registration);
            return self.fail(error);
        }
        Ok(())
    }

    /// The record stays locked for a later attempt that was begun meanwhile.
    fn end_attempt(&mut self, registration: &Registration) {
        if registration.number() == self.newest_registration {
            self.unlock();
        }
    }

    fn note_reply(&mut self, registration: &Registration) {
        self.detail.http_status = registration.http_status();
        self.detail.platform_code = i32::from(registration.connack_code());
    }

    /// Ends an attempt whose connection failed in the caller's hands, and notes when to try again.
    pub fn fail_registration(
        &mut self,
        registration: &mut Registration,
        error: Error,
    ) -> Result<()> {
        self.forget_error();
        registration.wipe();
        self.end_attempt(registration);
        self.fail(error)
    }

    /// Ends a registration whose reply is complete: stores what was issued and reads it back.
    /// The registration is wiped, whatever the end.
    pub fn finish_registration(&mut self, registration: &mut Registration) -> Result<()> {
        self.forget_error();
        self.note_reply(registration);
        let finished = self.scrubbed::<{ depth::SAVE }, _>(|device| {
            let result = device.store_issued(registration);
            registration.wipe();
            device.end_attempt(registration);
            result
        });
        match finished {
            Ok(()) => {
                self.forget_error();
                self.retry.success();
                Ok(())
            }
            Err(error) => self.fail(error),
        }
    }

    fn store_issued(&mut self, registration: &Registration) -> Result<()> {
        if registration.number() != self.newest_registration {
            return Err(Error::SUPERSEDED);
        }
        let credential = match registration.issued(&self.identity) {
            Ok(credential) => credential,
            Err(NoSecret::Malformed(error)) => return Err(error),
            Err(NoSecret::Refused(code)) => {
                self.detail.platform_code = code;
                return Err(refusal(code));
            }
        };
        let (sequence, registrations) = match self.before_registration()? {
            Some(head) => (head.sequence, head.registrations),
            None => (0, 0),
        };
        self.save(&Record {
            head: Head {
                state: State::Issued,
                sequence: sequence.wrapping_add(1),
                registrations: registrations.saturating_add(1),
            },
            credential,
        })?;
        self.is_issued_refused = false;
        Ok(())
    }

    /// Registers over `pipe`, blocking for `timeout_ms` at most (by the pipe's clock, if it has
    /// one; else for each wait), and stores what was issued.
    pub fn run_registration(
        &mut self,
        registration: &mut Registration,
        pipe: &mut impl Pipe,
        timeout_ms: u32,
    ) -> Result<()> {
        self.forget_error();
        if let Err(error) = run(registration, pipe, timeout_ms, &self.quiet) {
            self.note_reply(registration);
            self.detail.system_error = pipe.system_error();
            registration.wipe();
            self.end_attempt(registration);
            return self.fail(error);
        }
        self.finish_registration(registration)
    }
}

/// What a caller tells a registration.
enum Arrived<'a> {
    /// Empty at the end of the stream.
    Bytes(&'a [u8]),
    Message {
        topic: &'a [u8],
        payload: &'a [u8],
    },
}
