//! The blocking runner: a loop around the machine, and nothing more.

use super::{Form, Registration, Step};
use crate::scrub::{Quiet, depth, scrubbed};
use crate::secret::Wiped;
use crate::status::{Error, Result};
use crate::transport::Pipe;

/// Bytes asked of the pipe at a time.
const PIECE: usize = 128;

/// The platform closes the connection of a registration 15 s after its CONNACK.
#[cfg(feature = "register-mqtt")]
const LONGEST_MQTT_MS: u32 = 14_000;

/// Sends the request, receives the reply, closes. The machine then stands at `Finish`.
pub(crate) fn run(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    timeout_ms: u32,
    quiet: &impl Quiet,
) -> Result<()> {
    if pipe.is_plain() {
        return Err(Error::TRANSPORT_PLAIN);
    }
    let deadline = match registration.form() {
        Form::Https => Deadline::new(pipe, timeout_ms),
        #[cfg(feature = "register-mqtt")]
        _ => Deadline::of_mqtt(pipe, timeout_ms)?,
    };
    let left = deadline.left(pipe)?;
    pipe.open(registration.host_name(), registration.port(), left)?;
    let result = exchange(registration, pipe, &deadline, quiet);
    pipe.close();
    result
}

fn exchange(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    deadline: &Deadline,
    quiet: &impl Quiet,
) -> Result<()> {
    loop {
        // A reply that is complete counts, however late it is.
        match registration.next_step()? {
            Step::Send(bytes) => {
                let sent = send(bytes, pipe, deadline)?;
                registration.sent(sent)?;
            }
            Step::Receive => {
                let left = deadline.left(pipe)?;
                receive(registration, pipe, left, quiet)?;
            }
            Step::Finish => return Ok(()),
        }
    }
}

/// Sends some of the bytes, at least one.
#[inline(always)]
pub(super) fn send(bytes: &[u8], pipe: &mut impl Pipe, deadline: &Deadline) -> Result<usize> {
    let left = deadline.left(pipe)?;
    let sent = pipe.write(bytes, left)?;
    if sent == 0 || sent > bytes.len() {
        return Err(Error::TRANSPORT_MISUSE);
    }
    Ok(sent)
}

fn receive(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    left: u32,
    quiet: &impl Quiet,
) -> Result<()> {
    let mut piece = Wiped::<PIECE>::new();
    match pipe.read(&mut piece.0, left)? {
        0 => registration.end(),
        length => {
            let bytes = piece.0.get(..length).ok_or(Error::TRANSPORT_MISUSE)?;
            scrubbed::<{ depth::REPLY }, _>(quiet, || registration.feed(bytes))
        }
    }
}

/// When to give up. 32 bits of a clock tell the 49 days that a time-out may have at most.
pub(crate) struct Deadline {
    /// What the clock said. None, without a clock: the time-out is that of each wait.
    began: Option<u32>,
    timeout_ms: u32,
}

impl Deadline {
    pub(super) fn new(pipe: &mut impl Pipe, timeout_ms: u32) -> Deadline {
        Deadline {
            began: now(pipe),
            timeout_ms,
        }
    }

    /// Over MQTT the platform may send what it likes until it closes, so the end of the whole is
    /// needed, and it lies before that.
    #[cfg(feature = "register-mqtt")]
    pub(super) fn of_mqtt(pipe: &mut impl Pipe, timeout_ms: u32) -> Result<Deadline> {
        let deadline = Deadline::new(pipe, timeout_ms.min(LONGEST_MQTT_MS));
        match deadline.began {
            Some(_) => Ok(deadline),
            None => Err(Error::CALLBACK_MISSING),
        }
    }

    /// Milliseconds left, at least 1.
    pub(super) fn left(&self, pipe: &mut impl Pipe) -> Result<u32> {
        let Some(began) = self.began else {
            return Ok(self.timeout_ms);
        };
        let passed = now(pipe).unwrap_or(began).wrapping_sub(began);
        match self.timeout_ms.saturating_sub(passed) {
            0 => Err(Error::TRANSPORT_TIMED_OUT),
            left => Ok(left),
        }
    }
}

fn now(pipe: &mut impl Pipe) -> Option<u32> {
    pipe.now_ms().map(|now| now as u32)
}
