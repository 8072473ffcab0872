//! One line per event. Lines hold names, codes and reasons, never a secret.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the lines go.
#[derive(Clone)]
pub struct Log {
    sink: Arc<dyn Fn(&str) + Send + Sync>,
    json: bool,
}

impl Log {
    /// Lines go to `sink`.
    pub fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            sink: Arc::new(sink),
            json: false,
        }
    }

    /// Lines go to stderr.
    pub fn stderr() -> Self {
        // One write: a line is not torn, and costs one system call.
        Self::new(|line| {
            let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
        })
    }

    /// Lines go nowhere.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    /// Each line is a JSON object with `time` (milliseconds since 1970), `event`, `device` and `outcome`.
    pub fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Something happened to a device, or to none (`-`).
    pub(crate) fn event(&self, event: &str, device: impl Display, outcome: impl Display) {
        if !self.json {
            return (self.sink)(&format!("{event} {device} {outcome}"));
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let line = serde_json::json!({
            "time": since.unwrap_or_default().as_millis() as u64,
            "event": event,
            "device": device.to_string(),
            "outcome": outcome.to_string(),
        });
        (self.sink)(&line.to_string());
    }
}
