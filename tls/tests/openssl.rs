//! Against another implementation of TLS: OpenSSL's own test server.

#![allow(missing_docs)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use common::{Authority, Client, Folder, OK};
use linkauth::status::Error;

/// A server that sends every line back in reverse; ended when dropped.
struct Server {
    child: Child,
    port: u16,
    _folder: Folder,
}

impl Server {
    /// None, with a line that says so, if there is no openssl.
    fn start(authority: &Authority, name: &str, options: &[&str]) -> Option<Server> {
        let folder = Folder::new(name);
        let leaf = authority.leaf(&["device.example"]);
        let certificate = folder.file("leaf.pem", leaf.certificate.pem().as_bytes());
        let key = folder.file("key.pem", leaf.key.serialize_pem().as_bytes());
        let child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-rev"])
            .args(["-cert", &certificate, "-key", &key])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            println!("SKIP: {name}: openssl is not installed");
            return None;
        };
        let output = BufReader::new(child.stdout.take().unwrap());
        let port = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                line.strip_prefix("ACCEPT ")?
                    .rsplit(':')
                    .next()?
                    .parse()
                    .ok()
            })
            .expect("s_server says where it listens");
        Some(Server {
            child,
            port,
            _folder: folder,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn exchange(name: &str, version: &str) {
    let authority = Authority::new();
    let Some(server) = Server::start(&authority, name, &[version]) else {
        return;
    };
    let client = Client::new(&authority.pem());
    for _ in 0..2 {
        assert_eq!(client.open("device.example", server.port, 5_000), OK);
        client.write_all(b"hello\n");
        let mut answer = [0; 6];
        client.read_exact(&mut answer);
        assert_eq!(&answer, b"olleh\n");
        // s_server ends the connection, with close_notify, when it is told CLOSE.
        client.write_all(b"CLOSE\n");
        let mut rest = [0; 64];
        let end = loop {
            match client.read(&mut rest, 5_000) {
                (OK, count) if count > 0 => {}
                end => break end,
            }
        };
        assert_eq!(end, (OK, 0));
        client.close();
    }
    assert_eq!(
        client.open("other.example", server.port, 5_000),
        Error::TRANSPORT_HOSTNAME.number()
    );
    let stranger = Client::new(&Authority::new().pem());
    assert_eq!(
        stranger.open("device.example", server.port, 5_000),
        Error::TRANSPORT_CERTIFICATE.number()
    );
}

#[test]
fn tls_1_2() {
    exchange("tls12", "-tls1_2");
}

#[test]
fn tls_1_3() {
    exchange("tls13", "-tls1_3");
}

#[test]
fn older_versions_are_refused() {
    let authority = Authority::new();
    for version in ["-tls1", "-tls1_1"] {
        let options = [version, "-cipher", "ALL:@SECLEVEL=0"];
        let Some(server) = Server::start(&authority, version, &options) else {
            return;
        };
        let client = Client::new(&authority.pem());
        assert_eq!(
            client.open("device.example", server.port, 5_000),
            Error::TRANSPORT_TLS.number(),
            "{version}"
        );
    }
}
