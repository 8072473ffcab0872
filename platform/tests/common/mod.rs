//! Helpers of the tests: rules with fixed clock and randomness, signatures of our own, raw clients.

#![allow(
    dead_code,
    reason = "every test program uses its own part of these helpers"
)]

pub(crate) mod client;
pub(crate) mod program;
pub(crate) mod stage;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use linkauth_platform::rules::{
    Accepted, Connect, Issued, NewProduct, Refusal, RegisterCode, RegisterRequest, Registry, Rules,
    Secret,
};
use linkauth_platform::store::{MemoryStore, SqliteStore};

pub(crate) const PK: &str = "a1B2c3D4e5F";
pub(crate) const DN: &str = "device-0001";
pub(crate) const PRODUCT_SECRET: &str = "PsAbCdEfGhIjKlMnOpQrStUvWxYz0123";
pub(crate) const DEVICE_SECRET: &str = "0123456789abcdefghijklmnopqrstuv";

/// HMAC-SHA256 in hex.
pub(crate) fn sign(key: &str, content: &str) -> String {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).expect("any length is a key");
    hex::encode(mac.chain_update(content).finalize().into_bytes())
}

/// Rules with a fixed clock and bytes that count up.
pub(crate) fn rules_over(registry: Arc<dyn Registry>) -> Rules {
    let counter = AtomicU64::new(1);
    let random = move |bytes: &mut [u8]| {
        for byte in bytes {
            // A walk through all bytes that no two calls start at the same point of.
            let n = counter.fetch_add(1, Ordering::Relaxed);
            *byte = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0];
        }
        Ok(())
    };
    Rules::new(registry, Arc::new(|| 1_700_000_000_000), Arc::new(random))
}

/// Runs a test over both stores.
pub(crate) fn over_both_stores(test: impl Fn(Rules)) {
    test(rules_over(Arc::new(MemoryStore::new())));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = SqliteStore::open(&directory.path().join("platform.db")).expect("a new store");
    test(rules_over(Arc::new(store)));
}

/// A product with known secret and open registration, and one device with a known secret.
pub(crate) fn furnish(rules: &Rules) {
    create_product(rules, PK, PRODUCT_SECRET);
    rules
        .create_device(PK, DN, Some(Secret::new(DEVICE_SECRET)))
        .expect("a new device");
}

pub(crate) fn create_product(rules: &Rules, key: &str, secret: &str) {
    rules
        .create_product(NewProduct {
            key: Some(key.into()),
            secret: Some(Secret::new(secret)),
            ..NewProduct::default()
        })
        .expect("a new product");
    switch_on(rules, key);
}

/// Turns registration on as an owner does who got the code.
pub(crate) fn switch_on(rules: &Rules, key: &str) {
    let code = rules.ask_for_confirmation(key).expect("the product");
    rules.allow_registration(key, &code).expect("the code");
}

/// A registration over HTTPS as a correct device sends it.
pub(crate) fn register(rules: &Rules, device_name: &str) -> Result<Issued, RegisterCode> {
    let content = format!("deviceName{device_name}productKey{PK}random1");
    rules.register(&RegisterRequest {
        product_key: PK,
        device_name,
        random: "1",
        sign: &sign(PRODUCT_SECRET, &content),
        sign_method: "hmacsha256",
    })
}

/// What a device puts into a CONNECT.
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Credentials {
    /// A sign-in with a DeviceSecret over TLS.
    pub(crate) fn of_secret(device_name: &str, secret: &str) -> Self {
        Self::with_mode(device_name, secret, 2)
    }

    pub(crate) fn with_mode(device_name: &str, secret: &str, mode: i8) -> Self {
        let content = format!("clientIdtestdeviceName{device_name}productKey{PK}timestamp7");
        Self {
            client_id: format!("test|securemode={mode},signmethod=hmacsha256,timestamp=7|"),
            username: format!("{device_name}&{PK}"),
            password: sign(secret, &content),
        }
    }

    /// A registration over MQTT; `extra` goes into the extension.
    pub(crate) fn of_registration(device_name: &str, extra: &str) -> Self {
        let content = format!("deviceName{device_name}productKey{PK}randomR1");
        Self {
            client_id: format!("x|random=R1,signmethod=hmacsha256,{extra}|"),
            username: format!("{device_name}&{PK}"),
            password: sign(PRODUCT_SECRET, &content),
        }
    }

    /// A sign-in with a token.
    pub(crate) fn of_token(device_name: &str, client_id: &str, token: &str) -> Self {
        Self {
            client_id: format!("{client_id}|authType=connwl,securemode=-2,_ss=1,ext=3|"),
            username: format!("{device_name}&{PK}"),
            password: token.into(),
        }
    }

    pub(crate) fn connect(
        &self,
        rules: &Rules,
        tls: bool,
        keep_alive: u16,
    ) -> Result<Accepted, Refusal> {
        rules.connect(&Connect {
            client_id: &self.client_id,
            username: &self.username,
            password: self.password.as_bytes(),
            keep_alive,
            tls,
        })
    }
}
