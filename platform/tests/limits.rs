//! Limits on how often devices may connect, and how many, as a device meets them.

mod common;

use std::io::{BufRead, BufReader};

use common::client::{Mqtt, plain, tls};
use common::program::{Directory, Server, program_with_files, run};
use common::stage::Stage;
use common::{Credentials, DEVICE_SECRET, DN, PK};
use linkauth_platform::RateLimits;

/// No second holds that many sign-ins of this test.
const MANY: usize = 100_000;
const OTHER: &str = "device-0002";

fn limited(limits: RateLimits) -> Stage {
    let stage = Stage::with(|builder| builder.rate_limits(limits));
    let secret = linkauth_platform::Secret::new(DEVICE_SECRET);
    let rules = stage.platform.rules();
    rules
        .create_device(PK, OTHER, Some(secret))
        .expect("a device");
    stage
}

fn sign_in(stage: &Stage, name: &str) -> u8 {
    let credentials = Credentials::with_mode(name, DEVICE_SECRET, 3);
    Mqtt::connect(stage.plain(), &credentials, 60).1
}

#[test]
fn a_limit_for_all_devices_refuses_with_3_and_ends_with_its_second() {
    let stage = limited(RateLimits {
        per_second: Some(2),
        per_device_minute: None,
    });
    let names = [DN, OTHER];
    let mut answers = (0..MANY).map(|turn| sign_in(&stage, names[turn % 2]));
    // Seconds go by as they will; in one of them there are three.
    let refused = answers.find(|code| *code != 0);
    assert_eq!(refused, Some(3), "whoever comes third");
    let after = answers.find(|code| *code != 3);
    assert_eq!(after, Some(0), "in another second");
    let line = "refused(3 more connects than the limit)";
    assert!(stage.lines().iter().any(|said| said.ends_with(line)));
    assert_eq!(stage.device(DN).activations, 1);
}

#[test]
fn a_limit_for_each_device_leaves_the_others_alone() {
    let stage = limited(RateLimits {
        per_second: None,
        per_device_minute: Some(2),
    });
    let answers = [DN, DN, OTHER, DN, OTHER, OTHER].map(|name| sign_in(&stage, name));
    assert_eq!(answers, [0, 0, 0, 3, 0, 3]);
    assert_eq!(stage.device(DN).sign_ins, 2, "the third changed nothing");
}

#[test]
fn registrations_over_mqtt_count_and_https_does_not() {
    let stage = limited(RateLimits {
        per_second: None,
        per_device_minute: Some(2),
    });
    let register = || {
        let credentials = Credentials::of_registration(DN, "authType=register,securemode=2");
        Mqtt::connect(stage.tls(), &credentials, 60).1
    };
    assert_eq!([register(), register(), register()], [0, 0, 3]);
    assert_eq!(sign_in(&stage, DN), 3, "one limit for both");
    assert_eq!(stage.device(DN).registrations, 2);
    let sign = common::sign(
        common::PRODUCT_SECRET,
        &format!("deviceName{DN}productKey{PK}random1"),
    );
    let form =
        format!("productKey={PK}&deviceName={DN}&random=1&sign={sign}&signMethod=hmacsha256");
    let answer = stage.post("/auth/register/device", &form);
    assert!(answer.contains("\"code\":200"), "{answer}");
}

#[test]
fn without_a_limit_nobody_is_refused() {
    let stage = limited(RateLimits::default());
    // More than the vendor's five in a minute.
    assert!((0..20).all(|_| sign_in(&stage, DN) == 0));
}

#[test]
fn both_limits_have_an_option() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    run(&data, &["device", "create", PK, DN]);
    let secret = run(&data, &["device", "secret", PK, DN]);
    for (option, over_tls) in [
        ("--connects-per-second", false),
        ("--connects-per-device-minute", true),
    ] {
        let server = Server::start(&data, &[option, "1"]);
        let ca = std::fs::read(server.path("ca")).expect("the CA");
        let code = || {
            let (stream, mode) = match over_tls {
                true => (tls(&ca, server.address("mqtts"), "localhost"), 2),
                false => (plain(server.address("mqtt")), 3),
            };
            Mqtt::connect(stream, &Credentials::with_mode(DN, &secret, mode), 60).1
        };
        assert_eq!(code(), 0, "{option}");
        let next = std::iter::repeat_with(code)
            .take(MANY)
            .find(|code| *code != 0);
        assert_eq!(next, Some(3), "{option}");
    }
}

/// A server with one device, and the device's sign-in over plain TCP.
fn server_with_files(directory: &Directory, limit: &str) -> (Server, impl Fn(&Server) -> u8) {
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    run(&data, &["device", "create", PK, DN]);
    let secret = run(&data, &["device", "secret", PK, DN]);
    let server = Server::start_program(program_with_files(&data, limit), &[]);
    let sign_in = move |server: &Server| {
        let credentials = Credentials::with_mode(DN, &secret, 3);
        Mqtt::connect(plain(server.address("mqtt")), &credentials, 60).1
    };
    (server, sign_in)
}

#[test]
fn a_server_asks_for_as_many_files_as_it_may_have() {
    let directory = Directory::new();
    let (server, sign_in) = server_with_files(&directory, "-Sn 64");
    let held: Vec<_> = (0..100).map(|_| plain(server.address("mqtt"))).collect();
    assert_eq!(sign_in(&server), 0);
    drop(held);
    server.signal("-TERM");
    let (_, log) = server.wait();
    assert!(!log.contains("accept - failed"), "{log}");
}

#[test]
fn a_server_without_files_says_so_and_goes_on_when_it_has_some() {
    let directory = Directory::new();
    let (mut server, sign_in) = server_with_files(&directory, "-n 64");
    let held: Vec<_> = (0..100).map(|_| plain(server.address("mqtt"))).collect();
    let log = BufReader::new(server.child.stderr.take().expect("a pipe"));
    let mut lines = log.lines().map(|line| line.expect("text"));
    assert!(
        lines.any(|line| line.starts_with("accept - failed(Too many open files")),
        "it says so"
    );
    drop(held);
    assert_eq!(sign_in(&server), 0);
}

#[test]
fn a_storm_that_needs_more_files_than_there_are_does_not_begin() {
    let directory = Directory::new();
    let output = program_with_files(&directory.data(), "-n 200")
        .args(["storm", "--devices", "101"])
        .output()
        .expect("the program");
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).expect("text");
    assert!(
        complaint.contains("101 devices need 201 open files, and the system allows 200"),
        "{complaint}"
    );
}
