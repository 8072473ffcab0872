//! The certificate authority of one data directory, and the server certificate under it.
//!
//! RSA throughout: the C SDK in the field offers static RSA key exchange only, and cannot read ECDSA certificates.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::ssl::{SslAcceptor, SslMethod, SslVersion};
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509NameBuilder};

const RSA_BITS: u32 = 2048;
const CA_DAYS: u32 = 3650;
const LEAF_DAYS: u32 = 825;
/// What current clients want first, then the only four suites of the C SDK.
const CIPHERS: &str =
    "ECDHE+AESGCM:ECDHE+CHACHA20:AES256-SHA256:AES256-SHA:AES128-SHA256:AES128-SHA:@SECLEVEL=1";

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
    pub(crate) fn issue_leaf(&self, region: &str) -> Result<Self, ErrorStack> {
        let key = new_key()?;
        let mut builder = builder("localhost", LEAF_DAYS, &key)?;
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
        let names = SubjectAlternativeName::new()
            .dns("localhost")
            .ip("127.0.0.1")
            .dns(&format!("*.iot-as-mqtt.{region}.aliyuncs.com"))
            .dns(&format!("iot-auth.{region}.aliyuncs.com"))
            .dns("*.mqtt.iothub.aliyuncs.com")
            .build(&context)?;
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

    /// A TLS acceptor that shows this certificate.
    pub(crate) fn acceptor(&self) -> Result<SslAcceptor, ErrorStack> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
        builder.set_cipher_list(CIPHERS)?;
        builder.set_certificate(&self.certificate)?;
        builder.set_private_key(&self.key)?;
        builder.check_private_key()?;
        Ok(builder.build())
    }
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
    builder.set_not_before(&*Asn1Time::from_unix(yesterday())?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(days)?)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn yesterday() -> i64 {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or_default() - 24 * 3600
}
