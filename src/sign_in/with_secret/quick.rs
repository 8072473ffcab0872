//! In little time, for hosts.

use super::{Connect, check};
use crate::secret::Secret;
use crate::status::{Error, Result};

#[inline(always)]
pub(super) fn write(names: &[&[u8]; 2], secret: Secret<'_>, connect: &mut Connect) -> Result<()> {
    let Connect {
        client_id,
        username,
        password,
    } = connect;
    if linkauth_bulk::connect(names, secret.as_bytes(), client_id, username, password) {
        return Ok(());
    }
    check(names, secret).and(Err(Error::ARGUMENT_CHARACTER))
}
