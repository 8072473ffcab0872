//! The program as scripts use it: output lines, files, signals, and the command line beside a running server.

mod common;

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use common::Credentials;
use common::client::{Mqtt, Packet, plain, post, split_publish, tls};
use common::program::{Directory, Server, fail, json, mode, program, run};

const PK: &str = common::PK;
const DN: &str = common::DN;

/// Creates a product and a device by command line; returns the DeviceSecret.
fn furnish(data: &Path) -> String {
    assert_eq!(
        run(data, &["product", "create", "--product-key", PK]),
        format!("{PK}\n")
    );
    assert_eq!(run(data, &["device", "create", PK, DN]), "");
    run(data, &["device", "secret", PK, DN])
}

fn sign_in(server: &Server, secret: &str) -> (Mqtt, u8) {
    let credentials = Credentials::with_mode(DN, secret, 3);
    Mqtt::connect(plain(server.address("mqtt")), &credentials, 60)
}

#[test]
fn lines_files_and_modes() {
    let directory = Directory::new();
    let data = directory.data();
    let server = Server::start(&data, &[]);
    let endpoints = fs::read_to_string(data.join("endpoints")).expect("the file");
    for name in ["mqtt", "mqtts", "https"] {
        let address = server.address(name);
        assert_ne!(address.port(), 0);
        assert!(
            endpoints.contains(&format!("{name} {address}\n")),
            "{endpoints}"
        );
        TcpStream::connect(address).expect("it listens");
    }
    assert!(endpoints.ends_with("ready\n"));
    assert_eq!(mode(&data), 0o700);
    for private in ["ca.key", "leaf.key", "platform.db", "platform.db-wal"] {
        assert_eq!(mode(&data.join(private)), 0o600, "{private}");
    }
    let ca = server.path("ca");
    assert_eq!(ca, fs::canonicalize(data.join("ca.pem")).expect("a path"));
    let pem = fs::read(&ca).expect("the CA");

    let complaint = fail(&data, &["serve", "--mqtt", "127.0.0.1:0"]);
    assert!(complaint.contains("another server"), "{complaint}");
    assert!(data.join("endpoints").exists(), "still the first server's");

    server.signal("-TERM");
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(log.matches("not a production platform").count(), 1);
    assert!(!data.join("endpoints").exists());

    let leaf = || fs::read(data.join("leaf.pem")).expect("the leaf");
    let first_leaf = leaf();
    let again = Server::start(&data, &[]);
    assert_eq!(fs::read(again.path("ca")).expect("the CA"), pem, "kept");
    assert_eq!(leaf(), first_leaf, "kept");
    again.signal("-INT");
    assert_eq!(again.wait().0, Some(0));
    let elsewhere = Server::start(&data, &["--region", "cn-beijing"]);
    assert_eq!(fs::read(elsewhere.path("ca")).expect("the CA"), pem, "kept");
    assert_ne!(leaf(), first_leaf, "names another region");
}

#[test]
fn it_ends_with_its_parent() {
    let directory = Directory::new();
    let mut server = Server::start(&directory.data(), &["--ephemeral"]);
    let data = server.path("data");
    assert!(data.join("platform.db").exists());
    drop(server.child.stdin.take());
    assert_eq!(server.wait().0, Some(0));
    assert!(!data.exists(), "an ephemeral directory is deleted");
    assert!(!directory.data().exists(), "--data was not touched");
}

#[test]
fn the_command_line_works_beside_a_running_server() {
    let directory = Directory::new();
    let data = directory.data();
    let server = Server::start(&data, &[]);
    let secret = furnish(&data);
    let show = || json(&run(&data, &["device", "show", PK, DN, "--json"]));

    let (mut mqtt, code) = sign_in(&server, &secret);
    assert_eq!(code, 0, "created a moment ago");
    assert_eq!(show()["status"], "ONLINE");
    assert_eq!(show()["sign_ins"], 1);
    assert_eq!(run(&data, &["device", "disable", PK, DN]), "");
    assert_eq!(mqtt.packet(), None, "the session ends");
    assert_eq!(sign_in(&server, &secret).1, 5);
    assert_eq!(show()["status"], "DISABLE");
    run(&data, &["device", "enable", PK, DN]);
    let (mut mqtt, code) = sign_in(&server, &secret);
    assert_eq!(code, 0);
    run(&data, &["device", "delete", PK, DN]);
    assert_eq!(mqtt.packet(), None, "the session ends");
    assert_eq!(sign_in(&server, &secret).1, 4);
    run(&data, &["device", "create", PK, DN]);
    assert_eq!(
        sign_in(&server, &secret).1,
        4,
        "a new life has a new secret"
    );
    server.signal("-TERM");
    let (_, log) = server.wait();
    assert!(!log.contains(&secret), "{log}");
    assert!(
        log.contains(&format!("sign-in {PK} {DN} refused(4 wrong signature)\n")),
        "{log}"
    );
}

#[test]
fn a_killed_server_leaves_the_facts_and_no_ghosts() {
    let directory = Directory::new();
    let data = directory.data();
    let secret = furnish(&data);
    let mut server = Server::start(&data, &[]);
    let (_mqtt, code) = sign_in(&server, &secret);
    assert_eq!(code, 0);
    server.child.kill().expect("a running server");
    server.wait();
    assert!(data.join("endpoints").exists(), "nobody could remove it");
    let server = Server::start(&data, &[]);
    let device = json(&run(&data, &["device", "show", PK, DN, "--json"]));
    assert_eq!(device["status"], "OFFLINE");
    assert_eq!(device["activations"], 1);
    assert_eq!(sign_in(&server, &secret).1, 0);
    server.signal("-TERM");
    assert_eq!(server.wait().0, Some(0));
    let device = json(&run(&data, &["device", "show", PK, DN, "--json"]));
    assert_eq!(device["status"], "OFFLINE", "a stop leaves nobody online");
}

#[test]
fn secrets_come_out_where_they_should_and_nowhere_else() {
    let directory = Directory::new();
    let data = directory.data();
    let file = directory.0.path().join("secret");
    let path = file.to_str().expect("text");
    fs::write(&file, "old").expect("a file");
    let created = run(
        &data,
        &["product", "create", "--name", "Lamp", "--secret-file", path],
    );
    let key = created.trim_end();
    let product = fs::read_to_string(&file).expect("the secret");
    assert_eq!((product.len(), mode(&file)), (16, 0o600));
    assert_eq!(run(&data, &["product", "secret", key]), product);
    run(&data, &["device", "create", key, DN, "--secret-file", path]);
    let device = fs::read_to_string(&file).expect("the secret");
    assert_eq!((device.len(), mode(&file)), (32, 0o600));
    assert_eq!(run(&data, &["device", "secret", key, DN]), device);
    for arguments in [
        vec!["product", "show", key],
        vec!["product", "show", key, "--json"],
        vec!["product", "list"],
        vec!["device", "show", key, DN],
        vec!["device", "show", key, DN, "--json"],
        vec!["device", "list", key],
        vec!["device", "list", key, "--json"],
    ] {
        let shown = run(&data, &arguments);
        assert!(
            !shown.contains(&product) && !shown.contains(&device),
            "{shown}"
        );
    }
}

#[test]
fn what_list_and_show_print() {
    let directory = Directory::new();
    let data = directory.data();
    furnish(&data);
    assert_eq!(
        run(&data, &["product", "show", PK]),
        format!("product_key {PK}\nname {PK}\ndynamic_registration off\nauthentication secret\n")
    );
    run(&data, &["product", "dynamic-registration", PK, "on"]);
    assert_eq!(
        run(&data, &["product", "list", "--json"]),
        format!(
            "[{{\"product_key\":\"{PK}\",\"name\":\"{PK}\",\"dynamic_registration\":true,\"authentication\":\"secret\"}}]\n"
        )
    );
    assert_eq!(
        run(&data, &["product", "list"]),
        format!("{PK}\t{PK}\ton\tsecret\n")
    );
    assert_eq!(
        run(&data, &["device", "show", PK, DN, "--json"]),
        format!(
            "{{\"product_key\":\"{PK}\",\"device_name\":\"{DN}\",\"status\":\"UNACTIVE\",\"activated\":false,\
             \"registration\":\"unregistered\",\"last_seen\":null,\"registrations\":0,\"sign_ins\":0,\
             \"activations\":0,\"physical_devices\":0}}\n"
        )
    );
    assert_eq!(
        run(&data, &["device", "list", PK]),
        format!("{PK}\t{DN}\tUNACTIVE\tfalse\tunregistered\t-\t0\t0\t0\t0\n")
    );
    run(&data, &["device", "reset", PK, DN]);
}

#[test]
fn wrong_wishes_fail_with_words() {
    let directory = Directory::new();
    let data = directory.data();
    furnish(&data);
    let complaint = fail(&data, &["product", "create", "--product-key", PK]);
    assert_eq!(complaint, "linkauth-platform: it exists already\n");
    fail(&data, &["product", "show", "other"]);
    fail(&data, &["product", "dynamic-registration", "other", "on"]);
    fail(&data, &["device", "create", PK, "abc"]);
    fail(&data, &["device", "create", "other", DN]);
    fail(&data, &["device", "show", PK, "dev-9999"]);
    fail(&data, &["device", "list", "other"]);
    let output = program(&data).args(["serve", "--push-qos", "2"]).output();
    assert_eq!(output.expect("the program").status.code(), Some(2));
}

#[test]
fn a_device_registers_with_a_server_that_has_every_option() {
    let directory = Directory::new();
    let data = directory.data();
    let options = [
        "--registration-mode",
        "once",
        "--instance",
        "iot-1",
        "--push-delay-ms",
        "1",
        "--push-qos",
        "1",
        "--registration-close-ms",
        "60000",
    ];
    let server = Server::start(&data, &options);
    furnish(&data);
    run(&data, &["product", "dynamic-registration", PK, "on"]);
    let secret = run(&data, &["product", "secret", PK]);
    let ca = fs::read(server.path("ca")).expect("the CA");

    let sign = common::sign(&secret, &format!("deviceName{DN}productKey{PK}random1"));
    let form =
        format!("productKey={PK}&deviceName={DN}&random=1&sign={sign}&signMethod=hmacsha256");
    let register = || {
        let answer = post(&ca, server.address("https"), "/auth/register/device", &form);
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        json(body)
    };
    let issued = register();
    assert_eq!(
        issued["data"]["deviceSecret"],
        run(&data, &["device", "secret", PK, DN])
    );
    assert_eq!(register()["code"], 6289, "once");

    let registration = |extra: &str| {
        let mut credentials = Credentials::of_registration("newcomer", extra);
        let content = format!("deviceNamenewcomerproductKey{PK}randomR1");
        credentials.password = common::sign(&secret, &content);
        let stream = tls(&ca, server.address("mqtts"), "localhost");
        Mqtt::connect(stream, &credentials, 60)
    };
    assert_eq!(
        registration("authType=regnwl,securemode=-2,instanceId=iot-2").1,
        4
    );
    let (mut mqtt, code) = registration("authType=regnwl,securemode=-2,instanceId=iot-1");
    assert_eq!(code, 0);
    let Packet(first, body) = mqtt.packet().expect("the push");
    assert_eq!(first, 0x32, "QoS 1");
    assert_eq!(split_publish(&body).0, "/ext/regnwl");
    let shown = json(&run(&data, &["device", "show", PK, "newcomer", "--json"]));
    assert_eq!(
        (&shown["physical_devices"], &shown["status"]),
        (&json("1"), &json("\"UNACTIVE\""))
    );
    server.signal("-TERM");
    let (_, log) = server.wait();
    assert!(!log.contains(&secret), "{log}");
}
