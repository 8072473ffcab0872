//! The transport: options, and at most one connection.

use std::sync::Arc;

use linkauth::status::Error;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::sign::SigningKey;

use crate::connection::Connection;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::options::{DEFAULT_TIMEOUT_MS, Options};
use crate::resolve::Resolver;
use crate::roots;

/// The longest host name that DNS allows, with a final dot.
const HOST_MAX: usize = 254;

/// A transport for linkauth over TLS 1.2 or 1.3. It carries one connection at a time.
///
/// Time-outs are in milliseconds and bound the whole call; 0 is
/// [`DEFAULT_TIMEOUT_MS`](crate::DEFAULT_TIMEOUT_MS).
pub struct TlsTransport {
    config: Arc<ClientConfig>,
    connect_address: Option<String>,
    connect_timeout_ms: u32,
    resolver: Resolver,
    connection: Option<Box<Connection>>,
}

impl TlsTransport {
    /// Reads the roots. Connects to nothing.
    ///
    /// # Errors
    /// `TRANSPORT_ROOTS` if roots cannot be read or there are none, `ARGUMENT_EMPTY`,
    /// `ARGUMENT_TOO_LONG` or `ARGUMENT_CHARACTER` for a malformed option, `OUT_OF_MEMORY`.
    pub fn new(options: &Options<'_>) -> Result<TlsTransport, Failure> {
        if let Some(address) = options.connect_address {
            server_name(address)?;
        }
        let roots = roots::load(options)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(|cause| Failure::of_tls(&cause))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Tickets are secrets that would outlive their connection.
        config.resumption = Resumption::disabled();
        Ok(TlsTransport {
            config: Arc::new(config),
            connect_address: options.connect_address.map(str::to_owned),
            connect_timeout_ms: or_default(options.connect_timeout_ms),
            resolver: Resolver::default(),
            connection: None,
        })
    }

    /// Connects to `host` (a name or an IP address) and authenticates it. The limit is the
    /// smaller one of `timeout_ms` (0 names none) and the option `connect_timeout_ms`.
    ///
    /// # Errors
    /// `BUSY` if a connection is open, `ARGUMENT_...` for a malformed host or port, and
    /// `TRANSPORT_...`; then nothing is left open.
    pub fn open(&mut self, host: &str, port: u16, timeout_ms: u32) -> Result<(), Failure> {
        if self.connection.is_some() {
            return Err(Error::BUSY.into());
        }
        let name = server_name(host)?;
        if port == 0 {
            return Err(Error::ARGUMENT_RANGE.into());
        }
        let limit = match timeout_ms {
            0 => self.connect_timeout_ms,
            limit => limit.min(self.connect_timeout_ms),
        };
        let deadline = Deadline::after_ms(limit);
        let target = self.connect_address.as_deref().unwrap_or(host);
        let addresses = self.resolver.resolve(target, port, deadline)?;
        self.connection = Some(Connection::open(
            Arc::clone(&self.config),
            name,
            &addresses,
            deadline,
        )?);
        Ok(())
    }

    /// Sends up to 16 KiB of `data` and says how much it took, at least 1.
    ///
    /// After a failure the connection is good for nothing but [`close`](TlsTransport::close).
    ///
    /// # Errors
    /// `NOT_INITIALISED` without a connection, `ARGUMENT_EMPTY`, `TRANSPORT_...`.
    pub fn write(&mut self, data: &[u8], timeout_ms: u32) -> Result<usize, Failure> {
        let connection = self.connected(data.is_empty())?;
        connection.write(data, Deadline::after_ms(or_default(timeout_ms)))
    }

    /// Receives into `data` and says how much came; 0 is the end of the stream by close_notify.
    ///
    /// # Errors
    /// `NOT_INITIALISED` without a connection, `ARGUMENT_EMPTY`, `TRANSPORT_...`. After
    /// `TRANSPORT_TIMED_OUT` reading may go on.
    pub fn read(&mut self, data: &mut [u8], timeout_ms: u32) -> Result<usize, Failure> {
        let connection = self.connected(data.is_empty())?;
        connection.read(data, Deadline::after_ms(or_default(timeout_ms)))
    }

    /// Sends close_notify if that is possible at once, and drops the connection. Without a
    /// connection it does nothing.
    pub fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }

    fn connected(&mut self, nothing_to_do: bool) -> Result<&mut Connection, Failure> {
        let connection = self.connection.as_mut().ok_or(Error::NOT_INITIALISED)?;
        if nothing_to_do {
            return Err(Error::ARGUMENT_EMPTY.into());
        }
        Ok(connection)
    }
}

impl Drop for TlsTransport {
    fn drop(&mut self) {
        self.close();
    }
}

fn or_default(timeout_ms: u32) -> u32 {
    match timeout_ms {
        0 => DEFAULT_TIMEOUT_MS,
        limit => limit,
    }
}

/// Everything that ring has, but for private keys: there is no client certificate, and the code that would
/// sign with one is 40 KB.
fn provider() -> CryptoProvider {
    CryptoProvider {
        key_provider: &NoPrivateKeys,
        ..ring::default_provider()
    }
}

#[derive(Debug)]
struct NoPrivateKeys;

impl KeyProvider for NoPrivateKeys {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General(String::new()))
    }
}

/// A host as a certificate can name it: a DNS name or an IP address.
fn server_name(host: &str) -> Result<ServerName<'static>, Error> {
    if host.is_empty() {
        return Err(Error::ARGUMENT_EMPTY);
    }
    if host.len() > HOST_MAX {
        return Err(Error::ARGUMENT_TOO_LONG);
    }
    ServerName::try_from(host)
        .map(|name| name.to_owned())
        .map_err(|_| Error::ARGUMENT_CHARACTER)
}
