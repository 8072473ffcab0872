//! What the platform counts, in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

const COUNTERS: [(&str, &str); 5] = [
    ("connects", "Connections that sent a CONNECT, by protocol."),
    ("sign_ins", "Sign-ins, by CONNACK code."),
    ("registrations", "Registrations, by way and code."),
    (
        "publishes",
        "Messages from devices, by what became of them.",
    ),
    ("faults", "Faults that were played, by kind."),
];

/// All counters. Labels are words of ours, never a stranger's text.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Arc<Mutex<BTreeMap<(&'static str, String), u64>>>);

impl Metrics {
    /// Counts one. `labels` is as Prometheus writes it: `name="value"`.
    pub(crate) fn count(&self, counter: &'static str, labels: String) {
        debug_assert!(COUNTERS.iter().any(|(name, _)| *name == counter));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((counter, labels)).or_default() += 1;
    }

    /// The text, with the number of open sessions.
    pub(crate) fn text(&self, sessions: usize) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = format!(
            "# HELP linkauth_platform_sessions Devices that are signed in.\n\
             # TYPE linkauth_platform_sessions gauge\nlinkauth_platform_sessions {sessions}\n"
        );
        for (name, help) in COUNTERS {
            let full = format!("linkauth_platform_{name}_total");
            let _ = write!(text, "# HELP {full} {help}\n# TYPE {full} counter\n");
            for ((_, labels), count) in counts.iter().filter(|((counter, _), _)| *counter == name) {
                let _ = writeln!(text, "{full}{{{labels}}} {count}");
            }
        }
        text
    }
}
