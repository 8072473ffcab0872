//! The message that carries a secret or a token to a registering device.

use serde_json::{Map, Value};

use crate::faults::{self, FaultKind};
use crate::rules::Push;

/// Topic and payload, with the members that faults spoil.
pub(super) fn message(push: &Push, played: &[FaultKind]) -> (&'static str, String) {
    let (topic, members) = match push {
        Push::Secret(issued) => (
            "/ext/register",
            vec![
                ("deviceSecret", issued.secret.reveal()),
                ("productKey", issued.key.product_key()),
                ("deviceName", issued.key.device_name()),
            ],
        ),
        Push::Token(key, physical) => (
            "/ext/regnwl",
            vec![
                ("clientId", physical.client_id.as_str()),
                ("productKey", key.product_key()),
                ("deviceName", key.device_name()),
                ("deviceToken", physical.token.reveal()),
            ],
        ),
    };
    let mut object: Map<String, Value> = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    faults::spoil(&mut object, played);
    (topic, Value::Object(object).to_string())
}
