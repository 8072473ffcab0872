//! What a device signs in with: its DeviceSecret, or the clientId and DeviceToken that it was
//! issued when it registered without pre-registration.

use crate::identity::ClientId;
use crate::secret::{DeviceToken, Secret, equal};
use crate::status::Result;

/// Lent by the caller, or borrowed from the buffer that a record or reply was read into.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// Signs.
    DeviceSecret(Secret<'a>),
    /// Is sent as the password, together with the clientId that was issued with it.
    DeviceToken {
        /// The clientId that the platform issued.
        client_id: ClientId<'a>,
        /// The token.
        token: DeviceToken<'a>,
    },
}

impl Credential<'_> {
    /// Checks the characters. Only within a scrubbed scope.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Credential::DeviceSecret(secret) => secret.check(),
            Credential::DeviceToken { token, .. } => token.check(),
        }
    }

    /// Compares without telling by its time where the first difference is.
    pub(crate) fn is(&self, other: &Credential<'_>) -> bool {
        match (self, other) {
            (Credential::DeviceSecret(left), Credential::DeviceSecret(right)) => {
                equal(left.as_bytes(), right.as_bytes())
            }
            (
                Credential::DeviceToken { client_id, token },
                Credential::DeviceToken {
                    client_id: other_id,
                    token: other_token,
                },
            ) => {
                client_id.as_bytes() == other_id.as_bytes()
                    && equal(token.as_bytes(), other_token.as_bytes())
            }
            _ => false,
        }
    }
}
