//! kill -9 while many devices register: what a device was told must be what the platform knows after its restart.

mod common;

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::client::try_post;
use common::program::{Directory, Server, json, run};
use common::{PK, sign};

const DEVICES: usize = 400;
const CLIENTS: usize = 8;
/// The server is killed when so many were told.
const TOLD: usize = 60;

/// The DeviceSecret, or none if the connection broke.
fn register(ca: &[u8], https: SocketAddr, secret: &str, name: &str) -> Option<String> {
    let sign = sign(secret, &format!("deviceName{name}productKey{PK}random1"));
    let form =
        format!("productKey={PK}&deviceName={name}&random=1&sign={sign}&signMethod=hmacsha256");
    let answer = try_post(ca, https, "/auth/register/device", &form)?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let reply: serde_json::Value = serde_json::from_str(body).ok()?;
    assert_eq!(reply["code"], 200, "{name}");
    reply["data"]["deviceSecret"].as_str().map(str::to_owned)
}

#[test]
fn no_acknowledged_registration_is_lost() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    run(&data, &["product", "dynamic-registration", PK, "on"]);
    let names: Vec<String> = (0..DEVICES).map(|n| format!("device-{n:04}")).collect();
    let csv = directory.0.path().join("devices.csv");
    std::fs::write(&csv, names.join("\n")).expect("a file");
    let imported = run(
        &data,
        &["device", "import", PK, csv.to_str().expect("text")],
    );
    assert_eq!(imported, format!("{DEVICES}\n"));
    let secret = run(&data, &["product", "secret", PK]);

    let server = Server::start(&data, &[]);
    let ca = std::fs::read(server.path("ca")).expect("the CA");
    let https = server.address("https");
    let pid = server.child.id().to_string();
    let (next, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(secret) = register(&ca, https, &secret, name) else {
                        return;
                    };
                    let mut told = told.lock().expect("no panic");
                    told.push((name.clone(), secret));
                    if told.len() == TOLD {
                        let killed = std::process::Command::new("kill")
                            .args(["-KILL", &pid])
                            .status();
                        assert!(killed.expect("kill").success());
                    }
                }
            });
        }
    });
    let told = told.into_inner().expect("no panic");
    assert!(
        (TOLD..DEVICES).contains(&told.len()),
        "killed in the middle"
    );
    drop(server);

    let server = Server::start(&data, &[]);
    for (name, issued) in &told {
        let known = run(&data, &["device", "secret", PK, name]);
        assert!(known == *issued, "{name} was told another secret");
        let shown = json(&run(&data, &["device", "show", PK, name, "--json"]));
        assert_eq!(shown["registrations"], 1, "{name}");
    }
    drop(server);
}
