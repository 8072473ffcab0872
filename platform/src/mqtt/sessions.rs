//! Who is signed in. One session per device: the newer wins.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use ntex_mqtt::QoS;

use crate::rules::{DeviceKey, Session, filter_matches};

/// A message from the owner to a device.
pub(crate) struct Message {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: QoS,
}

/// What a session is told. Its end is the end of the session.
pub(crate) type Inbox = UnboundedReceiver<Arc<Message>>;

struct Entry {
    session: Session,
    subscriptions: Vec<(String, QoS)>,
    /// Dropping it ends the session.
    inbox: Option<UnboundedSender<Arc<Message>>>,
}

/// What became of a message to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Sent,
    NotSubscribed,
    NotSignedIn,
}

/// All open sessions. The MQTT clientId plays no part: it differs between SDKs and connections.
#[derive(Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<DeviceKey, Entry>>>);

impl Sessions {
    /// Opens a session and ends an older one of the same device. Also says whether there were two. Two sign-ins of a
    /// device may arrive here in the other order than they were accepted in: then this one is the older, and ends.
    pub(crate) fn open(&self, session: Session) -> (Inbox, bool) {
        let (sender, inbox) = unbounded();
        let mut open = self.locked();
        let known = open.get(&session.key).map(|entry| &entry.session);
        if known.is_some_and(|known| known.life == session.life && known.number > session.number) {
            return (inbox, true);
        }
        let entry = Entry {
            session: session.clone(),
            subscriptions: Vec::new(),
            inbox: Some(sender),
        };
        let older = open.insert(session.key, entry);
        (inbox, older.is_some())
    }

    /// Closes a session. False if a newer one took its place.
    pub(crate) fn close(&self, session: &Session) -> bool {
        let mut open = self.locked();
        if open
            .get(&session.key)
            .is_none_or(|entry| entry.session != *session)
        {
            return false;
        }
        open.remove(&session.key).is_some()
    }

    /// Ends every session that `ends` picks. Its connection then closes it, as if the device had left.
    pub(crate) fn end_where(&self, ends: impl Fn(&Session) -> bool) {
        let sessions: Vec<Session> = {
            let open = self.locked();
            let going_on = open.values().filter(|entry| entry.inbox.is_some());
            going_on.map(|entry| entry.session.clone()).collect()
        };
        // Asked without the lock: the answer may take a disk.
        for session in sessions.iter().filter(|session| ends(session)) {
            if let Some(entry) = self.locked().get_mut(&session.key) {
                entry.inbox = entry.inbox.take().filter(|_| entry.session != *session);
            }
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.locked().len()
    }

    /// Adds a subscription, in place of one with the same filter.
    pub(crate) fn subscribe(&self, session: &Session, filter: &str, qos: QoS) {
        self.with_subscriptions(session, |subscriptions| {
            subscriptions.retain(|(known, _)| known != filter);
            subscriptions.push((filter.to_owned(), qos));
        });
    }

    /// Takes a subscription away.
    pub(crate) fn unsubscribe(&self, session: &Session, filter: &str) {
        self.with_subscriptions(session, |subscriptions| {
            subscriptions.retain(|(known, _)| known != filter);
        });
    }

    /// The QoS that the session gets messages of this topic with; none if it subscribed to no such topic.
    pub(crate) fn granted(&self, session: &Session, topic: &str) -> Option<QoS> {
        let open = self.locked();
        let entry = open.get(&session.key);
        let entry = entry.filter(|entry| entry.session == *session)?;
        granted(entry, topic)
    }

    /// Hands a message to a device.
    pub(crate) fn deliver(&self, key: &DeviceKey, mut message: Message) -> Delivery {
        let open = self.locked();
        let Some((entry, inbox)) = open.get(key).and_then(|e| Some((e, e.inbox.as_ref()?))) else {
            return Delivery::NotSignedIn;
        };
        let Some(granted) = granted(entry, &message.topic) else {
            return Delivery::NotSubscribed;
        };
        message.qos = message.qos.min(granted);
        match inbox.unbounded_send(Arc::new(message)) {
            Ok(()) => Delivery::Sent,
            Err(_) => Delivery::NotSignedIn,
        }
    }

    fn with_subscriptions(&self, session: &Session, change: impl FnOnce(&mut Vec<(String, QoS)>)) {
        let mut open = self.locked();
        let entry = open.get_mut(&session.key);
        if let Some(entry) = entry.filter(|entry| entry.session == *session) {
            change(&mut entry.subscriptions);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<DeviceKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn granted(entry: &Entry, topic: &str) -> Option<QoS> {
    let fitting = entry
        .subscriptions
        .iter()
        .filter(|(filter, _)| filter_matches(filter, topic));
    fitting.map(|(_, qos)| *qos).max()
}
