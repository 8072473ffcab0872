//! In place of `mqtt` in a build without registration over MQTT: a reply that cannot be.

use super::Request;
use crate::status::{Error, Result};
use crate::text::Sink;

pub(super) const PORT: u16 = 0;

pub(super) fn is_answer(_: &[u8]) -> bool {
    false
}

pub(super) fn put_connect(_: &Request<'_>, _: &mut impl Sink) -> Result<()> {
    Err(Error::ARGUMENT_RANGE)
}

pub(super) fn fields(_: &[u8]) -> Option<[&[u8]; 3]> {
    None
}

/// No value of it exists.
pub(super) enum Reply {}

impl Reply {
    pub(super) fn is_done(&self) -> bool {
        match *self {}
    }

    pub(super) fn is_connected(&self) -> bool {
        match *self {}
    }

    pub(super) fn code(&self) -> u8 {
        match *self {}
    }

    pub(super) fn connack(&mut self, _: u8) -> Result<()> {
        match *self {}
    }

    pub(super) fn feed(&mut self, _: u8) -> Result<bool> {
        match *self {}
    }
}
