//! Whole connections over both versions of TLS, and how they end.

#![allow(missing_docs)]

mod common;

use std::io::{Read, Write};

use common::{Authority, Client, OK, serve, serve_tcp};
use linkauth::status::Error;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

fn echo(version: &'static SupportedProtocolVersion) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, version, |mut served| {
        let mut data = [0; 5];
        served.read_exact(&mut data).unwrap();
        data.reverse();
        served.write_all(&data).unwrap();
        served.conn.send_close_notify();
        served.flush().unwrap();
        // The client's close_notify.
        assert_eq!(served.read(&mut data).unwrap(), 0);
        served.conn.protocol_version()
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    client.write_all(b"hello");
    let mut answer = [0; 5];
    client.read_exact(&mut answer);
    assert_eq!(&answer, b"olleh");
    // The end in order, however often it is asked for.
    assert_eq!(client.read(&mut answer, 5_000), (OK, 0));
    assert_eq!(client.read(&mut answer, 5_000), (OK, 0));
    client.close();
    assert_eq!(server.join().unwrap(), Some(version.version));
    assert_eq!(client.errno(), 0);
}

#[test]
fn tls_1_2() {
    echo(&TLS12);
}

#[test]
fn tls_1_3() {
    echo(&TLS13);
}

#[test]
fn more_than_one_record_both_ways() {
    let authority = Authority::new();
    let sent: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let expected = sent.clone();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, move |mut served| {
        let mut data = vec![0; expected.len()];
        served.read_exact(&mut data).unwrap();
        assert!(data == expected);
        served.write_all(&data).unwrap();
        served.flush().unwrap();
        let _ = served.read(&mut [0]);
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    client.write_all(&sent);
    let mut answer = vec![0; sent.len()];
    client.read_exact(&mut answer);
    assert!(answer == sent);
    client.close();
    server.join().unwrap();
}

#[test]
fn answers_a_key_update() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        let mut data = [0; 1];
        served.read_exact(&mut data).unwrap();
        served.conn.refresh_traffic_keys().unwrap();
        served.write_all(b"new").unwrap();
        served.flush().unwrap();
        served.read_exact(&mut data).unwrap();
        data
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    client.write_all(b"1");
    let mut answer = [0; 3];
    client.read_exact(&mut answer);
    assert_eq!(&answer, b"new");
    client.write_all(b"2");
    assert_eq!(&server.join().unwrap(), b"2");
}

#[test]
fn an_end_without_close_notify_is_a_loss() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        served.write_all(b"half").unwrap();
        served.flush().unwrap();
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    let mut data = [0; 4];
    client.read_exact(&mut data);
    server.join().unwrap();
    for _ in 0..2 {
        assert_eq!(
            client.read(&mut data, 5_000),
            (Error::TRANSPORT_CLOSED.number(), 0)
        );
    }
    // A connection that was lost takes nothing more.
    assert_eq!(
        client.write(b"more", 5_000),
        (Error::TRANSPORT_CLOSED.number(), 0)
    );
}

#[test]
fn a_reset_is_a_loss_with_an_error_number() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (ready, wait) = std::sync::mpsc::channel();
    let (address, server) = serve(&leaf, &TLS13, move |mut served| {
        served.conn.complete_io(&mut served.sock).unwrap();
        ready.send(()).unwrap();
        // Closing a socket with unread data resets the connection.
        served.sock.peek(&mut [0]).unwrap();
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    wait.recv().unwrap();
    client.write_all(b"never read");
    server.join().unwrap();
    assert_eq!(
        client.read(&mut [0; 4], 5_000),
        (Error::TRANSPORT_CLOSED.number(), 0)
    );
    assert_eq!(client.errno(), libc::ECONNRESET);
}

#[test]
fn a_read_that_timed_out_may_be_repeated() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        let mut data = [0; 2];
        served.read_exact(&mut data).unwrap();
        served.write_all(&data).unwrap();
        served.flush().unwrap();
        let _ = served.read(&mut data);
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    let mut data = [0; 2];
    assert_eq!(
        client.read(&mut data, 50),
        (Error::TRANSPORT_TIMED_OUT.number(), 0)
    );
    client.write_all(b"ok");
    client.read_exact(&mut data);
    assert_eq!(&data, b"ok");
    client.close();
    server.join().unwrap();
}

#[test]
fn a_write_that_timed_out_ends_the_connection() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let (address, server) = serve(&leaf, &TLS13, move |mut served| {
        served.conn.complete_io(&mut served.sock).unwrap();
        let _ = wait.recv();
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    let data = vec![7; 16 << 10];
    let failed = (0..10_000)
        .map(|_| client.write(&data, 100))
        .find(|(status, _)| *status != OK);
    assert_eq!(failed, Some((Error::TRANSPORT_TIMED_OUT.number(), 0)));
    let timed_out = (Error::TRANSPORT_TIMED_OUT.number(), 0);
    assert_eq!(client.write(&data, 5_000), timed_out);
    assert_eq!(client.read(&mut [0], 5_000), timed_out);
    client.close();
    drop(done);
    server.join().unwrap();
}

#[test]
fn a_record_that_was_tampered_with_is_refused() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        served.conn.complete_io(&mut served.sock).unwrap();
        // An application data record that no key made.
        served.sock.write_all(&[23, 3, 3, 0, 20]).unwrap();
        served.sock.write_all(&[9; 20]).unwrap();
        // The client says by an alert why it ends.
        served.read(&mut [0]).unwrap_err().to_string()
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    assert_eq!(
        client.read(&mut [0; 4], 5_000),
        (Error::TRANSPORT_TLS.number(), 0)
    );
    assert!(server.join().unwrap().contains("BadRecordMac"));
}

#[test]
fn one_connection_at_a_time_and_again_after_close() {
    let authority = Authority::new();
    let client = Client::new(&authority.pem());
    for _ in 0..2 {
        let leaf = authority.leaf(&["device.example"]);
        let (address, server) = serve(&leaf, &TLS13, |mut served| {
            let mut rest = Vec::new();
            served.read_to_end(&mut rest).map(|_| rest)
        });
        assert_eq!(client.open("device.example", address.port(), 5_000), OK);
        assert_eq!(
            client.open("device.example", address.port(), 5_000),
            Error::BUSY.number()
        );
        client.write_all(b"still open");
        client.close();
        client.close();
        assert_eq!(server.join().unwrap().unwrap(), b"still open");
        assert_eq!(
            client.write(b"x", 100),
            (Error::NOT_INITIALISED.number(), 0)
        );
        assert_eq!(
            client.read(&mut [0], 100),
            (Error::NOT_INITIALISED.number(), 0)
        );
    }
}

#[test]
fn a_second_thread_finds_it_busy() {
    let authority = Authority::new();
    let (address, server) = serve_tcp(|stream| {
        // Until the client gives up.
        let mut rest = Vec::new();
        let _ = (&stream).read_to_end(&mut rest);
    });
    let client = Client::new(&authority.pem());
    let (open, user) = (
        client.transport.open.unwrap(),
        client.transport.user as usize,
    );
    let port = address.port();
    let opening = std::thread::spawn(move || {
        // SAFETY: the transport lives until this thread is joined.
        unsafe { open(user as *mut _, c"device.example".as_ptr(), 14, port, 1_000) }
    });
    let busy = (0..900).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(1));
        client.read(&mut [0], 1).0 == Error::BUSY.number()
    });
    assert!(busy);
    assert_eq!(opening.join().unwrap(), Error::TRANSPORT_TIMED_OUT.number());
    server.join().unwrap();
}

#[test]
fn freeing_an_open_transport_closes_it() {
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| served.read(&mut [0]).unwrap());
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    drop(client);
    assert_eq!(server.join().unwrap(), 0);
}

#[test]
fn the_clock_does_not_go_back() {
    let client = Client::new(&Authority::new().pem());
    let before = client.now_ms();
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(client.now_ms() >= before + 20);
}
