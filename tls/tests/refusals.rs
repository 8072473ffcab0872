//! Servers that must not be trusted, and servers that are not there.

#![allow(missing_docs)]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use common::{Authority, Client, OK, serve_handshake, serve_tcp};
use linkauth::status::Error;

#[test]
fn an_unknown_root_is_untrusted() {
    let leaf = Authority::new().leaf(&["device.example"]);
    let (address, server) = serve_handshake(&leaf);
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", address.port(), 5_000),
        Error::TRANSPORT_CERTIFICATE.number()
    );
    assert!(!server.join().unwrap());
    // Nothing was left open.
    assert_eq!(client.read(&mut [0], 1).0, Error::NOT_INITIALISED.number());
}

#[test]
fn a_leaf_among_the_roots_is_untrusted() {
    // A server's own certificate among the roots is not enough: a root must have issued it.
    let authority = Authority::new();
    let leaf = Authority::new().leaf(&["device.example"]);
    let (address, server) = serve_handshake(&leaf);
    let client = Client::new(&format!("{}{}", authority.pem(), leaf.certificate.pem()));
    assert_eq!(
        client.open("device.example", address.port(), 5_000),
        Error::TRANSPORT_CERTIFICATE.number()
    );
    assert!(!server.join().unwrap());
}

#[test]
fn the_public_roots_do_not_trust_a_private_one() {
    let leaf = Authority::new().leaf(&["localhost", "127.0.0.1"]);
    let (address, server) = serve_handshake(&leaf);
    let client = Client::with(&common::no_options());
    assert_eq!(
        client.open("127.0.0.1", address.port(), 5_000),
        Error::TRANSPORT_CERTIFICATE.number()
    );
    assert!(!server.join().unwrap());
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let client = Client::new(&authority.pem());
    // connect_address is the address of the certificate here, and must not count.
    for names in [&["other.example"], &["127.0.0.1"], &["*.device.example"]] {
        let (address, server) = serve_handshake(&authority.leaf(names));
        assert_eq!(
            client.open("device.example", address.port(), 5_000),
            Error::TRANSPORT_HOSTNAME.number(),
            "{names:?}"
        );
        assert!(!server.join().unwrap());
    }
}

#[test]
fn an_ip_address_is_verified_like_a_name() {
    let authority = Authority::new();
    let client = Client::new(&authority.pem());
    for (names, status) in [
        (&["127.0.0.1"], OK),
        (&["127.0.0.2"], Error::TRANSPORT_HOSTNAME.number()),
        (&["localhost"], Error::TRANSPORT_HOSTNAME.number()),
    ] {
        let (address, server) = serve_handshake(&authority.leaf(names));
        assert_eq!(client.open("127.0.0.1", address.port(), 5_000), status);
        client.close();
        assert_eq!(server.join().unwrap(), status == OK);
    }
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let leaf = authority.leaf_until(&["device.example"], 2020);
    let (address, server) = serve_handshake(&leaf);
    let client = Client::new(&authority.pem());
    assert_eq!(
        client.open("device.example", address.port(), 5_000),
        Error::TRANSPORT_CERTIFICATE.number()
    );
    assert!(!server.join().unwrap());
}

#[test]
fn a_port_where_nobody_listens() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", port, 5_000),
        Error::TRANSPORT_REFUSED.number()
    );
    assert_eq!(client.errno(), libc::ECONNREFUSED);
}

#[test]
fn a_name_that_does_not_exist() {
    let client = Client::connecting_to(&Authority::new().pem(), "nonexistent.invalid");
    assert_eq!(
        client.open("device.example", 443, 30_000),
        Error::TRANSPORT_HOST_NOT_FOUND.number()
    );
}

#[test]
fn a_name_is_looked_up() {
    let authority = Authority::new();
    let (address, server) = serve_handshake(&authority.leaf(&["localhost"]));
    // The system may know localhost as ::1 too, where nobody listens: both are tried.
    let client = Client::connecting_to(&authority.pem(), "localhost");
    assert_eq!(client.open("localhost", address.port(), 5_000), OK);
    client.close();
    assert!(server.join().unwrap());
}

#[test]
fn a_server_that_never_answers_the_handshake() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", port, 200),
        Error::TRANSPORT_TIMED_OUT.number()
    );
}

#[test]
fn the_time_out_of_the_options_bounds_open() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client::with(&linkauth_tls::capi::TlsOptions {
        connect_timeout_ms: 100,
        ..common::no_options()
    });
    for timeout_ms in [0, u32::MAX] {
        assert_eq!(
            client.open("127.0.0.1", port, timeout_ms),
            Error::TRANSPORT_TIMED_OUT.number()
        );
    }
}

#[test]
fn a_listener_whose_queue_is_full() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    // SAFETY: listen(2) on a socket of ours; it shortens the queue.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let address = listener.local_addr().unwrap();
    let _queued = TcpStream::connect(address).unwrap();
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", address.port(), 200),
        Error::TRANSPORT_TIMED_OUT.number()
    );
}

#[test]
fn a_server_that_does_not_speak_tls() {
    let (address, server) = serve_tcp(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        // Until the client is done: closing at once would reset the connection.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", address.port(), 5_000),
        Error::TRANSPORT_TLS.number()
    );
    server.join().unwrap();
}

#[test]
fn a_server_that_hangs_up_in_the_handshake() {
    let (address, server) = serve_tcp(|mut stream| {
        let mut hello = [0; 4096];
        assert!(stream.read(&mut hello).unwrap() > 0);
    });
    let client = Client::new(&Authority::new().pem());
    assert_eq!(
        client.open("device.example", address.port(), 5_000),
        Error::TRANSPORT_CLOSED.number()
    );
    server.join().unwrap();
}

/// A cheap control: the API of rustls that replaces or weakens verification is not even named.
#[test]
fn nothing_in_the_source_weakens_verification() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    for entry in std::fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            "dangerous",
            "ServerCertVerifier",
            "ServerCertVerified",
            "KeyLog",
            "key_log",
            "secret_extraction",
        ] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
        files += 1;
    }
    assert!(files >= 10);
}
