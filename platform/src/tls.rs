//! The TLS acceptors, which can be told to show a certificate that no client may accept.

use openssl::error::ErrorStack;
use openssl::ssl::{SslAcceptor, SslContext};

use crate::ca::{Flaw, Identity, Suites};
use crate::faults::{FaultKind, Faults, Way};

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
}
