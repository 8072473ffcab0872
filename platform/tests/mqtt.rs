//! Sign-in and topics over real sockets.

mod common;

use std::net::SocketAddr;

use common::client::{Mqtt, Packet, connect_body, split_publish, tls, tls_with_suite};
use common::stage::Stage;
use common::{Credentials, DEVICE_SECRET, DN, PK};
use linkauth_platform::{Endpoints, Status};

fn own(rest: &str) -> String {
    format!("/{PK}/{DN}/{rest}")
}

fn good() -> Credentials {
    Credentials::of_secret(DN, DEVICE_SECRET)
}

#[test]
fn a_device_signs_in_and_leaves() {
    let stage = Stage::new();
    let (mut mqtt, code) = Mqtt::connect(stage.tls(), &good(), 60);
    assert_eq!(code, 0);
    let device = stage.device(DN);
    assert_eq!(device.status(), Status::Online);
    assert_eq!((device.sign_ins, device.activations), (1, 1));
    mqtt.ping();
    mqtt.leave();
    let before = stage.wait_for(&format!("session {PK} {DN} closed"));
    assert_eq!(before, [format!("sign-in {PK} {DN} accepted")]);
    assert_eq!(stage.device(DN).status(), Status::Offline);

    let plain = Credentials::with_mode(DN, DEVICE_SECRET, 3);
    let (mqtt, code) = Mqtt::connect(stage.plain(), &plain, 60);
    assert_eq!(code, 0);
    drop(mqtt);
    stage.wait_for(&format!("session {PK} {DN} closed"));
    assert_eq!(
        stage.device(DN).status(),
        Status::Offline,
        "gone without a word"
    );
    assert_eq!(stage.device(DN).sign_ins, 2);
}

#[test]
fn upper_case_hex_signs_in() {
    let stage = Stage::new();
    let mut credentials = good();
    credentials.password = credentials.password.to_uppercase();
    assert_eq!(Mqtt::connect(stage.tls(), &credentials, 60).1, 0);
}

#[test]
fn refusals_have_a_code_for_the_device_and_words_for_the_log() {
    let stage = Stage::new();
    let refused = |stream, credentials: &Credentials, keep_alive| {
        let (mut mqtt, code) = Mqtt::connect(stream, credentials, keep_alive);
        assert_eq!(mqtt.packet(), None, "closed after a refusal");
        let line = stage.lines().pop().expect("a line");
        (
            code,
            line.split_once("refused").expect("a refusal").1.to_owned(),
        )
    };
    let answer = |code, words: &str| (code, format!("({code} {words})"));

    let wrong = Credentials::of_secret(DN, "wrong");
    assert_eq!(
        refused(stage.tls(), &wrong, 60),
        answer(4, "wrong signature")
    );
    let unknown = Credentials::of_secret("dev-9999", DEVICE_SECRET);
    assert_eq!(
        refused(stage.tls(), &unknown, 60),
        answer(4, "unknown device")
    );
    assert_eq!(
        refused(stage.plain(), &good(), 60),
        answer(2, "TLS needed, came over plain TCP")
    );
    let plain = Credentials::with_mode(DN, DEVICE_SECRET, 3);
    assert_eq!(
        refused(stage.tls(), &plain, 60),
        answer(2, "securemode 3 (plain TCP) came over TLS")
    );
    let mut bare = good();
    bare.client_id = "test".into();
    assert_eq!(
        refused(stage.tls(), &bare, 60),
        answer(2, "the clientId has no bars")
    );
    assert_eq!(
        refused(stage.tls(), &good(), 15),
        answer(3, "keep alive is not within 30 to 1200 seconds")
    );
    let rules = stage.platform.rules();
    rules.set_disabled(PK, DN, true).expect("the device");
    assert_eq!(
        refused(stage.tls(), &good(), 60),
        answer(5, "the device is disabled")
    );
    let device = stage.device(DN);
    assert_eq!((device.sign_ins, device.activations), (0, 0));
}

#[test]
fn the_newer_session_of_a_device_wins() {
    let stage = Stage::new();
    let mut first = stage.signed_in();
    let mut second = good();
    second.client_id = second
        .client_id
        .replace("timestamp=7", "timestamp=7,_v=other");
    let (mut second, code) = Mqtt::connect(stage.tls(), &second, 60);
    assert_eq!(code, 0);
    assert_eq!(first.packet(), None, "the older session is closed");
    second.ping();
    assert_eq!(stage.device(DN).status(), Status::Online);
    assert_eq!(stage.device(DN).sign_ins, 2);
    second.leave();
    stage.wait_for(&format!("session {PK} {DN} closed"));
    assert_eq!(stage.device(DN).status(), Status::Offline);
}

#[test]
fn disabling_and_deleting_end_the_session() {
    let stage = Stage::new();
    let rules = stage.platform.rules();
    let mut mqtt = stage.signed_in();
    rules.set_disabled(PK, DN, true).expect("the device");
    assert_eq!(mqtt.packet(), None, "closed");
    stage.wait_for(&format!("session {PK} {DN} closed"));
    rules.set_disabled(PK, DN, false).expect("the device");
    let mut mqtt = stage.signed_in();
    rules.create_device(PK, "dev-0002", None).expect("a device");
    rules.delete_device(PK, "dev-0002").expect("another device");
    mqtt.ping();
    rules.delete_device(PK, DN).expect("the device");
    assert_eq!(mqtt.packet(), None, "closed");
}

#[test]
fn own_messages_come_back_to_a_subscriber() {
    let stage = Stage::new();
    let mut mqtt = stage.signed_in();
    assert_eq!(mqtt.subscribe(&own("user/echo"), 0), 0);
    mqtt.publish(&own("user/echo"), 0, b"hello");
    let Packet(first, body) = mqtt.packet().expect("a message");
    assert_eq!(first, 0x30);
    assert_eq!(
        split_publish(&body),
        (own("user/echo").as_str(), &b"hello"[..])
    );

    assert_eq!(mqtt.subscribe(&own("user/+/get"), 1), 1);
    mqtt.publish(&own("user/a/get"), 1, b"");
    assert_eq!(
        mqtt.packet(),
        Some(Packet(0x40, vec![0, 3])),
        "PUBACK first"
    );
    let Packet(first, body) = mqtt.packet().expect("a message");
    assert_eq!(first, 0x32);
    let (topic, rest) = split_publish(&body);
    assert_eq!((topic, rest.len()), (own("user/a/get").as_str(), 2));
    mqtt.send(0x40, &rest[..2]);
    mqtt.ping();

    let big = vec![b'x'; 200_000];
    mqtt.publish(&own("user/echo"), 0, &big);
    let Packet(_, body) = mqtt.packet().expect("a message");
    assert_eq!(split_publish(&body).1, big);

    mqtt.send(
        0xA2,
        &[&[0, 4][..], &common::client::text(&own("user/echo"))].concat(),
    );
    assert_eq!(mqtt.packet(), Some(Packet(0xB0, vec![0, 4])), "UNSUBACK");
    mqtt.publish(&own("user/echo"), 0, b"nobody listens");
    mqtt.ping();
}

#[test]
fn topics_of_others_are_out_of_reach() {
    let stage = Stage::new();
    let mut mqtt = stage.signed_in();
    for filter in [
        "#",
        "/#",
        "/+/+/user/echo",
        &format!("/{PK}/other-device/user/echo"),
    ] {
        assert_eq!(mqtt.subscribe(filter, 0), 0x80, "{filter}");
    }
    assert_eq!(mqtt.subscribe(&own("#"), 0), 0);
    mqtt.publish(&format!("/{PK}/other-device/user/echo"), 1, b"x");
    assert_eq!(
        mqtt.packet(),
        Some(Packet(0x40, vec![0, 3])),
        "dropped, yet acknowledged"
    );
    mqtt.publish(
        &format!("/sys/{PK}/{DN}/thing/event/property/post"),
        0,
        b"{}",
    );
    mqtt.ping();
    stage.wait_for(&format!(
        "publish {PK} {DN} dropped(not a topic of the device)"
    ));
    assert!(stage.lines().is_empty(), "own topics are no event");
}

#[test]
fn suites_of_the_c_sdk() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let stage = Stage::with(|builder| {
        builder.listen(Endpoints {
            mqtts_legacy: Some(any),
            https_legacy: Some(any),
            ..Endpoints::default()
        })
    });
    let Endpoints {
        mqtts,
        https,
        mqtts_legacy: Some(old_mqtts),
        https_legacy: Some(old_https),
        ..
    } = stage.platform.endpoints()
    else {
        panic!("no listeners for old clients");
    };
    let ca = stage.platform.ca_pem();
    for suite in ["AES256-SHA256", "AES256-SHA", "AES128-SHA256", "AES128-SHA"] {
        let stream = tls_with_suite(ca, old_mqtts, suite).expect("a TLS session");
        assert_eq!(Mqtt::connect(stream, &good(), 60).1, 0, "{suite}");
        assert!(tls_with_suite(ca, old_https, suite).is_some(), "{suite}");
        for modern in [mqtts, https] {
            assert!(tls_with_suite(ca, modern, suite).is_none(), "{suite}");
        }
    }
    // With the certificate that the suite needs, from each of both kinds.
    for suite in [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ] {
        for modern in [mqtts, https] {
            assert!(tls_with_suite(ca, modern, suite).is_some(), "{suite}");
        }
    }
    let stream = tls(ca, old_mqtts, "localhost");
    assert_eq!(Mqtt::connect(stream, &good(), 60).1, 0, "modern ones too");
}

#[test]
fn host_names_of_the_platform() {
    let stage = Stage::new();
    let address = stage.platform.endpoints().mqtts;
    for host in [
        "127.0.0.1",
        &format!("{PK}.iot-as-mqtt.cn-shanghai.aliyuncs.com"),
        "iot-0123.mqtt.iothub.aliyuncs.com",
    ] {
        let stream = tls(stage.platform.ca_pem(), address, host);
        assert_eq!(Mqtt::connect(stream, &good(), 60).1, 0, "{host}");
    }
}

#[test]
fn other_protocols_are_refused() {
    let stage = Stage::new();
    let mut five = Mqtt::raw(stage.tls());
    five.send(0x10, &connect_body(&good(), 60, 5));
    let Packet(first, body) = five.packet().expect("a CONNACK");
    assert_eq!(
        (first, body[1]),
        (0x20, 0x84),
        "unsupported protocol version"
    );
    let mut nonsense = Mqtt::raw(stage.plain());
    nonsense.send(0x10, b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(nonsense.packet(), None);
    let mut publish_first = Mqtt::raw(stage.tls());
    publish_first.publish(&own("user/echo"), 0, b"x");
    assert_eq!(publish_first.packet(), None);
    let mut mqtt = stage.signed_in();
    mqtt.publish(&own("user/echo"), 2, b"x");
    assert_eq!(mqtt.packet(), None, "no QoS 2 on this platform");
}

#[test]
fn many_devices_at_once() {
    let stage = Stage::new();
    let names: Vec<_> = (0..40).map(|n| format!("device-9{n:03}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            let stage = &stage;
            let rules = stage.platform.rules();
            let secret = rules
                .create_device(PK, name, None)
                .expect("a device")
                .secret;
            let stream = stage.tls();
            scope.spawn(move || {
                let credentials = Credentials::of_secret(name, secret.reveal());
                let (mut mqtt, code) = Mqtt::connect(stream, &credentials, 60);
                assert_eq!(code, 0);
                mqtt.ping();
                mqtt.leave();
            });
        }
    });
    assert!(names.iter().all(|name| stage.device(name).sign_ins == 1));
}

#[test]
fn no_secret_is_logged() {
    let stage = Stage::new();
    stage.signed_in().leave();
    let wrong = Credentials::of_secret(DN, "wrong");
    Mqtt::connect(stage.tls(), &wrong, 60);
    stage.wait_for(&format!("sign-in {PK} {DN} refused(4 wrong signature)"));
    let lines = stage.lines().concat();
    for secret in [DEVICE_SECRET, &wrong.password, &good().password] {
        assert!(!lines.contains(secret));
    }
}
