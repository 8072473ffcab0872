//! Which states are the same.

use super::client::Record;
use super::world::{Carried, Issue, Message, Phase, State, World};
use linkauth::status::Error;

impl World {
    /// Two states with the same key have the same future: secrets that no longer count are alike,
    /// and so are two clients of the same form, and counters that nothing asks about.
    pub(crate) fn key(&self, state: &State) -> u128 {
        let mut parts = [0, 1].map(|who| self.client_key(state, who));
        if self.rules.forms[0] == self.rules.forms[1] {
            parts.sort_unstable();
        }
        let mut key = Packed(0, 0);
        key.put(u128::from(state.is_active), 1);
        key.put(u128::from(state.issued > 0), 1);
        key.put(u128::from(state.faults), 3);
        if self.rules.issue == Issue::Once {
            key.put(state.gone.map_or(0, |gone| gone as u128 + 1), 4);
        }
        for part in parts {
            key.put(part.0, 56);
        }
        key.0
    }

    fn client_key(&self, state: &State, who: usize) -> Packed {
        let client = &state.clients[who];
        let node = self.clients.node(client.node);
        let counts = |id: Option<u8>| u128::from(id.is_some() && id == state.current());
        let name = |alias: u8| client.names[usize::from(alias)];
        let mut key = Packed(0, 0);
        let (kind, registrations) = match node.record {
            Record::Absent => (0, 0),
            Record::Damaged => (1, 0),
            Record::Issued {
                alias,
                registrations,
            } => (2 + counts(name(alias)), registrations),
            Record::Activated {
                alias,
                registrations,
            } => (4 + counts(name(alias)), registrations),
        };
        key.put(kind, 3);
        key.put(u128::from(registrations), 3);
        key.put(u128::from(node.shown != node.record), 1);
        for status in [
            node.probe.sign_in,
            node.probe.begin,
            node.probe.begin_once_refused,
        ] {
            key.put(short(status), 4);
        }
        let (phase, status) = match client.phase {
            Phase::SigningIn => (0, 0),
            Phase::Registering => (1, 0),
            Phase::Waiting => (2, 0),
            Phase::Online => (3, 0),
            Phase::Off => (4, 0),
            Phase::Stopped(status) => (5, short(status)),
        };
        key.put(phase, 3);
        key.put(status, 4);
        key.put(u128::from(client.is_damaged), 1);
        key.put(u128::from(client.was_activated), 1);
        let is_newest = |attempt: u8| u128::from(attempt + 1 == node.attempts);
        let mut codes: Vec<u128> = client
            .messages
            .iter()
            .map(|message| match *message {
                Message::Request { attempt: None } => 1,
                Message::Request {
                    attempt: Some(attempt),
                } => 2 + is_newest(attempt),
                Message::Reply { attempt, carried } => match carried {
                    Carried::Refusal => 4 + is_newest(attempt),
                    Carried::Secret(id) => 6 + 2 * counts(Some(id)) + is_newest(attempt),
                },
                Message::Connect { secret, is_live } => {
                    10 + 2 * counts(Some(secret)) + u128::from(is_live)
                }
                Message::Connack(code) => 14 + u128::from(code == 0),
            })
            .collect();
        codes.sort_unstable();
        for code in codes {
            key.put(code, 4);
        }
        key
    }
}

/// The statuses that a client can meet, as small numbers.
fn short(status: i32) -> u128 {
    const MET: [i32; 12] = [
        0,
        Error::STORE_ABSENT.number(),
        Error::STORE_DAMAGED.number(),
        Error::STORE_IO.number(),
        Error::STORE_READ_BACK.number(),
        Error::ALREADY_REGISTERED.number(),
        Error::REFUSED_AFTER_ACTIVATION.number(),
        Error::REGISTRATIONS_EXHAUSTED.number(),
        Error::PLATFORM_ALREADY_ACTIVE.number(),
        Error::REGISTER_CONNACK_REFUSED.number(),
        Error::TRANSPORT_TIMED_OUT.number(),
        Error::CONNACK_CREDENTIALS.number(),
    ];
    let place = MET.iter().position(|met| *met == status);
    place.unwrap_or_else(|| panic!("status {status} is not foreseen")) as u128
}

/// Bits in a row.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Packed(u128, u32);

impl Packed {
    fn put(&mut self, value: u128, bits: u32) {
        assert!(value < 1 << bits && self.1 + bits <= 128);
        self.0 |= value << self.1;
        self.1 += bits;
    }
}
