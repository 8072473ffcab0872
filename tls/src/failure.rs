//! A status, and the system's error number where the system was the cause.

use std::io::{self, ErrorKind};

use linkauth::status::Error;
use rustls::CertificateError;

/// Why a call of [`TlsTransport`](crate::TlsTransport) failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status.
    pub error: Error,
    /// The system's error number, or 0 if the system was not the cause.
    pub errno: i32,
}

impl Failure {
    /// The end of the stream without TLS's close_notify.
    pub(crate) const CLOSED: Failure = Failure::of(Error::TRANSPORT_CLOSED);
    /// The deadline passed.
    pub(crate) const TIMED_OUT: Failure = Failure::of(Error::TRANSPORT_TIMED_OUT);

    pub(crate) const fn of(error: Error) -> Failure {
        Failure { error, errno: 0 }
    }

    pub(crate) fn of_system(error: Error, cause: &io::Error) -> Failure {
        Failure {
            error,
            errno: cause.raw_os_error().unwrap_or(0),
        }
    }

    /// A failure of `connect`.
    pub(crate) fn of_connect(cause: &io::Error) -> Failure {
        let error = match cause.kind() {
            ErrorKind::ConnectionRefused => Error::TRANSPORT_REFUSED,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Error::TRANSPORT_TIMED_OUT,
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Error::TRANSPORT_CLOSED,
            _ => Error::TRANSPORT_IO,
        };
        Failure::of_system(error, cause)
    }

    /// A failure of a connection that was established.
    pub(crate) fn of_stream(cause: &io::Error) -> Failure {
        let error = match cause.kind() {
            // The deadline has no error number; ETIMEDOUT says that the peer no longer answers.
            ErrorKind::TimedOut if cause.raw_os_error().is_none() => Error::TRANSPORT_TIMED_OUT,
            ErrorKind::TimedOut
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::UnexpectedEof
            | ErrorKind::WriteZero => Error::TRANSPORT_CLOSED,
            _ => Error::TRANSPORT_IO,
        };
        Failure::of_system(error, cause)
    }

    /// What rustls made of the handshake or of a record.
    pub(crate) fn of_tls(cause: &rustls::Error) -> Failure {
        Failure::of(match cause {
            rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Error::TRANSPORT_HOSTNAME,
            rustls::Error::InvalidCertificate(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::FailedToGetCurrentTime => Error::TRANSPORT_CERTIFICATE,
            rustls::Error::FailedToGetRandomBytes => Error::RANDOM_FAILED,
            _ => Error::TRANSPORT_TLS,
        })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::of(error)
    }
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.error, f)
    }
}

impl core::error::Error for Failure {}
