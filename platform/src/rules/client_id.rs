//! The MQTT clientId: `name|key=value,key=value|`.

use super::{Method, Refusal};

const NAME_MAX: usize = 64;

/// What `securemode` says about the way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecureMode {
    /// 2: TLS.
    Tls,
    /// 3: plain TCP.
    Plain,
    /// -2: TLS, without pre-registration.
    WithoutPreRegistration,
}

/// What the CONNECT is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// No `authType`: sign-in with the DeviceSecret.
    Secret,
    /// `connwl`: sign-in with the token of a registration without pre-registration.
    Token,
    /// `register`: registration of a device that the owner created.
    Register,
    /// `regnwl`: registration without pre-registration.
    RegisterUnknown,
}

/// A parsed clientId.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId<'a> {
    name: &'a str,
    extension: Vec<(&'a str, &'a str)>,
}

impl<'a> ClientId<'a> {
    /// Splits at the first and the last bar: values such as `lan=JS|WX` hold bars of their own.
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        let (name, rest) = text
            .split_once('|')
            .ok_or(Refusal::format("the clientId has no bars"))?;
        let (extension, tail) = rest
            .rsplit_once('|')
            .ok_or(Refusal::format("the clientId has one bar only"))?;
        if !tail.is_empty() {
            return Err(Refusal::format("text after the last bar of the clientId"));
        }
        if name.chars().count() > NAME_MAX {
            return Err(Refusal::format("the clientId is over 64 characters"));
        }
        Ok(Self {
            name,
            extension: parse_extension(extension)?,
        })
    }

    /// The part before the first bar: the only part that a sign-in signs.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The value of an extension key.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        let found = self.extension.iter().find(|(k, _)| *k == key);
        found.map(|(_, value)| *value)
    }

    /// The declared way in.
    pub fn secure_mode(&self) -> Result<SecureMode, Refusal> {
        match self.get("securemode") {
            Some("2") => Ok(SecureMode::Tls),
            Some("3") => Ok(SecureMode::Plain),
            Some("-2") => Ok(SecureMode::WithoutPreRegistration),
            Some(_) => Err(Refusal::format("unknown securemode")),
            None => Err(Refusal::format("no securemode")),
        }
    }

    /// The purpose of the CONNECT.
    pub fn auth_type(&self) -> Result<AuthType, Refusal> {
        match self.get("authType") {
            None => Ok(AuthType::Secret),
            Some("connwl") => Ok(AuthType::Token),
            Some("register") => Ok(AuthType::Register),
            Some("regnwl") => Ok(AuthType::RegisterUnknown),
            Some(_) => Err(Refusal::format("unknown authType")),
        }
    }

    /// The declared HMAC; HMAC-MD5 if none is declared.
    pub fn method(&self) -> Result<Method, Refusal> {
        match self.get("signmethod") {
            None => Ok(Method::Md5),
            Some(name) => Method::parse(name).ok_or(Refusal::format("unknown signmethod")),
        }
    }
}

fn parse_extension(text: &str) -> Result<Vec<(&str, &str)>, Refusal> {
    text.split(',')
        .map(str::trim)
        .filter(|element| !element.is_empty())
        .map(|element| {
            let (key, value) = element
                .split_once('=')
                .ok_or(Refusal::format("an extension of the clientId has no '='"))?;
            Ok((key.trim(), value))
        })
        .collect()
}
