//! Faults that the platform plays when it is told to, so that devices can be tested against them.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// `delay:MS`: the answer comes late.
    Delay(Duration),
    /// `cut:N`: the connection ends after N bytes of the answer: of CONNACK and message, or of an HTTP body.
    Cut(usize),
    /// `trickle:MS`: the answer comes byte by byte, with so much time between them.
    Trickle(Duration),
    /// `missing:NAME`: what is handed out lacks this member.
    Missing(String),
    /// `wrong:NAME=VALUE`: what is handed out has this value in this member.
    Wrong(String, String),
    /// `chunked`: an HTTP reply in chunks, which devices in the field cannot read.
    Chunked,
    /// `http-status:N`: the HTTP reply has this status.
    HttpStatus(u16),
    /// `connack:N`: every CONNECT is answered by this code, and nothing changes.
    Connack(u8),
    /// `push-lost`: after the CONNACK of a registration nothing comes.
    PushLost,
    /// `push-twice`: the message of a registration comes twice.
    PushTwice,
    /// `push-first`: the message of a registration comes before its CONNACK, in one piece with it.
    PushFirst,
    /// `certificate:expired`: the server certificate ran out yesterday. Never for one device alone.
    CertificateExpired,
    /// `certificate:wrong-host`: the server certificate names another host. Never for one device alone.
    CertificateWrongHost,
}

impl FaultKind {
    /// The word before the colon.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::Cut(_) => "cut",
            Self::Trickle(_) => "trickle",
            Self::Missing(_) => "missing",
            Self::Wrong(..) => "wrong",
            Self::Chunked => "chunked",
            Self::HttpStatus(_) => "http-status",
            Self::Connack(_) => "connack",
            Self::PushLost => "push-lost",
            Self::PushTwice => "push-twice",
            Self::PushFirst => "push-first",
            Self::CertificateExpired | Self::CertificateWrongHost => "certificate",
        }
    }

    fn is_certificate(&self) -> bool {
        matches!(self, Self::CertificateExpired | Self::CertificateWrongHost)
    }

    fn concerns(&self, way: Way) -> bool {
        match self {
            Self::Delay(_) | Self::Cut(_) | Self::Trickle(_) => true,
            Self::Missing(_) | Self::Wrong(..) => way != Way::SignIn,
            Self::Chunked | Self::HttpStatus(_) => way == Way::Http,
            Self::Connack(_) => way != Way::Http,
            Self::PushLost | Self::PushTwice | Self::PushFirst => way == Way::MqttRegistration,
            Self::CertificateExpired | Self::CertificateWrongHost => way == Way::Handshake,
        }
    }
}

/// A text is no fault. It says what it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFault(String);

impl fmt::Display for NoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no fault; there are delay:MS, cut:BYTES, trickle:MS, missing:NAME, wrong:NAME=VALUE, chunked, \
             http-status:N, connack:N, push-lost, push-twice, push-first, certificate:expired, certificate:wrong-host",
            self.0
        )
    }
}

impl std::error::Error for NoFault {}

impl FromStr for FaultKind {
    type Err = NoFault;

    fn from_str(text: &str) -> Result<Self, NoFault> {
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        let no_fault = || NoFault(text.to_owned());
        let milliseconds = || rest.parse().map(Duration::from_millis).ok();
        let found = match (word, rest) {
            ("delay", _) => milliseconds().map(Self::Delay),
            ("trickle", _) => milliseconds().map(Self::Trickle),
            ("cut", _) => rest.parse().map(Self::Cut).ok(),
            ("http-status", _) => rest
                .parse()
                .ok()
                .filter(|status| (200..=599).contains(status))
                .map(Self::HttpStatus),
            ("connack", _) => rest.parse().map(Self::Connack).ok(),
            ("missing", name) if !name.is_empty() => Some(Self::Missing(name.to_owned())),
            ("wrong", pair) => pair
                .split_once('=')
                .map(|(name, value)| Self::Wrong(name.to_owned(), value.to_owned())),
            ("chunked", "") => Some(Self::Chunked),
            ("push-lost", "") => Some(Self::PushLost),
            ("push-twice", "") => Some(Self::PushTwice),
            ("push-first", "") => Some(Self::PushFirst),
            ("certificate", "expired") => Some(Self::CertificateExpired),
            ("certificate", "wrong-host") => Some(Self::CertificateWrongHost),
            _ => None,
        };
        found.ok_or_else(no_fault)
    }
}

/// Where an answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Handshake,
    Http,
    SignIn,
    MqttRegistration,
}

struct Entry {
    text: String,
    kind: FaultKind,
    device: Option<String>,
    left: Option<u32>,
}

/// All faults that are on.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Entry>>>);

impl Faults {
    /// Turns a fault on: for the devices of one name or for all, and for ever or for so many times.
    pub fn add(
        &self,
        fault: &str,
        device: Option<&str>,
        times: Option<u32>,
    ) -> Result<(), NoFault> {
        let kind: FaultKind = fault.parse()?;
        if kind.is_certificate() && device.is_some() {
            return Err(NoFault(format!("{fault} for one device")));
        }
        self.entries().push(Entry {
            text: fault.to_owned(),
            kind,
            device: device.map(str::to_owned),
            left: times,
        });
        Ok(())
    }

    /// Turns all faults off.
    pub fn clear(&self) {
        self.entries().clear();
    }

    /// The faults that are on: what, for whom, how many times more.
    pub fn list(&self) -> Vec<(String, Option<String>, Option<u32>)> {
        let entries = self.entries();
        let shown = entries
            .iter()
            .map(|e| (e.text.clone(), e.device.clone(), e.left));
        shown.collect()
    }

    /// What goes wrong with an answer on this way. It counts as played.
    pub(crate) fn play(&self, device: &str, way: Way) -> Vec<FaultKind> {
        let mut entries = self.entries();
        let mut played = Vec::new();
        for entry in entries.iter_mut() {
            let named = entry.device.as_deref().is_none_or(|name| name == device);
            if !named || !entry.kind.concerns(way) {
                continue;
            }
            entry.left = entry.left.map(|left| left - 1);
            played.push(entry.kind.clone());
        }
        entries.retain(|entry| entry.left != Some(0));
        played
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the bytes of an answer leave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    pub(crate) cut: Option<usize>,
    pub(crate) trickle: Option<Duration>,
}

impl Pace {
    pub(crate) fn of(faults: &[FaultKind]) -> Self {
        let mut pace = Self::default();
        for fault in faults {
            match fault {
                FaultKind::Cut(bytes) => pace.cut = Some(*bytes),
                FaultKind::Trickle(step) => pace.trickle = Some(*step),
                _ => {}
            }
        }
        pace
    }

    pub(crate) fn is_normal(&self) -> bool {
        self.cut.is_none() && self.trickle.is_none()
    }
}

/// How late an answer comes.
pub(crate) fn delay(faults: &[FaultKind]) -> Option<Duration> {
    faults.iter().find_map(|fault| match fault {
        FaultKind::Delay(time) => Some(*time),
        _ => None,
    })
}

/// A flat JSON object with the members that faults took away or replaced.
pub(crate) fn spoil(
    members: &mut serde_json::Map<String, serde_json::Value>,
    faults: &[FaultKind],
) {
    for fault in faults {
        match fault {
            FaultKind::Missing(name) => drop(members.shift_remove(name)),
            FaultKind::Wrong(name, value) => {
                members.insert(name.clone(), value.clone().into());
            }
            _ => {}
        }
    }
}
