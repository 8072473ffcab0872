//! The program as its owner uses it: the first two commands, files, messages, faults, figures.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use common::client::{Mqtt, Packet, plain, split_publish, tls_refusal};
use common::program::{Directory, Server, fail, json, program, run};
use common::{Credentials, DN, PK};

/// A product and a device; returns the DeviceSecret.
fn furnish(data: &Path) -> String {
    run(data, &["product", "create", "--product-key", PK]);
    run(data, &["device", "create", PK, DN]);
    run(data, &["device", "secret", PK, DN])
}

fn sign_in(server: &Server, secret: &str) -> (Mqtt, u8) {
    let credentials = Credentials::with_mode(DN, secret, 3);
    Mqtt::connect(plain(server.address("mqtt")), &credentials, 60)
}

fn get(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(server.address("http")).expect("a listener");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("an open connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn two_commands_lead_from_nothing_to_a_device() {
    let directory = Directory::new();
    let data = directory.data();
    let server = Server::start(&data, &[]);
    let first = run(&data, &["device", "create", "--product", "Lamp"]);
    let again = run(
        &data,
        &["device", "create", "--product", "Lamp", "lamp-0002"],
    );
    let field = |text: &str, name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.expect("the field").trim().to_owned()
    };
    let key = field(&first, "product_key");
    assert_eq!(field(&again, "product_key"), key, "the same product");
    assert_eq!(field(&again, "device_name"), "lamp-0002");
    assert_eq!(
        json(&run(&data, &["device", "list", &key, "--json"]))
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert!(fail(&data, &["device", "create", "lonely"]).contains("--product NAME"));
    run(&data, &["product", "create", "--name", "Lamp"]);
    assert!(fail(&data, &["device", "create", "--product", "Lamp"]).contains("several products"));
    drop(server);
}

#[test]
fn registration_is_allowed_by_a_code_only() {
    let directory = Directory::new();
    let data = directory.data();
    furnish(&data);
    let switch = |more: &[&str]| {
        let arguments = [&["product", "dynamic-registration", PK, "on"], more].concat();
        program(&data)
            .args(arguments)
            .output()
            .expect("the program")
    };
    let is_on =
        || json(&run(&data, &["product", "show", PK, "--json"]))["dynamic_registration"] == true;
    assert_eq!(
        switch(&["--code", "000000"]).status.code(),
        Some(1),
        "none was asked for"
    );
    let old = String::from_utf8(switch(&["--ask"]).stdout).expect("text");
    let code = String::from_utf8(switch(&["--ask"]).stdout).expect("text");
    assert!(
        code.trim().len() == 6 && code.trim().bytes().all(|b| b.is_ascii_digit()),
        "{code}"
    );
    if old != code {
        assert_eq!(
            switch(&["--code", old.trim()]).status.code(),
            Some(1),
            "the last counts"
        );
    }
    assert!(!is_on());
    assert_eq!(switch(&["--code", code.trim()]).status.code(), Some(0));
    assert!(is_on());
    assert_eq!(
        switch(&["--code", code.trim()]).status.code(),
        Some(1),
        "it serves once"
    );
    run(&data, &["product", "dynamic-registration", PK, "off"]);
    assert!(!is_on());
}

#[test]
fn a_file_of_devices_is_imported_whole_or_not_at_all() {
    let directory = Directory::new();
    let data = directory.data();
    furnish(&data);
    let import = |text: &str| {
        let path = directory.0.path().join("devices.csv");
        fs::write(&path, text).expect("a file");
        program(&data)
            .args(["device", "import", PK])
            .arg(&path)
            .output()
            .expect("the program")
    };
    let good = import(
        "DeviceName,DeviceSecret\r\nlamp-0001,KGQQFFlGinIipW9Xn7xQ5U6d6MokPZD4\r\nlamp-0002\r\n\r\n",
    );
    assert_eq!(String::from_utf8_lossy(&good.stdout), "2\n");
    assert_eq!(
        run(&data, &["device", "secret", PK, "lamp-0001"]),
        "KGQQFFlGinIipW9Xn7xQ5U6d6MokPZD4"
    );
    let bad = [
        ("lamp-0003\nlamp-0001\n", "line 2: it exists already"),
        ("lamp-0003\nbad name\n", "line 2: a DeviceName"),
        ("lamp-0003\nlamp-0003\n", "for the second time"),
        ("lamp-0003,sec ret\n", "line 1: a secret must be"),
    ];
    for (text, complaint) in bad {
        let output = import(text);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains(complaint) && !said.contains("sec ret"),
            "{said}"
        );
        assert!(fail(&data, &["device", "show", PK, "lamp-0003"]).contains("no such device"));
    }
}

#[test]
fn owner_and_device_exchange_messages() {
    let directory = Directory::new();
    let data = directory.data();
    let secret = furnish(&data);
    assert!(fail(&data, &["device", "publish", PK, DN, "/t", "x"]).contains("no platform runs"));
    let server = Server::start(&data, &[]);
    let topic = format!("/{PK}/{DN}/user/get");
    let publish = ["device", "publish", PK, DN, &topic, "hello", "--qos", "1"];
    assert!(fail(&data, &publish).contains("not signed in"));
    let (mut mqtt, code) = sign_in(&server, &secret);
    assert_eq!(code, 0);
    assert!(fail(&data, &publish).contains("not subscribed"));
    assert_eq!(mqtt.subscribe(&topic, 0), 0);
    run(&data, &publish);
    let Packet(first, body) = mqtt.packet().expect("the message");
    assert_eq!(first, 0x30, "no more than the QoS of the subscription");
    assert_eq!(split_publish(&body), (topic.as_str(), &b"hello"[..]));

    let mut watch = program(&data)
        .args(["device", "watch", PK, DN, "--count", "1", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut ready = String::new();
    let mut complaints = BufReader::new(watch.stderr.take().expect("a pipe"));
    complaints.read_line(&mut ready).expect("text");
    mqtt.publish(
        &format!("/sys/{PK}/{DN}/thing/event/property/post"),
        0,
        b"{\"on\":1}",
    );
    let output = watch.wait_with_output().expect("an end");
    let seen = json(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(
        (&seen["device_name"], &seen["payload"]),
        (&json("\"device-0001\""), &json("\"{\\\"on\\\":1}\""))
    );
}

#[test]
fn faults_come_and_go_by_command() {
    let directory = Directory::new();
    let data = directory.data();
    let secret = furnish(&data);
    let server = Server::start(&data, &[]);
    run(
        &data,
        &["fault", "add", "connack:3", "--device", DN, "--times", "1"],
    );
    run(
        &data,
        &["fault", "add", "connack:2", "--device", "somebody"],
    );
    assert_eq!(
        run(&data, &["fault", "list"]),
        format!("connack:3\t{DN}\t1\nconnack:2\tsomebody\t-\n")
    );
    assert_eq!(sign_in(&server, &secret).1, 3);
    assert_eq!(sign_in(&server, &secret).1, 0, "once");
    assert!(fail(&data, &["fault", "add", "explode"]).contains("certificate:wrong-host"));
    assert!(
        fail(
            &data,
            &["fault", "add", "certificate:expired", "--device", DN]
        )
        .contains("is no fault")
    );
    run(&data, &["fault", "clear"]);
    assert_eq!(json(&run(&data, &["fault", "list", "--json"])), json("[]"));

    let ca = fs::read(server.path("ca")).expect("the CA");
    let refusal = || tls_refusal(&ca, server.address("mqtts"), "localhost");
    assert_eq!(refusal(), None);
    run(
        &data,
        &["fault", "add", "certificate:expired", "--times", "1"],
    );
    assert!(refusal().is_some_and(|why| why.contains("expired")));
    run(
        &data,
        &["fault", "add", "certificate:wrong-host", "--times", "1"],
    );
    assert!(refusal().is_some_and(|why| why.to_lowercase().contains("mismatch")));
    assert_eq!(refusal(), None);
}

#[test]
fn a_file_of_options_figures_and_health() {
    let directory = Directory::new();
    let data = directory.data();
    let secret = furnish(&data);
    let config = directory.0.path().join("platform.toml");
    fs::write(
        &config,
        "http = \"127.0.0.1:0\"\nmqtts_legacy = \"127.0.0.1:0\"\nlog-format = \"json\"\n\
         connects_per_device_minute = 2\nregion = \"cn-beijing\"\nephemeral = false\n",
    )
    .expect("a file");
    let server = Server::start(
        &data,
        &[
            "--config",
            config.to_str().expect("text"),
            "--region",
            "eu-central-1",
        ],
    );
    let endpoints = json(&fs::read_to_string(data.join("endpoints.json")).expect("the file"));
    for name in [
        "mqtt",
        "mqtts",
        "https",
        "mqtts-legacy",
        "http",
        "data",
        "ca",
    ] {
        assert_eq!(endpoints[name], server.lines[name].as_str(), "{name}");
    }
    let answers: Vec<u8> = (0..3).map(|_| sign_in(&server, &secret).1).collect();
    assert_eq!(answers, [0, 0, 3], "two in a minute");
    let metrics = get(&server, "/metrics");
    assert!(
        metrics.contains("linkauth_platform_sign_ins_total{code=\"0\"} 2\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("linkauth_platform_sign_ins_total{code=\"3\"} 1\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("# TYPE linkauth_platform_sessions gauge\n"),
        "{metrics}"
    );
    let health = get(&server, "/health");
    assert!(
        health.starts_with("HTTP/1.1 200") && health.ends_with("ok\n"),
        "{health}"
    );
    assert!(
        run(&data, &["doctor"])
            .lines()
            .all(|line| line.starts_with("good"))
    );
    server.signal("-TERM");
    let (code, log) = server.wait();
    assert_eq!(code, Some(0));
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(json)
        .collect();
    assert!(
        lines.iter().any(|line| line["event"] == "sign-in"
            && line["device"] == format!("{PK} {DN}")
            && line["outcome"] == "refused(3 more connects than the limit)"),
        "{log}"
    );
    assert!(!log.contains(&secret));
    let region = fs::read(data.join("leaf.pem")).expect("the leaf");
    let leaf = openssl::x509::X509::from_pem(&region).expect("a certificate");
    let names = leaf.subject_alt_names().expect("names");
    let named = |host: &str| names.iter().any(|name| name.dnsname() == Some(host));
    assert!(
        named("iot-auth.eu-central-1.aliyuncs.com"),
        "the command line wins"
    );

    fs::write(&config, "mqtt = [1]\n").expect("a file");
    let path = config.to_str().expect("text");
    assert!(fail(&data, &["serve", "--config", path]).contains("neither text"));
}

#[test]
fn a_doctor_and_completions() {
    let directory = Directory::new();
    let output = program(&directory.data())
        .arg("doctor")
        .output()
        .expect("the program");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("BAD   data directory") && said.contains("linkauth-platform serve"),
        "{said}"
    );
    assert!(!directory.data().exists(), "looking makes nothing");
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&directory.data(), &["completion", shell]).contains("linkauth-platform"));
    }
}

#[test]
fn a_small_storm_loses_nothing() {
    let directory = Directory::new();
    for more in [&["--tls"][..], &[]] {
        let arguments = [&["storm", "--devices", "100", "--json"], more].concat();
        let figures = run(&directory.data(), &arguments);
        for line in figures.lines() {
            assert_eq!(json(line)["failed"], 0, "{line}");
        }
        assert_eq!(figures.lines().count(), 2, "registrations and sign-ins");
    }
}
