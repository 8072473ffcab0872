//! A device's record in its store: loaded, saved, and read back.

use super::Device;
use crate::credential::Credential;
use crate::identity::ClientId;
use crate::scrub::Quiet;
use crate::secret::{DeviceToken, Secret, Wiped, equal, wipe};
use crate::status::{Error, Result};
use crate::store::record::{Head, Owner, Record, Stored};
use crate::store::{RECORD_MAX, SEALED_ROOM, Store, UNSEALED_ROOM};

/// Room for a record, and for a secret that was sealed in it.
pub(super) struct Room {
    record: Wiped<RECORD_MAX>,
    secret: Wiped<UNSEALED_ROOM>,
}

impl Room {
    pub(super) const fn new() -> Room {
        Room {
            record: Wiped::new(),
            secret: Wiped::new(),
        }
    }
}

/// A credential away from its record, whose room is needed for another.
pub(super) struct Kept {
    client_id: Wiped<{ ClientId::MAX }>,
    secret: Wiped<{ DeviceToken::MAX }>,
}

impl Kept {
    pub(super) const fn new() -> Kept {
        Kept {
            client_id: Wiped::new(),
            secret: Wiped::new(),
        }
    }

    pub(super) fn keep(&mut self, credential: &Credential<'_>) -> Result<Credential<'_>> {
        Ok(match credential {
            Credential::DeviceSecret(secret) => {
                Credential::DeviceSecret(Secret::new(copy(secret.as_bytes(), &mut self.secret.0))?)
            }
            Credential::DeviceToken { client_id, token } => Credential::DeviceToken {
                client_id: ClientId::new(copy(client_id.as_bytes(), &mut self.client_id.0))?,
                token: DeviceToken::new(copy(token.as_bytes(), &mut self.secret.0))?,
            },
        })
    }
}

#[inline(never)]
fn copy<'c>(from: &[u8], to: &'c mut [u8]) -> &'c [u8] {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
    to.get(..from.len()).unwrap_or_default()
}

type UseIt<'u, D> = &'u mut dyn FnMut(&mut D, Head, Credential<'_>) -> Result<()>;

impl<S: Store, Q: Quiet> Device<S, Q> {
    /// What the record says, its secret left where it is.
    #[inline(never)]
    pub(super) fn load_head(&mut self) -> Result<Head> {
        let mut record = Wiped::new();
        self.load_stored(&mut record).map(|stored| stored.head)
    }

    /// Lends `use_it` what is stored.
    #[inline(never)]
    pub(super) fn with_stored(&mut self, use_it: UseIt<'_, Self>) -> Result<()> {
        let mut room = Room::new();
        let (head, credential) = self.load_record(&mut room)?;
        use_it(self, head, credential)
    }

    pub(super) fn load_record<'r>(&mut self, room: &'r mut Room) -> Result<(Head, Credential<'r>)> {
        let stored = self.load_stored(&mut room.record)?;
        let credential = stored.credential(&mut room.secret.0, |context, sealed, secret| {
            let unsealed = self.store.unseal(context, sealed, secret);
            self.note_system_error(unsealed)
        })?;
        Ok((stored.head, credential))
    }

    pub(super) fn load_stored<'r>(
        &mut self,
        scratch: &'r mut Wiped<RECORD_MAX>,
    ) -> Result<Stored<'r>> {
        let loaded = self.store.load(&self.name, &mut scratch.0);
        let length = self.note_system_error(loaded)?.ok_or(Error::STORE_ABSENT)?;
        let bytes = scratch.0.get(..length).ok_or(Error::STORE_DAMAGED)?;
        let owner = Owner::new(&self.identity, self.endpoint.instance_id());
        Stored::decode(bytes, &owner)
    }

    /// Saves and reads back: only then is a secret stored.
    pub(super) fn save(&mut self, record: &Record<'_>) -> Result<()> {
        self.save_in(&mut Room::new(), record)
    }

    /// Like `save`, in a room that is there already. Nothing of the record may lie in it.
    pub(super) fn save_in(&mut self, room: &mut Room, record: &Record<'_>) -> Result<()> {
        self.save_unchecked(record, &mut room.record)?;
        wipe(&mut room.record.0);
        self.read_back(room, record)
    }

    #[inline(never)]
    fn read_back(&mut self, room: &mut Room, record: &Record<'_>) -> Result<()> {
        let (head, credential) = match self.load_record(room) {
            Err(Error::STORE_ABSENT) => return Err(Error::STORE_READ_BACK),
            other => other?,
        };
        if head != record.head || !credential.is(&record.credential) {
            return Err(Error::STORE_READ_BACK);
        }
        Ok(())
    }

    #[inline(never)]
    fn save_unchecked(
        &mut self,
        record: &Record<'_>,
        scratch: &mut Wiped<RECORD_MAX>,
    ) -> Result<()> {
        let mut sealed = [0; SEALED_ROOM];
        let length = record.encode(
            &Owner::new(&self.identity, self.endpoint.instance_id()),
            &mut sealed,
            |context, secret, sealed| {
                let sealed = self.store.seal(context, secret, sealed);
                self.detail.system_error = match sealed {
                    Ok(_) => 0,
                    Err(_) => self.store.system_error(),
                };
                sealed
            },
            &mut scratch.0,
        )?;
        let bytes = scratch.0.get(..length).unwrap_or_default();
        let saved = self.store.save(&self.name, bytes);
        self.note_system_error(saved)
    }

    /// Runs `work` with the record locked against other processes.
    pub(super) fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let was_locked = self.is_locked;
        self.lock()?;
        let result = work(self);
        if !was_locked {
            self.unlock();
        }
        result
    }

    /// Seals something and opens it: a key that cannot be had is found out before the platform is
    /// asked for a secret.
    pub(super) fn try_seal(&mut self) -> Result<()> {
        // No record's: their version is not 0.
        const CONTEXT: [u8; 16] = [0; 16];
        const PROBE: [u8; 1] = [0];
        if !cfg!(feature = "sealing") {
            return Ok(());
        }
        let mut sealed = [0; SEALED_ROOM];
        let mut opened = [0; UNSEALED_ROOM];
        let made = self.store.seal(&CONTEXT, &PROBE, &mut sealed);
        let Some(length) = self.note_system_error(made)? else {
            return Ok(());
        };
        let sealed = sealed.get(..length).ok_or(Error::STORE_UNSEAL)?;
        let length = self.store.unseal(&CONTEXT, sealed, &mut opened);
        let length = self.note_system_error(length)?;
        if !opened
            .get(..length)
            .is_some_and(|opened| equal(opened, &PROBE))
        {
            return Err(Error::STORE_UNSEAL);
        }
        Ok(())
    }

    pub(super) fn lock(&mut self) -> Result<()> {
        if self.is_locked {
            return Ok(());
        }
        let locked = self.store.lock(&self.name);
        self.note_system_error(locked)?;
        self.is_locked = true;
        Ok(())
    }

    pub(super) fn unlock(&mut self) {
        if self.is_locked {
            self.store.unlock(&self.name);
            self.is_locked = false;
        }
    }

    pub(super) fn note_system_error<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.detail.system_error = self.store.system_error();
        }
        result
    }
}
