//! A moment that several waits share.

use std::time::{Duration, Instant};

/// The moment at which a call must be over.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after_ms(milliseconds: u32) -> Deadline {
        Deadline(Instant::now() + Duration::from_millis(u64::from(milliseconds)))
    }

    /// What is left, never zero: the system takes a zero time-out for none at all.
    pub(crate) fn left(self) -> Option<Duration> {
        self.0
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
    }

    /// An even share of what is left, for one of `parts` attempts.
    pub(crate) fn share(self, parts: usize) -> Option<Duration> {
        let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
        self.left()
            .map(|left| (left / parts).max(Duration::from_millis(1)))
    }
}
