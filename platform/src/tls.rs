//! How listeners speak TLS, and show a certificate that no client may accept when they are told to.
//!
//! By rustls for MQTT: a handshake costs half of what it costs with OpenSSL. By OpenSSL for HTTPS, and for the suites of old
//! clients, which rustls does not have.

use std::fmt;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::ssl::{SslAcceptor, SslContext};
use rustls::ServerConfig;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::ca::{Flaw, Identity, Suites};
use crate::faults::{FaultKind, Faults, Way};
use crate::platform::StartError;

/// The authority and what it issued to the server.
pub(crate) struct Certificates {
    pub(crate) ca: Identity,
    pub(crate) leaf: Identity,
    pub(crate) quick_leaf: Identity,
}

/// All that acceptors are made from.
pub(crate) struct Acceptors {
    leaf: Identity,
    quick_leaf: Identity,
    expired: Identity,
    wrong_host: Identity,
    faults: Faults,
}

impl Acceptors {
    pub(crate) fn new(certificates: Certificates, faults: Faults) -> Result<Self, ErrorStack> {
        let Certificates {
            ca,
            leaf,
            quick_leaf,
        } = certificates;
        Ok(Self {
            expired: ca.issue_flawed(&leaf, Flaw::Expired)?,
            wrong_host: ca.issue_flawed(&leaf, Flaw::WrongHost)?,
            leaf,
            quick_leaf,
            faults,
        })
    }

    /// An acceptor with these suites. OpenSSL asks about the server's name in every handshake, named or not, and takes
    /// another context for an answer.
    pub(crate) fn acceptor(&self, suites: Suites) -> Result<SslAcceptor, ErrorStack> {
        let context = |identity: &Identity| -> Result<SslContext, ErrorStack> {
            Ok(identity.acceptor(suites)?.build().into_context())
        };
        let expired = context(&self.expired)?;
        let wrong_host = context(&self.wrong_host)?;
        let faults = self.faults.clone();
        let mut builder = self.leaf.acceptor(suites)?;
        if suites == Suites::Modern {
            self.quick_leaf.add_to(&mut builder)?;
        }
        builder.set_servername_callback(move |ssl, _| {
            for fault in faults.play("", Way::Handshake) {
                let context = match fault {
                    FaultKind::CertificateExpired => &expired,
                    _ => &wrong_host,
                };
                // What fails here shows as a good certificate, which the test that wanted a bad one notices.
                let _ = ssl.set_ssl_context(context);
            }
            Ok(())
        });
        Ok(builder.build())
    }

    /// The suites of this decade by rustls. No session is resumed: after a power cut no device could.
    pub(crate) fn quick(&self) -> Result<Arc<ServerConfig>, StartError> {
        let shown = Shown {
            leaf: certified(&self.leaf)?,
            quick_leaf: certified(&self.quick_leaf)?,
            expired: certified(&self.expired)?,
            wrong_host: certified(&self.wrong_host)?,
            faults: self.faults.clone(),
        };
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }
}

fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, StartError> {
    let key = identity.key_der()?.into();
    let chain = vec![identity.certificate_der()?.into()];
    let config = ServerConfig::builder();
    let certified = CertifiedKey::from_der(chain, key, config.crypto_provider());
    Ok(Arc::new(certified.map_err(StartError::Rustls)?))
}

/// The certificates that a handshake by rustls may show.
struct Shown {
    leaf: Arc<CertifiedKey>,
    quick_leaf: Arc<CertifiedKey>,
    expired: Arc<CertifiedKey>,
    wrong_host: Arc<CertifiedKey>,
    faults: Faults,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let played = self.faults.play("", Way::Handshake);
        let shown = match played.last() {
            Some(FaultKind::CertificateExpired) => &self.expired,
            Some(_) => &self.wrong_host,
            None => {
                let schemes = hello.signature_schemes();
                match self.quick_leaf.key.choose_scheme(schemes) {
                    Some(_) => &self.quick_leaf,
                    None => &self.leaf,
                }
            }
        };
        Some(shown.clone())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}
