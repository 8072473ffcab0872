//! One line per event. Lines hold names, codes and reasons, never a secret.

use std::fmt::Display;
use std::sync::Arc;

/// Where the lines go.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// Lines go to `sink`.
    pub fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }

    /// Lines go to stderr.
    pub fn stderr() -> Self {
        Self::new(|line| eprintln!("{line}"))
    }

    /// Lines go nowhere.
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    pub(crate) fn line(&self, line: impl Display) {
        (self.0)(&line.to_string());
    }
}
