//! What linkauth_tls_create takes and what it refuses.

#![allow(missing_docs)]
#![allow(clippy::undocumented_unsafe_blocks)] // Every block calls the C API as its header allows.

mod common;

use std::ffi::CString;
use std::ptr;

use common::{
    Authority, Client, Folder, NUL_TERMINATED, OK, create_status, no_options, serve_handshake,
};
use linkauth::status::Error;
use linkauth::transport::Transport;
use linkauth_tls::capi::{
    LINKAUTH_TLS_NO_PUBLIC_ROOTS, TlsOptions, linkauth_tls_create, linkauth_tls_free,
    linkauth_tls_last_errno, linkauth_tls_transport,
};

fn pem_status(pem: &[u8]) -> i32 {
    create_status(&TlsOptions {
        roots_pem: pem.as_ptr(),
        roots_pem_len: pem.len(),
        ..no_options()
    })
}

fn file_status(path: &str) -> i32 {
    let path = CString::new(path).unwrap();
    create_status(&TlsOptions {
        roots_file: path.as_ptr(),
        roots_file_len: NUL_TERMINATED,
        ..no_options()
    })
}

fn address_status(address: &str) -> i32 {
    create_status(&TlsOptions {
        connect_address: address.as_ptr().cast(),
        connect_address_len: address.len(),
        ..no_options()
    })
}

#[test]
fn defaults() {
    let mut tls = ptr::null_mut();
    unsafe {
        assert_eq!(linkauth_tls_create(ptr::null(), &mut tls), OK);
        assert_eq!(linkauth_tls_last_errno(tls), 0);
        linkauth_tls_free(tls);
    }
    assert_eq!(create_status(&no_options()), OK);
}

#[test]
fn null_pointers() {
    let null = Error::ARGUMENT_NULL.number();
    unsafe {
        assert_eq!(linkauth_tls_create(ptr::null(), ptr::null_mut()), null);
        linkauth_tls_free(ptr::null_mut());
        assert_eq!(linkauth_tls_last_errno(ptr::null()), 0);
    }
    let client = Client::with(&no_options());
    let mut out = client.transport;
    unsafe {
        assert_eq!(
            linkauth_tls_transport(out.user.cast(), ptr::null_mut()),
            null
        );
        assert_eq!(linkauth_tls_transport(ptr::null_mut(), &mut out), null);
    }
    assert!(out.struct_size == 0 && out.user.is_null() && out.open.is_none());

    let Transport { user, .. } = client.transport;
    let open = client.transport.open.unwrap();
    let write = client.transport.write.unwrap();
    let read = client.transport.read.unwrap();
    let mut count = 5;
    unsafe {
        assert_eq!(open(user, ptr::null(), 3, 1, 1), null);
        assert_eq!(open(user, ptr::null(), 0, 1, 1), null);
        assert_eq!(open(ptr::null_mut(), c"a".as_ptr(), 1, 1, 1), null);
        assert_eq!(write(user, ptr::null(), 1, &mut count, 1), null);
        assert_eq!(count, 0);
        assert_eq!(write(user, [1].as_ptr(), 1, ptr::null_mut(), 1), null);
        assert_eq!(write(ptr::null_mut(), [1].as_ptr(), 1, &mut count, 1), null);
        count = 5;
        assert_eq!(read(user, ptr::null_mut(), 1, &mut count, 1), null);
        assert_eq!(count, 0);
        assert_eq!(read(user, [1].as_mut_ptr(), 1, ptr::null_mut(), 1), null);
        assert_eq!(
            read(ptr::null_mut(), [1].as_mut_ptr(), 1, &mut count, 1),
            null
        );
        client.transport.close.unwrap()(ptr::null_mut());
        assert_eq!(client.transport.now_ms.unwrap()(ptr::null_mut()), 0);
    }
}

#[test]
fn the_vtable_is_filled_in() {
    let client = Client::with(&no_options());
    let transport = client.transport;
    assert_eq!(transport.struct_size as usize, size_of::<Transport>());
    assert_eq!(transport.flags, 0);
    assert!(!transport.user.is_null());
}

#[test]
fn struct_size() {
    let refused = Error::STRUCT_SIZE.number();
    let size = size_of::<TlsOptions>();
    for wrong in [0, 4, size - 1, 4097, u32::MAX as usize] {
        let options = TlsOptions {
            struct_size: wrong as u32,
            ..no_options()
        };
        assert_eq!(create_status(&options), refused, "{wrong}");
    }
    #[repr(C)]
    struct Newer {
        options: TlsOptions,
        tail: [u8; 24],
    }
    let mut newer = Newer {
        options: no_options(),
        tail: [0; 24],
    };
    newer.options.struct_size = size_of::<Newer>() as u32;
    let mut tls = ptr::null_mut();
    let mut create = |newer: &Newer| unsafe {
        let status = linkauth_tls_create(ptr::from_ref(newer).cast(), &mut tls);
        linkauth_tls_free(tls);
        status
    };
    assert_eq!(create(&newer), OK);
    newer.tail[23] = 1;
    assert_eq!(create(&newer), refused);
}

#[test]
fn reserved_members() {
    let refused = Error::RESERVED_NOT_ZERO.number();
    for flags in [2, 1 << 31, 3] {
        let options = TlsOptions {
            flags,
            ..no_options()
        };
        assert_eq!(create_status(&options), refused);
    }
    let options = TlsOptions {
        reserved: 1,
        ..no_options()
    };
    assert_eq!(create_status(&options), refused);
}

#[test]
fn no_roots_at_all() {
    let options = TlsOptions {
        flags: LINKAUTH_TLS_NO_PUBLIC_ROOTS,
        ..no_options()
    };
    assert_eq!(create_status(&options), Error::TRANSPORT_ROOTS.number());
}

#[test]
fn roots_from_memory() {
    let pem = Authority::new().pem();
    assert_eq!(pem_status(pem.as_bytes()), OK);
    assert_eq!(pem_status(format!("a comment\n{pem}{pem}").as_bytes()), OK);
    let text = CString::new(pem).unwrap();
    let options = TlsOptions {
        roots_pem: text.as_ptr().cast(),
        roots_pem_len: NUL_TERMINATED,
        ..no_options()
    };
    assert_eq!(create_status(&options), OK);
}

#[test]
fn bad_roots_are_refused_even_beside_good_ones() {
    let good = Authority::new().pem();
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let refused = Error::TRANSPORT_ROOTS.number();
    let bad: [&[u8]; 6] = [
        b"",
        b"not PEM",
        key.as_bytes(),
        b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        good.as_bytes().split_at(good.len() / 2).0,
    ];
    for pem in bad {
        assert_eq!(pem_status(pem), refused, "{}", String::from_utf8_lossy(pem));
    }
    for pem in &bad[3..] {
        let mixed = [good.as_bytes(), pem].concat();
        assert_eq!(pem_status(&mixed), refused);
    }
}

#[test]
fn roots_from_a_file() {
    let folder = Folder::new("roots");
    let authority = Authority::new();
    let path = folder.file("root.pem", authority.pem().as_bytes());
    assert_eq!(file_status(&path), OK);
    assert_eq!(
        create_status(&TlsOptions {
            roots_file: path.as_ptr().cast(),
            roots_file_len: path.len(),
            ..no_options()
        }),
        OK
    );

    let text = CString::new(path).unwrap();
    let client = Client::with(&TlsOptions {
        flags: LINKAUTH_TLS_NO_PUBLIC_ROOTS,
        roots_file: text.as_ptr(),
        roots_file_len: NUL_TERMINATED,
        ..no_options()
    });
    let (address, server) = serve_handshake(&authority.leaf(&["127.0.0.1"]));
    assert_eq!(client.open("127.0.0.1", address.port(), 5_000), OK);
    client.close();
    assert!(server.join().unwrap());
}

#[test]
fn files_that_are_no_roots() {
    let folder = Folder::new("no-roots");
    let refused = Error::TRANSPORT_ROOTS.number();
    assert_eq!(file_status(&folder.file("empty.pem", b"")), refused);
    assert_eq!(file_status(&folder.file("bad.pem", b"not PEM")), refused);
    let large = vec![b'\n'; (4 << 20) + 1];
    assert_eq!(file_status(&folder.file("large.pem", &large)), refused);
    assert_eq!(
        file_status(&format!("{}/absent", folder.0.display())),
        refused
    );
    assert_eq!(file_status(folder.0.to_str().unwrap()), refused);
    assert_eq!(file_status("/dev/zero"), refused);
}

#[test]
fn malformed_texts() {
    let empty = Error::ARGUMENT_EMPTY.number();
    let too_long = Error::ARGUMENT_TOO_LONG.number();
    let character = Error::ARGUMENT_CHARACTER.number();
    assert_eq!(file_status(""), empty);
    assert_eq!(file_status(&"a".repeat(4097)), too_long);
    let options = TlsOptions {
        roots_file: c"a".as_ptr(),
        roots_file_len: 2,
        ..no_options()
    };
    assert_eq!(create_status(&options), character);
    for (file, pem, address) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
        let options = TlsOptions {
            roots_file_len: file,
            roots_pem_len: pem,
            connect_address_len: address,
            ..no_options()
        };
        assert_eq!(create_status(&options), Error::ARGUMENT_NULL.number());
    }
    let not_given = TlsOptions {
        roots_file_len: NUL_TERMINATED,
        roots_pem_len: NUL_TERMINATED,
        connect_address_len: NUL_TERMINATED,
        ..no_options()
    };
    assert_eq!(create_status(&not_given), OK);
    let options = TlsOptions {
        roots_pem: [0; 1].as_ptr(),
        roots_pem_len: (4 << 20) + 1,
        ..no_options()
    };
    assert_eq!(create_status(&options), too_long);

    assert_eq!(address_status(""), empty);
    assert_eq!(address_status(&"a".repeat(255)), too_long);
    assert_eq!(address_status(&"a".repeat(2000)), too_long);
    for wrong in ["a b", "a/b", "[::1]", "\u{e4}.example", "a\0", "-a"] {
        assert_eq!(address_status(wrong), character, "{wrong:?}");
    }
    let options = TlsOptions {
        connect_address: c"\xff".as_ptr(),
        connect_address_len: 1,
        ..no_options()
    };
    assert_eq!(create_status(&options), character);
    for right in ["127.0.0.1", "::1", "localhost", "a.example."] {
        assert_eq!(address_status(right), OK, "{right:?}");
    }
}

#[test]
fn malformed_calls() {
    let client = Client::with(&no_options());
    assert_eq!(client.open("", 443, 1), Error::ARGUMENT_EMPTY.number());
    assert_eq!(
        client.open("a b", 443, 1),
        Error::ARGUMENT_CHARACTER.number()
    );
    assert_eq!(
        client.open(&"a".repeat(255), 443, 1),
        Error::ARGUMENT_TOO_LONG.number()
    );
    assert_eq!(
        client.open("device.example", 0, 1),
        Error::ARGUMENT_RANGE.number()
    );

    let authority = Authority::new();
    let (address, server) = serve_handshake(&authority.leaf(&["device.example"]));
    let client = Client::new(&authority.pem());
    assert_eq!(client.open("device.example", address.port(), 5_000), OK);
    let empty = (Error::ARGUMENT_EMPTY.number(), 0);
    assert_eq!(client.write(&[], 1), empty);
    assert_eq!(client.read(&mut [], 1), empty);
    client.close();
    assert!(server.join().unwrap());
}
