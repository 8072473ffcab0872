//! HMAC signatures over the platform's canonical strings.

use hmac::{Hmac, KeyInit, Mac};

/// An HMAC that the platform accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `hmacmd5`, the documented default of a CONNECT.
    Md5,
    /// `hmacsha1`.
    Sha1,
    /// `hmacsha256`.
    Sha256,
}

impl Method {
    /// Reads a method name. Samples in the field also write `HmacMD5` and `hmac_md5`.
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().replace('_', "").as_str() {
            "hmacmd5" => Some(Self::Md5),
            "hmacsha1" => Some(Self::Sha1),
            "hmacsha256" => Some(Self::Sha256),
            _ => None,
        }
    }

    /// Whether `hex`, in either case, is the signature of `content`. Takes the same time wherever they differ.
    pub fn verify(self, key: &str, content: &str, hex: &str) -> bool {
        let Some(signature) = decode_hex(hex) else {
            return false;
        };
        match self {
            Self::Md5 => verify::<Hmac<md5::Md5>>(key, content, &signature),
            Self::Sha1 => verify::<Hmac<sha1::Sha1>>(key, content, &signature),
            Self::Sha256 => verify::<Hmac<sha2::Sha256>>(key, content, &signature),
        }
    }
}

fn verify<M: Mac + KeyInit>(key: &str, content: &str, signature: &[u8]) -> bool {
    let Ok(mac) = <M as KeyInit>::new_from_slice(key.as_bytes()) else {
        return false;
    };
    mac.chain_update(content).verify_slice(signature).is_ok()
}

fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks_exact(2).map(|d| d[0] << 4 | d[1]).collect())
}

/// The canonical string: fields in the order of their names, each name followed by its value.
pub(super) fn content(fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    fields
        .into_iter()
        .flat_map(|(name, value)| [name, value])
        .collect()
}
