//! Who is signed in. One session per device: the newer wins.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::rules::{DeviceKey, Session};

/// Resolves when the session must end.
pub(crate) type End = oneshot::Receiver<()>;

struct Entry {
    number: u64,
    session: Session,
    /// Dropping it resolves the [`End`] of the session.
    end: Option<oneshot::Sender<()>>,
}

#[derive(Default)]
struct Open {
    next: u64,
    entries: HashMap<DeviceKey, Entry>,
}

/// All open sessions. The MQTT clientId plays no part: it differs between SDKs and connections.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<Open>>);

impl Sessions {
    /// Opens a session and ends an older one of the same device. Also says whether there was one.
    pub(crate) fn open(&self, session: Session) -> (u64, End, bool) {
        let (sender, end) = oneshot::channel();
        let mut open = self.locked();
        open.next += 1;
        let number = open.next;
        let entry = Entry {
            number,
            session: session.clone(),
            end: Some(sender),
        };
        let older = open.entries.insert(session.key, entry);
        (number, end, older.is_some())
    }

    /// Closes a session. False if a newer one took its place.
    pub(crate) fn close(&self, key: &DeviceKey, number: u64) -> bool {
        let mut open = self.locked();
        if open.entries.get(key).is_none_or(|e| e.number != number) {
            return false;
        }
        open.entries.remove(key).is_some()
    }

    /// Ends every session that `ends` picks. Its connection then closes it, as if the device had left.
    pub(crate) fn end_where(&self, ends: impl Fn(&Session) -> bool) {
        let mut open = self.locked();
        let going_on = open.entries.values_mut().filter(|e| e.end.is_some());
        for entry in going_on {
            if ends(&entry.session) {
                entry.end = None;
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
