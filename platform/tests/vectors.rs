//! What real SDKs send, as recorded from them, against the rules.

mod common;

use common::{Credentials, PK, create_product, rules_over};
use linkauth_platform::rules::{Accepted, Connack, RegisterCode, RegisterRequest, Rules, Secret};
use linkauth_platform::store::MemoryStore;
use serde_json::Value;
use std::sync::Arc;

fn vectors(operation: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/vectors.json");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    all.into_iter()
        .filter(|vector| vector["operation"] == operation)
        .collect()
}

fn text<'a>(vector: &'a Value, path: &str) -> &'a str {
    vector.pointer(path).and_then(Value::as_str).unwrap_or("")
}

fn lies(vector: &Value) -> bool {
    vector["independent_check"].get("DISAGREEMENT").is_some()
}

/// Rules that know the product and device of a vector.
fn world(vector: &Value) -> Rules {
    let rules = rules_over(Arc::new(MemoryStore::new()));
    let product_secret = match text(vector, "/inputs/productSecret") {
        "" => "unused",
        secret => secret,
    };
    let key = text(vector, "/inputs/productKey");
    create_product(&rules, key, product_secret);
    let device_secret = text(vector, "/inputs/deviceSecret");
    let device_secret = (!device_secret.is_empty()).then(|| Secret::new(device_secret));
    rules
        .create_device(key, text(vector, "/inputs/deviceName"), device_secret)
        .expect("a new device");
    rules
}

fn credentials(vector: &Value) -> Credentials {
    let password = match text(vector, "/outputs/password") {
        // The official example masks the last digits; the check has them.
        "" => text(vector, "/independent_check/expected_hex_lower"),
        password => password,
    };
    Credentials {
        client_id: text(vector, "/outputs/clientId").into(),
        username: text(vector, "/outputs/username").into(),
        password: password.into(),
    }
}

fn over_tls(vector: &Value) -> bool {
    !text(vector, "/outputs/clientId").contains("securemode=3")
}

#[test]
fn sign_ins_of_real_sdks() {
    let mut counts = (0, 0);
    for operation in ["mqtt_connect", "mqtt_connect_server_assigned_clientid"] {
        for vector in vectors(operation) {
            let verdict = credentials(&vector).connect(&world(&vector), over_tls(&vector), 60);
            if lies(&vector) {
                let refusal = verdict.expect_err("a signature of another method");
                assert_eq!(refusal.code, Connack::Credentials, "{vector}");
                counts.1 += 1;
            } else {
                assert!(matches!(verdict, Ok(Accepted::Session(_))), "{vector}");
                counts.0 += 1;
            }
        }
    }
    println!("accepted {}, refused {}", counts.0, counts.1);
    assert!(counts.0 > 40 && counts.1 > 0, "{counts:?}");
}

#[test]
fn registrations_of_real_sdks_over_https() {
    let mut counts = (0, 0);
    for vector in vectors("https_dynreg_body") {
        let body = text(&vector, "/outputs/body");
        let form: Vec<_> = form_urlencoded::parse(body.as_bytes()).collect();
        let field = |name: &str| {
            let found = form.iter().find(|(key, _)| key == name);
            found.map_or("", |(_, value)| value.as_ref())
        };
        let verdict = world(&vector).register(&RegisterRequest {
            product_key: field("productKey"),
            device_name: field("deviceName"),
            random: field("random"),
            sign: field("sign"),
            sign_method: field("signMethod"),
        });
        if lies(&vector) {
            assert_eq!(verdict, Err(RegisterCode::Signature), "{vector}");
            counts.1 += 1;
        } else {
            assert!(verdict.is_ok(), "{vector}");
            counts.0 += 1;
        }
    }
    println!("accepted {}, refused {}", counts.0, counts.1);
    assert!(counts.0 > 15 && counts.1 > 0, "{counts:?}");
}

#[test]
fn registrations_of_real_sdks_over_mqtt() {
    let vectors = vectors("mqtt_dynreg_connect");
    println!("accepted {}", vectors.len());
    assert!(vectors.len() > 20);
    for vector in vectors {
        let verdict = credentials(&vector).connect(&world(&vector), true, 0);
        assert!(matches!(verdict, Ok(Accepted::Registration(_))), "{vector}");
    }
}

#[test]
fn token_sign_ins_of_real_sdks_are_understood() {
    let vectors = vectors("mqtt_connwl_connect");
    assert!(!vectors.is_empty());
    for vector in vectors {
        let rules = rules_over(Arc::new(MemoryStore::new()));
        create_product(&rules, PK, common::PRODUCT_SECRET);
        let name = text(&vector, "/inputs/deviceName");
        let pushed = Credentials::of_registration(name, "authType=regnwl,securemode=2");
        let Ok(Accepted::Registration(push)) = pushed.connect(&rules, true, 0) else {
            panic!("a registration");
        };
        let linkauth_platform::rules::Push::Token(_, physical) = push else {
            panic!("a token");
        };
        // The clientId and the token are ours; the rest is as the SDK writes it.
        let recorded = credentials(&vector);
        let mut ours = Credentials {
            client_id: recorded.client_id.replacen(
                text(&vector, "/inputs/clientId"),
                &physical.client_id,
                1,
            ),
            username: recorded.username,
            password: physical.token.reveal().into(),
        };
        assert!(ours.connect(&rules, true, 60).is_ok(), "{vector}");
        ours.password = recorded.password;
        let refusal = ours.connect(&rules, true, 60).expect_err("not our token");
        assert_eq!(refusal.code, Connack::Credentials);
    }
}
