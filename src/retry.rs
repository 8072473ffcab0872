//! When to try again: after a failure that time may mend, later each time, and not all devices of
//! a fleet at once.

use crate::status::Error;

/// The platform takes five connects a minute of one device (its page on limits).
const FIRST_MS: u32 = 4_000;
const LONGEST_MS: u32 = 600_000;

/// Counts the failures in a row of one device.
pub(crate) struct Retry {
    failures: u8,
    /// Drawn anew for each registration; at first from the device's name.
    jitter: u32,
}

impl Retry {
    pub(crate) const NEVER_FAILED: Retry = Retry {
        failures: 0,
        jitter: 0,
    };

    pub(crate) fn draw(&mut self, jitter: u32) {
        self.jitter = jitter;
    }

    pub(crate) fn success(&mut self) {
        self.failures = 0;
    }

    /// Milliseconds to wait before the next attempt, or 0 if another one would fail as well.
    pub(crate) fn failure(&mut self, error: Error) -> u32 {
        if !is_transient(error) {
            return 0;
        }
        let doublings = u32::from(self.failures.min(8));
        self.failures = self.failures.saturating_add(1);
        let longest = (FIRST_MS << doublings).min(LONGEST_MS);
        let half = longest / 2;
        // Half of it is certain, the other half is the jitter's.
        half.saturating_add(self.jitter.checked_rem(half).unwrap_or(0))
    }
}

/// Whether the same attempt may succeed later.
fn is_transient(error: Error) -> bool {
    matches!(
        error,
        Error::PLATFORM_INTERNAL
            | Error::CONNACK_UNAVAILABLE
            | Error::REGISTER_CONNACK_UNAVAILABLE
            | Error::REFUSED_BEFORE_ACTIVATION
            | Error::REPLY_CUT_SHORT
            | Error::REPLY_HTTP_STATUS
            | Error::TRANSPORT_HOST_NOT_FOUND
            | Error::TRANSPORT_REFUSED
            | Error::TRANSPORT_TIMED_OUT
            | Error::TRANSPORT_CLOSED
            | Error::TRANSPORT_IO
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(jitter: u32) -> Retry {
        let mut retry = Retry::NEVER_FAILED;
        retry.draw(jitter);
        retry
    }

    #[test]
    fn waits_grow_to_a_limit_and_start_anew_after_a_success() {
        for jitter in [0, 1, 12_345, u32::MAX] {
            let mut retry = drawn(jitter);
            let mut longest = FIRST_MS;
            for _ in 0..20 {
                let wait = retry.failure(Error::TRANSPORT_TIMED_OUT);
                assert!(
                    wait >= longest / 2 && wait <= longest,
                    "{wait} of {longest}"
                );
                longest = (longest * 2).min(LONGEST_MS);
            }
            retry.success();
            assert!(retry.failure(Error::TRANSPORT_CLOSED) <= FIRST_MS);
        }
    }

    #[test]
    fn jitter_spreads_the_waits() {
        let waits: std::collections::BTreeSet<u32> = (0..100u32)
            .map(|n| drawn(n.wrapping_mul(0x9e37_79b9)).failure(Error::TRANSPORT_CLOSED))
            .collect();
        assert!(waits.len() > 80);
    }

    #[test]
    fn what_time_does_not_mend_is_not_retried() {
        let mut retry = drawn(1);
        for error in [
            Error::PLATFORM_ALREADY_ACTIVE,
            Error::PLATFORM_SIGNATURE,
            Error::TRANSPORT_CERTIFICATE,
            Error::CONNACK_CREDENTIALS,
            Error::STORE_FULL,
        ] {
            assert_eq!(retry.failure(error), 0);
        }
    }
}
