//! Registration over HTTPS, byte by byte.

mod common;

use common::client::tls;
use common::stage::Stage;
use common::{Credentials, DN, PK, PRODUCT_SECRET, sign};
use std::io::{Read, Write};

const PATH: &str = "/auth/register/device";

fn form(device_name: &str) -> String {
    let sign = sign(
        PRODUCT_SECRET,
        &format!("deviceName{device_name}productKey{PK}random42"),
    );
    let name = device_name.replace('@', "%40").replace(':', "%3A");
    format!("productKey={PK}&deviceName={name}&random=42&sign={sign}&signMethod=hmacsha256")
}

/// Head and body of an answer, which must be complete.
fn split(answer: &str) -> (&str, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    assert!(!head.to_lowercase().contains("transfer-encoding"), "{head}");
    // Clients in the field look for exactly these capitals.
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    assert_eq!(length, Some(body.len().to_string().as_str()), "{head}");
    (head, body)
}

#[test]
fn success_is_compact_and_short() {
    let stage = Stage::new();
    let answer = stage.post(PATH, &form(DN));
    let (head, body) = split(&answer);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let device = stage.device(DN);
    assert_eq!(
        body,
        format!(
            r#"{{"code":200,"data":{{"productKey":"{PK}","deviceName":"{DN}","deviceSecret":"{}"}},"message":"success"}}"#,
            device.secret.reveal()
        )
    );
    stage.wait_for(&format!("register {PK} {DN} 200"));
    assert!(stage.lines().is_empty());

    let longest = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let rules = stage.platform.rules();
    rules.create_device(PK, longest, None).expect("a device");
    let answer = stage.post(PATH, &form(longest));
    assert!(split(&answer).1.len() < 192);
}

#[test]
fn the_secret_that_was_handed_out_signs_in() {
    let stage = Stage::new();
    stage.post(PATH, &form(DN));
    stage.signed_in().leave();
    stage.wait_for(&format!("session {PK} {DN} closed"));
    let answer = stage.post(PATH, &form(DN));
    assert_eq!(
        split(&answer).1,
        r#"{"code":6289,"message":"device is already active"}"#
    );
}

#[test]
fn failures_are_http_200_with_a_code() {
    let stage = Stage::new();
    let rules = stage.platform.rules();
    let code = |form: &str| {
        let answer = stage.post(PATH, form);
        let (head, body) = split(&answer);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert!(body.get("data").is_none(), "{body}");
        body["code"].as_u64().expect("a number")
    };
    assert_eq!(code(""), 460);
    assert_eq!(code("productKey=%FF&%%%=&deviceName"), 460);
    assert_eq!(code(&form(DN).replace("hmacsha256", "rot13")), 6292);
    assert_eq!(code(&form(DN).replace(PK, "a1unknown")), 6250);
    assert_eq!(code(&form(DN).replace("random=42", "random=43")), 6600);
    assert_eq!(code(&form("dev-9999")), 6100);
    rules.forbid_registration(PK).expect("the product");
    assert_eq!(code(&form(DN)), 6288);
    assert_eq!(stage.device(DN).registrations, 0);
    let lines = stage.lines();
    assert_eq!(lines.len(), 7);
    assert!(lines.contains(&"register - - 460".to_owned()), "{lines:?}");
    assert!(
        lines.contains(&format!("register {PK} {DN} 6288")),
        "{lines:?}"
    );
}

#[test]
fn names_with_every_special_character() {
    let stage = Stage::new();
    let name = "A_b-c.d@e:f";
    let rules = stage.platform.rules();
    rules.create_device(PK, name, None).expect("a device");
    for form in [
        form(name),
        form(name).replace("%40", "@").replace("%3A", ":"),
    ] {
        let answer = stage.post(PATH, &form);
        assert!(split(&answer).1.starts_with(r#"{"code":200,"#), "{answer}");
    }
    assert_eq!(stage.device(name).registrations, 2);
}

#[test]
fn other_requests_are_refused() {
    let stage = Stage::new();
    let status = |answer: String| answer.split(' ').nth(1).map(str::to_owned);
    let elsewhere = stage.post("/auth/other", &form(DN));
    assert_eq!(status(elsewhere).as_deref(), Some("404"));
    let huge = stage.post(PATH, &"x".repeat(5000));
    assert_eq!(status(huge).as_deref(), Some("413"));
    let mut stream = tls(
        stage.platform.ca_pem(),
        stage.platform.endpoints().https,
        "localhost",
    );
    write!(
        stream,
        "GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .expect("open");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert_eq!(status(answer).as_deref(), Some("405"));
}

#[test]
fn the_certificate_names_the_platform() {
    let stage = Stage::with(|builder| builder.region("ap-southeast-1"));
    let address = stage.platform.endpoints().https;
    tls(
        stage.platform.ca_pem(),
        address,
        "iot-auth.ap-southeast-1.aliyuncs.com",
    );
    tls(stage.platform.ca_pem(), address, "127.0.0.1");
}

#[test]
fn registration_leaves_the_device_inactive() {
    let stage = Stage::new();
    stage.post(PATH, &form(DN));
    let device = stage.device(DN);
    assert_eq!(device.status(), linkauth_platform::Status::Unactive);
    let old = Credentials::of_secret(DN, common::DEVICE_SECRET);
    let (_, code) = common::client::Mqtt::connect(stage.tls(), &old, 60);
    assert_eq!(code, 4, "the secret was rotated");
}
