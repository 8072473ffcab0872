//! The root certificates that a server's chain must end in.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use linkauth::status::Error;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::options::Options;

/// The largest PEM text that is read. The bundle of a Linux distribution has about 220 KB.
pub(crate) const PEM_MAX: usize = 4 << 20;

/// The roots that the options ask for. A file or text that was given and holds no certificate, or
/// one that cannot be read, is an error: to go on without it would fail later and less clearly.
pub(crate) fn load(options: &Options<'_>) -> Result<RootCertStore, Failure> {
    let mut store = RootCertStore::empty();
    if options.public_roots {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = options.roots_file {
        add(&mut store, &read(path)?)?;
    }
    if let Some(pem) = options.roots_pem {
        add(&mut store, pem)?;
    }
    if store.is_empty() {
        return Err(Error::TRANSPORT_ROOTS.into());
    }
    Ok(store)
}

fn add(store: &mut RootCertStore, pem: &[u8]) -> Result<(), Error> {
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| Error::TRANSPORT_ROOTS)?;
        store.add(certificate).map_err(|_| Error::TRANSPORT_ROOTS)?;
        found = true;
    }
    if found {
        Ok(())
    } else {
        Err(Error::TRANSPORT_ROOTS)
    }
}

/// Reads a file up to the limit. Wiped, because a PEM file may hold a private key beside the
/// certificates.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |cause: std::io::Error| match cause.kind() {
        ErrorKind::InvalidInput => Failure::of(Error::ARGUMENT_CHARACTER),
        ErrorKind::OutOfMemory => Failure::of(Error::OUT_OF_MEMORY),
        _ => Failure::of_system(Error::TRANSPORT_ROOTS, &cause),
    };
    let kind = std::fs::metadata(path).map_err(failed)?;
    // Anything but a file could block or never end.
    let size = usize::try_from(kind.len()).unwrap_or(usize::MAX);
    if !kind.is_file() || size > PEM_MAX {
        return Err(Error::TRANSPORT_ROOTS.into());
    }
    // One allocation, and one byte more than is expected: the text must not move, and a file that
    // grew meanwhile is refused.
    let mut pem = Zeroizing::new(Vec::new());
    pem.try_reserve_exact(size + 1)
        .map_err(|_| Error::OUT_OF_MEMORY)?;
    pem.resize(size + 1, 0);
    let mut file = File::open(path).map_err(failed)?;
    let mut filled = 0;
    while let Some(rest) = pem.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(failed(cause)),
        }
    }
    if filled > size {
        return Err(Error::TRANSPORT_ROOTS.into());
    }
    pem.truncate(filled);
    Ok(pem)
}

#[cfg(test)]
mod tests {
    /// The header says which of the platform's roots a caller must give.
    #[test]
    fn the_public_roots_are_as_documented() {
        const NAME: &[u8] = b"GlobalSign Root CA";
        let mut newer = 0;
        for anchor in webpki_roots::TLS_SERVER_ROOTS {
            let subject: &[u8] = &anchor.subject;
            if let Some(at) = subject.windows(NAME.len()).position(|part| part == NAME) {
                // R3 and R6 have their number in the name; R1 has not.
                assert!(subject[at + NAME.len()..].starts_with(b" - R"));
                newer += 1;
            }
        }
        assert!(newer >= 2);
    }
}
