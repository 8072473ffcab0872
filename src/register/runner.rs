//! The blocking runner: a loop around the machine, and nothing more.

use super::{Form, Registration, Step};
use crate::scrub::{Quiet, depth, scrubbed};
use crate::secret::Wiped;
use crate::status::{Error, Result};
use crate::transport::Pipe;

/// Bytes asked of the pipe at a time.
const PIECE: usize = 128;

/// The platform closes the connection of a registration 15 s after its CONNACK.
const LONGEST_MQTT_MS: u32 = 14_000;

/// Sends the request, receives the reply, closes. The machine then stands at `Finish`.
pub(crate) fn run(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    timeout_ms: u32,
    quiet: impl Quiet,
) -> Result<()> {
    if pipe.is_plain() {
        return Err(Error::TRANSPORT_PLAIN);
    }
    let deadline = Deadline::new(registration.form(), pipe, timeout_ms)?;
    let left = deadline.left(pipe)?;
    pipe.open(registration.host(), registration.port(), left)?;
    let result = exchange(registration, pipe, &deadline, quiet);
    pipe.close();
    result
}

fn exchange(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    deadline: &Deadline,
    quiet: impl Quiet,
) -> Result<()> {
    loop {
        // A reply that is complete counts, however late it is.
        match registration.next_step()? {
            Step::Send(bytes) => {
                let length = bytes.len();
                let left = deadline.left(pipe)?;
                let sent = pipe.write(bytes, left)?;
                if sent == 0 || sent > length {
                    return Err(Error::TRANSPORT_MISUSE);
                }
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

fn receive(
    registration: &mut Registration,
    pipe: &mut impl Pipe,
    left: u32,
    quiet: impl Quiet,
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

/// With a clock, the end of the whole; without, the limit of each wait.
enum Deadline {
    At { end: u64 },
    Each { timeout_ms: u32 },
}

impl Deadline {
    /// Over MQTT the platform may send what it likes until it closes, so the end of the whole is
    /// needed, and it lies before that.
    fn new(form: Form, pipe: &mut impl Pipe, timeout_ms: u32) -> Result<Deadline> {
        let is_mqtt = form != Form::Https;
        let timeout_ms = if is_mqtt {
            timeout_ms.min(LONGEST_MQTT_MS)
        } else {
            timeout_ms
        };
        match pipe.now_ms() {
            Some(now) => Ok(Deadline::At {
                end: now.saturating_add(u64::from(timeout_ms)),
            }),
            None if is_mqtt => Err(Error::CALLBACK_MISSING),
            None => Ok(Deadline::Each { timeout_ms }),
        }
    }

    /// Milliseconds left, at least 1.
    fn left(&self, pipe: &mut impl Pipe) -> Result<u32> {
        match self {
            Deadline::Each { timeout_ms } => Ok(*timeout_ms),
            Deadline::At { end } => {
                let left = end.saturating_sub(pipe.now_ms().unwrap_or(0));
                if left == 0 {
                    return Err(Error::TRANSPORT_TIMED_OUT);
                }
                Ok(u32::try_from(left).unwrap_or(u32::MAX))
            }
        }
    }
}
