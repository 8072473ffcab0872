//! The certificate authority of one data directory, and the server certificate under it.
//!
//! RSA, since the C SDK in the field offers static RSA key exchange only and cannot read ECDSA certificates; and, beside it
//! where new clients connect, an ECDSA key under the same RSA authority.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{
    SslAcceptor, SslAcceptorBuilder, SslMethod, SslMode, SslOptions, SslSessionCacheMode,
    SslVersion,
};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use rustls::pki_types::PrivatePkcs8KeyDer;

const RSA_BITS: u32 = 2048;
const CA_DAYS: u32 = 3650;
const LEAF_DAYS: u32 = 825;
/// What clients of this decade want.
const MODERN: &str = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// The same, and the only four suites of the vendor's older C SDK.
const LEGACY: &str =
    "ECDHE+AESGCM:ECDHE+CHACHA20:AES256-SHA256:AES256-SHA:AES128-SHA256:AES128-SHA:@SECLEVEL=1";

/// Which cipher suites a listener has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suites {
    Modern,
    Legacy,
}

/// What a server key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Everybody can read it.
    Rsa,
    /// A handshake costs the server a tenth; shown to who says that he can read it.
    EllipticCurve,
}

/// What is wrong with a certificate that is shown on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Expired,
    WrongHost,
}

/// A certificate with its key.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate: X509,
    key: PKey<Private>,
}

impl Identity {
    /// A new certificate authority.
    pub(crate) fn new_authority() -> Result<Self, ErrorStack> {
        let key = new_key()?;
        let mut builder = builder("linkauth platform CA (not for production)", CA_DAYS, &key)?;
        let name = builder_name("linkauth platform CA (not for production)")?;
        builder.set_issuer_name(&name)?;
        builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        let usage = KeyUsage::new()
            .critical()
            .key_cert_sign()
            .crl_sign()
            .build()?;
        builder.append_extension(usage)?;
        let id = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(id)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self {
            certificate: builder.build(),
            key,
        })
    }

    /// A server certificate for every name that the platform has in `region`.
    pub(crate) fn issue_leaf(&self, region: &str, kind: KeyKind) -> Result<Self, ErrorStack> {
        let names = [
            "localhost".to_owned(),
            format!("*.iot-as-mqtt.{region}.aliyuncs.com"),
            format!("iot-auth.{region}.aliyuncs.com"),
            "*.mqtt.iothub.aliyuncs.com".to_owned(),
        ];
        let key = match kind {
            KeyKind::Rsa => new_key()?,
            KeyKind::EllipticCurve => new_curve_key()?,
        };
        self.issue(key, &names, LEAF_DAYS, |names| names.ip("127.0.0.1"))
    }

    /// A server certificate that no client may accept. It has the key of `leaf`.
    pub(crate) fn issue_flawed(&self, leaf: &Self, flaw: Flaw) -> Result<Self, ErrorStack> {
        let key = leaf.key.clone();
        match flaw {
            Flaw::Expired => self.issue(key, &["localhost".to_owned()], 0, |names| {
                names.ip("127.0.0.1")
            }),
            Flaw::WrongHost => {
                self.issue(key, &["elsewhere.invalid".to_owned()], LEAF_DAYS, |names| {
                    names
                })
            }
        }
    }

    /// With 0 days it ran out an hour ago.
    fn issue(
        &self,
        key: PKey<Private>,
        names: &[String],
        days: u32,
        more: impl Fn(&mut SubjectAlternativeName) -> &mut SubjectAlternativeName,
    ) -> Result<Self, ErrorStack> {
        let mut builder = builder(&names[0], days.max(1), &key)?;
        if days == 0 {
            builder.set_not_after(&*Asn1Time::from_unix(now() - 3600)?)?;
        }
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.append_extension(BasicConstraints::new().build()?)?;
        let usage = KeyUsage::new()
            .critical()
            .digital_signature()
            .key_encipherment()
            .build()?;
        builder.append_extension(usage)?;
        builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let mut alternatives = SubjectAlternativeName::new();
        for name in names {
            alternatives.dns(name);
        }
        let names = more(&mut alternatives).build(&context)?;
        let issuer = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        let id = SubjectKeyIdentifier::new().build(&context)?;
        for extension in [names, issuer, id] {
            builder.append_extension(extension)?;
        }
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(Self {
            certificate: builder.build(),
            key,
        })
    }

    /// Reads back what [`Identity::certificate_pem`] and [`Identity::key_pem`] wrote.
    pub(crate) fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, ErrorStack> {
        Ok(Self {
            certificate: X509::from_pem(certificate)?,
            key: PKey::private_key_from_pem(key)?,
        })
    }

    /// The certificate.
    pub(crate) fn certificate_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_pem()
    }

    /// The private key.
    pub(crate) fn key_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.key.private_key_to_pem_pkcs8()
    }

    /// The certificate, as a handshake shows it.
    pub(crate) fn certificate_der(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_der()
    }

    /// The private key in PKCS #8.
    pub(crate) fn key_der(&self) -> Result<PrivatePkcs8KeyDer<'static>, ErrorStack> {
        Ok(self.key.private_key_to_pkcs8()?.into())
    }

    /// Whether this certificate was signed by `authority`, is good for another day, and names `region`.
    pub(crate) fn serves(&self, authority: &Self, region: &str) -> Result<bool, ErrorStack> {
        let signed = self.certificate.verify(&authority.key)?;
        let tomorrow = Asn1Time::days_from_now(1)?;
        let wanted = format!("iot-auth.{region}.aliyuncs.com");
        let names = self.certificate.subject_alt_names();
        let named = names.is_some_and(|names| {
            names
                .iter()
                .any(|name| name.dnsname() == Some(wanted.as_str()))
        });
        Ok(signed && named && self.certificate.not_after() > tomorrow)
    }

    /// What a TLS acceptor that shows this certificate is built from.
    pub(crate) fn acceptor(&self, suites: Suites) -> Result<SslAcceptorBuilder, ErrorStack> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        // The quickest first, whatever the client says; clients without AES in hardware get ChaCha20 all the same.
        builder.set_options(SslOptions::CIPHER_SERVER_PREFERENCE | SslOptions::PRIORITIZE_CHACHA);
        builder.set_cipher_list(match suites {
            Suites::Modern => MODERN,
            Suites::Legacy => LEGACY,
        })?;
        builder.set_certificate(&self.certificate)?;
        builder.set_private_key(&self.key)?;
        builder.check_private_key()?;
        // The chain is this one certificate: nothing is to be looked for. No session is resumed over TLS 1.3: after a power
        // cut no device could, and the tickets would be a seventh of a handshake.
        builder.set_mode(SslMode::NO_AUTO_CHAIN);
        builder.set_session_cache_mode(SslSessionCacheMode::OFF);
        builder.set_num_tickets(0)?;
        Ok(builder)
    }

    /// Adds this certificate to what an acceptor may show.
    pub(crate) fn add_to(&self, builder: &mut SslAcceptorBuilder) -> Result<(), ErrorStack> {
        builder.set_certificate(&self.certificate)?;
        builder.set_private_key(&self.key)
    }
}

fn new_curve_key() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn new_key() -> Result<PKey<Private>, ErrorStack> {
    PKey::from_rsa(Rsa::generate(RSA_BITS)?)
}

fn builder_name(common_name: &str) -> Result<openssl::x509::X509Name, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_text("CN", common_name)?;
    Ok(name.build())
}

fn builder(common_name: &str, days: u32, key: &PKey<Private>) -> Result<X509Builder, ErrorStack> {
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(&*builder_name(common_name)?)?;
    // Containers and boards often have a clock that is some hours behind.
    builder.set_not_before(&*Asn1Time::from_unix(now() - 24 * 3600)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(days)?)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn now() -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or_default()
}
