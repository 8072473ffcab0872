//! Registration over MQTT, over real sockets.

mod common;

use common::client::{Mqtt, Packet, split_publish};
use common::stage::Stage;
use common::{Credentials, DN, PK};
use linkauth_platform::{PushQos, Status};
use serde_json::Value;
use std::time::Duration;

const REGISTER: &str = "authType=register,securemode=2";
const REGISTER_UNKNOWN: &str = "authType=regnwl,securemode=-2";

#[test]
fn the_secret_comes_in_a_write_of_its_own_and_signs_in() {
    let stage = Stage::new();
    let registration = Credentials::of_registration(DN, REGISTER);
    // Keep alive 0: the range is not checked on a registration.
    let mut mqtt = Mqtt::send_connect(stage.tls(), &registration, 0);
    assert_eq!(mqtt.read_once(), 4, "the CONNACK alone");
    assert_eq!(mqtt.connack(), 0);
    let Packet(first, body) = mqtt.packet().expect("the push");
    assert_eq!(first, 0x30, "QoS 0");
    let secret = stage.device(DN).secret;
    let payload = format!(
        r#"{{"deviceSecret":"{}","productKey":"{PK}","deviceName":"{DN}"}}"#,
        secret.reveal()
    );
    assert_eq!(split_publish(&body), ("/ext/register", payload.as_bytes()));
    let device = stage.device(DN);
    assert_eq!(device.status(), Status::Unactive);
    assert_eq!((device.registrations, device.sign_ins), (1, 0));
    mqtt.leave();

    stage.signed_in().leave();
    let (_, code) = Mqtt::connect(stage.tls(), &registration, 0);
    assert_eq!(code, 4, "active now");
    let lines = stage.wait_for(&format!(
        "register {PK} {DN} refused(4 device is already active)"
    ));
    assert_eq!(lines[0], format!("register {PK} {DN} accepted"));
    assert!(!lines.concat().contains(secret.reveal()));
}

#[test]
fn connack_and_secret_can_come_together() {
    let stage = Stage::with(|builder| {
        builder
            .push_with_connack(true)
            .push_qos(PushQos::AtLeastOnce)
    });
    let registration = Credentials::of_registration(DN, REGISTER);
    let mut mqtt = Mqtt::send_connect(stage.tls(), &registration, 60);
    assert!(mqtt.read_once() > 100, "both in one read");
    assert_eq!(mqtt.connack(), 0);
    let Packet(first, body) = mqtt.packet().expect("the push");
    assert_eq!(first, 0x32, "QoS 1");
    let (topic, rest) = split_publish(&body);
    assert_eq!(topic, "/ext/register");
    mqtt.send(0x40, &rest[..2]);
    mqtt.ping();
}

#[test]
fn the_platform_ends_the_registration_connection() {
    let stage = Stage::with(|builder| {
        builder
            .push_delay(Duration::ZERO)
            .registration_close(Duration::from_millis(50))
    });
    for extra in [REGISTER, REGISTER_UNKNOWN] {
        let registration = Credentials::of_registration(DN, extra);
        let (mut mqtt, code) = Mqtt::connect(stage.tls(), &registration, 60);
        assert_eq!(code, 0);
        assert!(mqtt.packet().is_some(), "the push");
        assert_eq!(mqtt.packet(), None, "closed by the platform");
    }
}

#[test]
fn a_push_that_nobody_acknowledges_does_not_hold_the_connection() {
    let stage = Stage::with(|builder| {
        builder
            .push_qos(PushQos::AtLeastOnce)
            .registration_close(Duration::from_millis(50))
    });
    let registration = Credentials::of_registration(DN, REGISTER);
    let (mut mqtt, code) = Mqtt::connect(stage.tls(), &registration, 60);
    assert_eq!(code, 0);
    assert!(mqtt.packet().is_some(), "the push");
    assert_eq!(mqtt.packet(), None, "closed by the platform");
}

#[test]
fn without_pre_registration() {
    let stage = Stage::new();
    let name = "AA:BB:CC:DD:EE:FF";
    let registration = Credentials::of_registration(name, REGISTER_UNKNOWN);
    let (mut mqtt, code) = Mqtt::connect(stage.tls(), &registration, 60);
    assert_eq!(code, 0);
    let Packet(_, body) = mqtt.packet().expect("the push");
    let (topic, payload) = split_publish(&body);
    assert_eq!(topic, "/ext/regnwl");
    let payload: Value = serde_json::from_slice(payload).expect("JSON");
    let text = |field: &str| payload[field].as_str().expect("a text");
    assert_eq!((text("productKey"), text("deviceName")), (PK, name));
    assert_eq!(stage.device(name).status(), Status::Unactive);

    let own = Credentials::of_token(name, text("clientId"), text("deviceToken"));
    let (mut session, code) = Mqtt::connect(stage.tls(), &own, 60);
    assert_eq!(code, 0);
    assert_eq!(session.subscribe(&format!("/{PK}/{name}/user/get"), 1), 1);
    let device = stage.device(name);
    assert_eq!(device.status(), Status::Online);
    assert_eq!((device.activations, device.sign_ins), (1, 1));
    let wrong = Credentials::of_token(name, text("clientId"), "wrong");
    assert_eq!(Mqtt::connect(stage.tls(), &wrong, 60).1, 4);
    assert_eq!(Mqtt::connect(stage.plain(), &own, 60).1, 2);
    assert_eq!(Mqtt::connect(stage.tls(), &own, 20).1, 3);
}

#[test]
fn plain_tcp_is_refused() {
    let stage = Stage::new();
    for extra in [REGISTER, REGISTER_UNKNOWN, "authType=register,securemode=3"] {
        let registration = Credentials::of_registration(DN, extra);
        assert_eq!(
            Mqtt::connect(stage.plain(), &registration, 60).1,
            2,
            "{extra}"
        );
    }
    assert_eq!(stage.device(DN).registrations, 0);
}

#[test]
fn a_registration_connection_may_only_receive() {
    let stage = Stage::new();
    let registration = Credentials::of_registration(DN, REGISTER);
    let (mut mqtt, _) = Mqtt::connect(stage.tls(), &registration, 60);
    assert!(mqtt.packet().is_some(), "the push");
    assert_eq!(mqtt.subscribe(&format!("/{PK}/{DN}/user/echo"), 0), 0x80);
    mqtt.publish(&format!("/{PK}/{DN}/user/echo"), 0, b"x");
    mqtt.ping();
    stage.wait_for(&format!(
        "publish {PK} {DN} dropped(not a topic of the device)"
    ));
    assert_eq!(stage.device(DN).status(), Status::Unactive);
}

#[test]
fn a_registration_leaves_an_open_session_alone() {
    let stage = Stage::new();
    let mut session = stage.signed_in();
    stage
        .platform
        .rules()
        .reset_device(PK, DN)
        .expect("the device");
    let registration = Credentials::of_registration(DN, REGISTER);
    let (mut mqtt, code) = Mqtt::connect(stage.tls(), &registration, 60);
    assert_eq!(code, 0);
    assert!(mqtt.packet().is_some(), "the push");
    mqtt.leave();
    session.ping();
    assert_eq!(stage.device(DN).status(), Status::Online);
}
