//! Signals: none is raised, and none ends a wait.

#![allow(missing_docs)]
#![allow(clippy::undocumented_unsafe_blocks)] // Calls of libc with values of ours.

mod common;

use std::io::{IoSlice, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use common::{Authority, Client, OK, serve};
use rustls::version::TLS13;

static PIPES: AtomicUsize = AtomicUsize::new(0);
static ALARMS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count_pipe(_: i32) {
    PIPES.fetch_add(1, Ordering::SeqCst);
}

extern "C" fn count_alarm(_: i32) {
    ALARMS.fetch_add(1, Ordering::SeqCst);
}

/// Installs a handler without SA_RESTART, so that waits see EINTR.
fn handle(signal: i32, handler: extern "C" fn(i32)) {
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        assert_eq!(libc::sigaction(signal, &action, std::ptr::null_mut()), 0);
    }
}

#[test]
fn no_sigpipe() {
    handle(libc::SIGPIPE, count_pipe);

    // The control: a vectored write to a peer that is gone raises it, and is counted.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut control = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    drop(listener.accept().unwrap());
    let failed = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        control.write_vectored(&[IoSlice::new(b"x")]).is_err()
            && control.write_vectored(&[IoSlice::new(b"x")]).is_err()
    });
    assert!(failed);
    let raised = PIPES.swap(0, Ordering::SeqCst);
    assert!(raised > 0);

    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        served.conn.complete_io(&mut served.sock).unwrap();
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    server.join().unwrap();
    let failed = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        client.write(b"x", 1_000).0 != OK
    });
    assert!(failed);
    // close_notify, too, goes to a peer that is gone.
    client.close();
    assert_eq!(PIPES.load(Ordering::SeqCst), 0);
}

#[test]
fn signals_end_no_wait() {
    handle(libc::SIGUSR1, count_alarm);
    let authority = Authority::new();
    let leaf = authority.leaf(&["device.example"]);
    let (address, server) = serve(&leaf, &TLS13, |mut served| {
        // Both the handshake and the answer keep the client waiting.
        std::thread::sleep(Duration::from_millis(100));
        let mut data = [0; 1];
        served.read_exact(&mut data).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        served.write_all(&data).unwrap();
        served.flush().unwrap();
        let _ = served.read(&mut data);
    });
    let over = Arc::new(AtomicBool::new(false));
    let (target, stop) = (unsafe { libc::pthread_self() }, Arc::clone(&over));
    let shooter = std::thread::spawn(move || {
        while !stop.load(Ordering::SeqCst) {
            unsafe { libc::pthread_kill(target, libc::SIGUSR1) };
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    assert_eq!(client.write(b"x", 5_000), (OK, 1));
    let mut data = [0; 1];
    assert_eq!(client.read(&mut data, 5_000), (OK, 1));
    client.close();
    over.store(true, Ordering::SeqCst);
    shooter.join().unwrap();
    server.join().unwrap();
    assert!(ALARMS.load(Ordering::SeqCst) > 20);
}
