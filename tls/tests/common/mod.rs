//! Certificates, servers, and a client that goes through the C function pointers.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::undocumented_unsafe_blocks)] // Every block calls the C API as its header allows.

use std::ffi::{CString, c_char};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ptr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use linkauth::transport::Transport;
use linkauth_tls::capi::{
    LINKAUTH_TLS_NO_PUBLIC_ROOTS, Tls, TlsOptions, linkauth_tls_create, linkauth_tls_free,
    linkauth_tls_last_errno, linkauth_tls_transport,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

pub const NUL_TERMINATED: usize = usize::MAX;
pub const OK: i32 = 0;

const SERVER_PATIENCE: Duration = Duration::from_secs(10);

/// A certificate authority of the tests' own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A server's certificate and key.
pub struct Leaf {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "linkauth test root");
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn leaf(&self, names: &[&str]) -> Leaf {
        self.leaf_until(names, 2100)
    }

    /// A certificate that expires on the first day of `year`.
    pub fn leaf_until(&self, names: &[&str], year: i32) -> Leaf {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Leaf { certificate, key }
    }
}

pub type Served = StreamOwned<ServerConnection, TcpStream>;

pub fn server_config(leaf: &Leaf, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf.key.serialize_der()));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.certificate.der().clone()], key)
            .unwrap();
    Arc::new(config)
}

/// Accepts one TCP connection on a port of the system's choice.
pub fn serve_tcp<T: Send + 'static>(
    work: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let stream = listener.accept().unwrap().0;
        // A test that goes wrong ends.
        stream.set_read_timeout(Some(SERVER_PATIENCE)).unwrap();
        stream.set_write_timeout(Some(SERVER_PATIENCE)).unwrap();
        work(stream)
    });
    (address, thread)
}

/// Accepts one TLS connection. The handshake runs when `work` first reads or writes.
pub fn serve<T: Send + 'static>(
    leaf: &Leaf,
    version: &'static SupportedProtocolVersion,
    work: impl FnOnce(Served) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let config = server_config(leaf, version);
    serve_tcp(move |stream| {
        work(StreamOwned::new(
            ServerConnection::new(config).unwrap(),
            stream,
        ))
    })
}

/// A server for a client that is expected to turn away.
pub fn serve_handshake(leaf: &Leaf) -> (SocketAddr, JoinHandle<bool>) {
    serve(leaf, &rustls::version::TLS13, |mut served| {
        while served.conn.is_handshaking() {
            if served.conn.complete_io(&mut served.sock).is_err() {
                return false;
            }
        }
        std::io::Read::read(&mut served, &mut [0]).is_ok()
    })
}

pub fn no_options() -> TlsOptions {
    TlsOptions {
        struct_size: size_of::<TlsOptions>() as u32,
        flags: 0,
        roots_file: ptr::null(),
        roots_file_len: 0,
        roots_pem: ptr::null(),
        roots_pem_len: 0,
        connect_timeout_ms: 0,
        reserved: 0,
        connect_address: ptr::null(),
        connect_address_len: 0,
    }
}

/// Calls linkauth_tls_create and frees what it made.
pub fn create_status(options: &TlsOptions) -> i32 {
    let mut tls = ptr::dangling_mut();
    let status = unsafe { linkauth_tls_create(options, &mut tls) };
    assert_eq!(status == OK, !tls.is_null(), "out is NULL on failure only");
    unsafe { linkauth_tls_free(tls) };
    status
}

/// A transport that trusts `roots` alone and connects to the loopback address.
pub struct Client {
    tls: *mut Tls,
    pub transport: Transport,
}

impl Client {
    pub fn new(roots: &str) -> Client {
        Client::connecting_to(roots, "127.0.0.1")
    }

    pub fn connecting_to(roots: &str, address: &str) -> Client {
        let address = CString::new(address).unwrap();
        Client::with(&TlsOptions {
            flags: LINKAUTH_TLS_NO_PUBLIC_ROOTS,
            roots_pem: roots.as_ptr(),
            roots_pem_len: roots.len(),
            connect_address: address.as_ptr(),
            connect_address_len: NUL_TERMINATED,
            ..no_options()
        })
    }

    pub fn with(options: &TlsOptions) -> Client {
        let mut tls = ptr::null_mut();
        assert_eq!(unsafe { linkauth_tls_create(options, &mut tls) }, OK);
        let mut transport = std::mem::MaybeUninit::<Transport>::zeroed();
        let transport = unsafe {
            assert_eq!(linkauth_tls_transport(tls, transport.as_mut_ptr()), OK);
            transport.assume_init()
        };
        Client { tls, transport }
    }

    pub fn open(&self, host: &str, port: u16, timeout_ms: u32) -> i32 {
        let text = CString::new(host).unwrap();
        unsafe {
            self.transport.open.unwrap()(
                self.transport.user,
                text.as_ptr().cast::<c_char>(),
                host.len(),
                port,
                timeout_ms,
            )
        }
    }

    pub fn write(&self, data: &[u8], timeout_ms: u32) -> (i32, usize) {
        let mut sent = 77;
        let status = unsafe {
            self.transport.write.unwrap()(
                self.transport.user,
                data.as_ptr(),
                data.len(),
                &mut sent,
                timeout_ms,
            )
        };
        (status, sent)
    }

    pub fn read(&self, data: &mut [u8], timeout_ms: u32) -> (i32, usize) {
        let mut received = 77;
        let status = unsafe {
            self.transport.read.unwrap()(
                self.transport.user,
                data.as_mut_ptr(),
                data.len(),
                &mut received,
                timeout_ms,
            )
        };
        (status, received)
    }

    pub fn write_all(&self, mut data: &[u8]) {
        while !data.is_empty() {
            let (status, sent) = self.write(data, 5_000);
            assert_eq!(status, OK);
            assert!((1..=data.len()).contains(&sent));
            data = &data[sent..];
        }
    }

    pub fn read_exact(&self, mut data: &mut [u8]) {
        while !data.is_empty() {
            let (status, received) = self.read(data, 5_000);
            assert_eq!(status, OK);
            assert!((1..=data.len()).contains(&received));
            data = &mut data[received..];
        }
    }

    pub fn close(&self) {
        unsafe { self.transport.close.unwrap()(self.transport.user) }
    }

    pub fn now_ms(&self) -> u64 {
        unsafe { self.transport.now_ms.unwrap()(self.transport.user) }
    }

    pub fn errno(&self) -> i32 {
        unsafe { linkauth_tls_last_errno(self.tls) }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { linkauth_tls_free(self.tls) }
    }
}

/// A folder of its own for one test, removed at the end.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("linkauth-tls-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
