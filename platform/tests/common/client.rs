//! Clients that write every byte themselves.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use openssl::ssl::{
    HandshakeError, Ssl, SslContext, SslContextBuilder, SslMethod, SslStream, SslVerifyMode,
    SslVersion,
};
use openssl::x509::X509;

use super::Credentials;

/// Far longer than any answer takes: a test that meets it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

pub(crate) fn plain(address: SocketAddr) -> Box<dyn Stream> {
    Box::new(tcp(address))
}

fn tcp(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a listener");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a read timeout");
    stream
}

/// TLS with `ca` as the only root, and the name checked.
pub(crate) fn tls(ca: &[u8], address: SocketAddr, host: &str) -> Box<dyn Stream> {
    Box::new(handshake(ca, address, host, |_| {}))
}

/// TLS 1.2 with the one suite asked for.
pub(crate) fn tls_with_suite(
    ca: &[u8],
    address: SocketAddr,
    suite: &str,
) -> Option<Box<dyn Stream>> {
    let stream = try_handshake(ca, address, "localhost", |context| {
        context
            .set_max_proto_version(Some(SslVersion::TLS1_2))
            .expect("TLS 1.2");
        context.set_cipher_list(suite).expect("a suite");
    })
    .ok()?;
    let used = stream.ssl().current_cipher().map(|cipher| cipher.name());
    assert_eq!(used, Some(suite), "the suite in use");
    Some(Box::new(stream))
}

/// Why a client that trusts `ca` would not talk to the server.
pub(crate) fn tls_refusal(ca: &[u8], address: SocketAddr, host: &str) -> Option<String> {
    let outcome = try_handshake(ca, address, host, |_| {});
    outcome.err().map(|error| error.to_string())
}

fn handshake(
    ca: &[u8],
    address: SocketAddr,
    host: &str,
    configure: impl Fn(&mut SslContextBuilder),
) -> SslStream<TcpStream> {
    try_handshake(ca, address, host, configure).expect("a TLS session")
}

fn try_handshake(
    ca: &[u8],
    address: SocketAddr,
    host: &str,
    configure: impl Fn(&mut SslContextBuilder),
) -> Result<SslStream<TcpStream>, HandshakeError<TcpStream>> {
    handshake_over(tcp(address), ca, host, configure)
}

fn handshake_over(
    tcp: TcpStream,
    ca: &[u8],
    host: &str,
    configure: impl Fn(&mut SslContextBuilder),
) -> Result<SslStream<TcpStream>, HandshakeError<TcpStream>> {
    let mut context = SslContext::builder(SslMethod::tls_client()).expect("a context");
    let ca = X509::from_pem(ca).expect("a certificate");
    context
        .cert_store_mut()
        .add_cert(ca)
        .expect("a root certificate");
    context.set_verify(SslVerifyMode::PEER);
    configure(&mut context);
    let mut ssl = Ssl::new(&context.build()).expect("a client");
    match host.parse() {
        Ok(ip) => ssl.param_mut().set_ip(ip).expect("an address"),
        Err(_) => {
            ssl.set_hostname(host).expect("a name");
            ssl.param_mut().set_host(host).expect("a name");
        }
    }
    ssl.connect(tcp)
}

/// An MQTT packet: first byte and body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packet(pub(crate) u8, pub(crate) Vec<u8>);

pub(crate) struct Mqtt {
    stream: Box<dyn Stream>,
    /// Read but not yet used.
    buffer: Vec<u8>,
}

impl Mqtt {
    /// Connects and returns the CONNACK code.
    pub(crate) fn connect(
        stream: Box<dyn Stream>,
        with: &Credentials,
        keep_alive: u16,
    ) -> (Self, u8) {
        let mut mqtt = Self::send_connect(stream, with, keep_alive);
        let code = mqtt.connack();
        (mqtt, code)
    }

    pub(crate) fn send_connect(
        stream: Box<dyn Stream>,
        with: &Credentials,
        keep_alive: u16,
    ) -> Self {
        let mut mqtt = Self {
            stream,
            buffer: Vec::new(),
        };
        mqtt.send(0x10, &connect_body(with, keep_alive, 4));
        mqtt
    }

    pub(crate) fn raw(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub(crate) fn connack(&mut self) -> u8 {
        let Packet(0x20, body) = self.packet().expect("a CONNACK") else {
            panic!("not a CONNACK");
        };
        assert_eq!((body.len(), body[0]), (2, 0), "CONNACK without a session");
        body[1]
    }

    pub(crate) fn send(&mut self, first: u8, body: &[u8]) {
        let mut packet = vec![first];
        let mut length = body.len();
        loop {
            let more = if length > 127 { 0x80 } else { 0 };
            packet.push(u8::try_from(length % 128).expect("seven bits") | more);
            length /= 128;
            if length == 0 {
                break;
            }
        }
        packet.extend_from_slice(body);
        self.stream.write_all(&packet).expect("an open connection");
    }

    /// The next packet; none when the platform closed the connection.
    pub(crate) fn packet(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.take_packet() {
                return Some(packet);
            }
            if self.read_once() == 0 {
                return None;
            }
        }
    }

    /// Reads once, and says how many bytes came.
    pub(crate) fn read_once(&mut self) -> usize {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                count
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("reading: {error}"),
        }
    }

    fn take_packet(&mut self) -> Option<Packet> {
        let mut length = 0;
        for (i, byte) in self.buffer.iter().skip(1).take(4).enumerate() {
            length |= usize::from(byte & 0x7F) << (7 * i);
            if byte & 0x80 == 0 {
                let header = i + 2;
                let body = self.buffer.get(header..header + length)?.to_vec();
                let first = self.buffer[0];
                self.buffer.drain(..header + length);
                return Some(Packet(first, body));
            }
        }
        None
    }

    /// Subscribes and returns the SUBACK code.
    pub(crate) fn subscribe(&mut self, filter: &str, qos: u8) -> u8 {
        let body = [&[0, 9], &text(filter)[..], &[qos]].concat();
        self.send(0x82, &body);
        let Some(Packet(0x90, body)) = self.packet() else {
            panic!("not a SUBACK");
        };
        assert_eq!(body[..2], [0, 9], "packet id");
        body[2]
    }

    pub(crate) fn publish(&mut self, topic: &str, qos: u8, payload: &[u8]) {
        let id: &[u8] = if qos == 0 { &[] } else { &[0, 3] };
        self.send(0x30 | qos << 1, &[&text(topic)[..], id, payload].concat());
    }

    pub(crate) fn ping(&mut self) {
        self.send(0xC0, &[]);
        assert_eq!(self.packet(), Some(Packet(0xD0, vec![])), "a PINGRESP");
    }

    /// Leaves as MQTT wants it, and waits until the platform closes.
    pub(crate) fn leave(mut self) {
        self.send(0xE0, &[]);
        assert_eq!(self.packet(), None, "closed after DISCONNECT");
    }
}

pub(crate) fn connect_body(with: &Credentials, keep_alive: u16, level: u8) -> Vec<u8> {
    let mut body = text("MQTT");
    body.extend([level, 0b1100_0010]);
    body.extend(keep_alive.to_be_bytes());
    if level == 5 {
        body.push(0);
    }
    for field in [&with.client_id, &with.username, &with.password] {
        body.extend(text(field));
    }
    body
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text");
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}

/// A PUBLISH body without packet id: topic and payload.
pub(crate) fn split_publish(body: &[u8]) -> (&str, &[u8]) {
    let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
    let topic = std::str::from_utf8(&body[2..2 + length]).expect("a topic");
    (topic, &body[2 + length..])
}

/// Posts a form and returns the whole answer.
pub(crate) fn post(ca: &[u8], address: SocketAddr, path: &str, form: &str) -> String {
    try_post(ca, address, path, form).expect("an answer")
}

/// The same with a server that may go away.
pub(crate) fn try_post(ca: &[u8], address: SocketAddr, path: &str, form: &str) -> Option<String> {
    let tcp = TcpStream::connect(address).ok()?;
    tcp.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut stream = handshake_over(tcp, ca, "localhost", |_| {}).ok()?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
