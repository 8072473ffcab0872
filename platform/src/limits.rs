//! How often devices may connect, as the vendor's list of limits has it, off unless asked for; and how many can.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::rules::DeviceKey;

const MINUTE: Duration = Duration::from_secs(60);

/// Limits on CONNECTs; none means no limit. The vendor's page names 500 a second and 5 a minute for each device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Of all devices, in a second.
    pub per_second: Option<u32>,
    /// Of one device, in a minute.
    pub per_device_minute: Option<u32>,
}

/// A count that starts anew when its time is over.
struct Window {
    since: Instant,
    count: u32,
}

impl Window {
    fn admits(&mut self, limit: u32, length: Duration, now: Instant) -> bool {
        if now.duration_since(self.since) >= length {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count = self.count.saturating_add(1);
        self.count <= limit
    }
}

#[derive(Default)]
struct Counts {
    all: Option<Window>,
    devices: HashMap<DeviceKey, Window>,
}

/// Counts CONNECTs.
#[derive(Clone, Default)]
pub(crate) struct Limiter {
    limits: RateLimits,
    counts: Arc<Mutex<Counts>>,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Whether one more CONNECT is within the limits at `now`.
    pub(crate) fn admits(&self, key: Option<&DeviceKey>, now: Instant) -> bool {
        let fresh = || Window {
            since: now,
            count: 0,
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.limits.per_second.is_none_or(|limit| {
            let window = counts.all.get_or_insert_with(fresh);
            window.admits(limit, Duration::from_secs(1), now)
        });
        let one = match (self.limits.per_device_minute, key) {
            (Some(limit), Some(key)) => counts
                .devices
                .entry(key.clone())
                .or_insert_with(fresh)
                .admits(limit, MINUTE, now),
            _ => true,
        };
        all && one
    }
}

/// How many files, and so connections, this process may have open after [`raise_file_limit`].
pub(crate) fn file_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    limit.maximum.unwrap_or(u64::MAX)
}

/// Each connection is a file, and shells start programs with a limit of 1024. Where it cannot be raised the system says
/// so when they run out.
pub(crate) fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_counts_for_itself_and_ends_with_its_time() {
        let limiter = Limiter::new(RateLimits {
            per_second: Some(3),
            per_device_minute: Some(2),
        });
        let device = |name| DeviceKey::new("a1B2c3D4e5F", name);
        let (one, two) = (device("device-0001"), device("device-0002"));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(limiter.admits(one.as_ref(), start));
        assert!(limiter.admits(one.as_ref(), start));
        assert!(
            !limiter.admits(one.as_ref(), start),
            "its third in a minute"
        );
        assert!(
            !limiter.admits(two.as_ref(), start),
            "the fourth in a second"
        );
        assert!(limiter.admits(two.as_ref(), at(1)));
        assert!(!limiter.admits(one.as_ref(), at(59)));
        assert!(limiter.admits(one.as_ref(), at(60)));
        assert!(Limiter::default().admits(one.as_ref(), start), "no limit");
    }
}
