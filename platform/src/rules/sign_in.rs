//! What a CONNECT is allowed to do.

use subtle::ConstantTimeEq;

use super::signature::content;
use super::{
    AuthType, Authentication, ClientId, Connack, Device, DeviceKey, Push, Refusal,
    RegistrationState, Rules, SecureMode, StoreError,
};

const KEEP_ALIVE: std::ops::RangeInclusive<u16> = 30..=1200;

/// The parts of a CONNECT that matter.
#[derive(Clone, Copy)]
pub struct Connect<'a> {
    /// The whole MQTT clientId.
    pub client_id: &'a str,
    /// The user name, `DeviceName&ProductKey`.
    pub username: &'a str,
    /// The password.
    pub password: &'a [u8],
    /// Keep alive in seconds.
    pub keep_alive: u16,
    /// Whether it came over TLS.
    pub tls: bool,
}

impl Connect<'_> {
    /// The device that it claims to be, if the user name is well-formed.
    pub fn claimed_key(&self) -> Option<DeviceKey> {
        let (device_name, product_key) = self.username.split_once('&')?;
        DeviceKey::new(product_key, device_name)
    }

    /// Whether it asks for a registration.
    pub fn is_registration(&self) -> bool {
        let auth_type = ClientId::parse(self.client_id).and_then(|id| id.auth_type());
        matches!(
            auth_type,
            Ok(AuthType::Register | AuthType::RegisterUnknown)
        )
    }

    fn password(&self) -> Result<&str, Refusal> {
        std::str::from_utf8(self.password)
            .map_err(|_| Refusal::credentials("the password is not text"))
    }
}

/// An accepted sign-in: which life of which device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The device.
    pub key: DeviceKey,
    /// Its life at the time of the sign-in.
    pub life: i64,
    /// Which sign-in of that life it is: of two sessions of a device, the higher number is the newer one.
    pub number: u64,
}

/// What an accepted CONNECT leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The device is signed in.
    Session(Session),
    /// The device is registered, and gets this message.
    Registration(Push),
}

impl Rules {
    /// Decides over a CONNECT. What is accepted is stored when this returns.
    pub fn connect(&self, connect: &Connect<'_>) -> Result<Accepted, Refusal> {
        let id = ClientId::parse(connect.client_id)?;
        let auth_type = id.auth_type()?;
        check_transport(auth_type, id.secure_mode()?, connect.tls)?;
        let key = connect
            .claimed_key()
            .ok_or(Refusal::credentials("the user name is malformed"))?;
        let password = connect.password()?;
        match auth_type {
            AuthType::Secret => self.sign_in_with_secret(key, &id, connect, password),
            AuthType::Token => self.sign_in_with_token(key, &id, connect, password),
            AuthType::Register => self.register_over_mqtt(key, &id, password),
            AuthType::RegisterUnknown => self.register_unknown(key, &id, password),
        }
    }

    fn sign_in_with_secret(
        &self,
        key: DeviceKey,
        id: &ClientId<'_>,
        connect: &Connect<'_>,
        password: &str,
    ) -> Result<Accepted, Refusal> {
        check_keep_alive(connect.keep_alive)?;
        let method = id.method()?;
        let mut fields = vec![
            ("clientId", id.name()),
            ("deviceName", key.device_name()),
            ("productKey", key.product_key()),
        ];
        fields.extend(id.get("timestamp").map(|value| ("timestamp", value)));
        let content = content(&fields);
        self.admit(key.clone(), |device| {
            match method.verify(device.secret.reveal(), &content, password) {
                true => Ok(()),
                false => Err(Refusal::credentials("wrong signature")),
            }
        })
    }

    fn sign_in_with_token(
        &self,
        key: DeviceKey,
        id: &ClientId<'_>,
        connect: &Connect<'_>,
        password: &str,
    ) -> Result<Accepted, Refusal> {
        check_keep_alive(connect.keep_alive)?;
        self.admit(key, |device| {
            let physical = device
                .physical_devices
                .iter()
                .find(|physical| physical.client_id == id.name())
                .ok_or(Refusal::credentials("unknown clientId"))?;
            match physical
                .token
                .reveal()
                .as_bytes()
                .ct_eq(password.as_bytes())
                .into()
            {
                true => Ok(()),
                false => Err(Refusal::credentials("wrong token")),
            }
        })
    }

    /// Credentials come before the switch, so that a stranger cannot ask whether a device is disabled.
    fn admit(
        &self,
        key: DeviceKey,
        prove: impl Fn(&Device) -> Result<(), Refusal>,
    ) -> Result<Accepted, Refusal> {
        let now = (self.clock)();
        let mut verdict = Err(Refusal::credentials("unknown product"));
        self.registry.change_device(&key, &mut |product, device| {
            verdict = match (product, device.as_mut()) {
                (None, _) => Err(Refusal::credentials("unknown product")),
                (Some(product), _) if product.authentication != Authentication::Secret => {
                    Err(Refusal::other_authentication())
                }
                (_, None) => Err(Refusal::credentials("unknown device")),
                (_, Some(device)) => prove(device).and_then(|()| open_session(device, now)),
            };
        })?;
        verdict.map(|(life, number)| Accepted::Session(Session { key, life, number }))
    }

    /// Ends a session in the registry. A later session, or life, of the device stays as it is.
    pub fn end_session(&self, session: &Session) -> Result<(), StoreError> {
        let now = (self.clock)();
        self.registry.change_device(&session.key, &mut |_, device| {
            let same = |d: &&mut Device| d.life == session.life && d.sign_ins == session.number;
            if let Some(device) = device.as_mut().filter(same) {
                device.online = false;
                device.last_seen = Some(now);
            }
        })
    }

    /// Whether a session may go on: the device still exists in the same life and is not disabled.
    pub fn may_continue(&self, session: &Session) -> Result<bool, StoreError> {
        let device = self.registry.device(&session.key)?;
        Ok(device.is_some_and(|d| d.life == session.life && !d.disabled))
    }

    /// How often owners changed something that can end sessions.
    pub fn announcements(&self) -> Result<u64, StoreError> {
        self.registry.announcements()
    }

    /// Forgets sessions of an earlier server.
    pub fn forget_sessions(&self) -> Result<(), StoreError> {
        self.registry.all_offline()
    }
}

fn open_session(device: &mut Device, now: u64) -> Result<(i64, u64), Refusal> {
    if device.disabled {
        return Err(Refusal::new(
            Connack::NotAuthorised,
            "the device is disabled",
        ));
    }
    // After a reset a device may go on with the secret it has; only a new secret closes registration again.
    if !device.activated || device.registration == RegistrationState::Issued {
        device.registration = RegistrationState::Closed;
    }
    device.activations += u64::from(!device.activated);
    device.activated = true;
    device.online = true;
    device.sign_ins += 1;
    device.last_seen = Some(now);
    Ok((device.life, device.sign_ins))
}

fn check_keep_alive(seconds: u16) -> Result<(), Refusal> {
    if KEEP_ALIVE.contains(&seconds) {
        return Ok(());
    }
    Err(Refusal::new(
        Connack::Unavailable,
        "keep alive is not within 30 to 1200 seconds",
    ))
}

fn check_transport(auth_type: AuthType, mode: SecureMode, tls: bool) -> Result<(), Refusal> {
    use SecureMode::{Plain, Tls, WithoutPreRegistration};
    let fits = match auth_type {
        AuthType::Secret => matches!(mode, Tls | Plain),
        AuthType::Token => mode == WithoutPreRegistration,
        AuthType::Register => mode == Tls,
        AuthType::RegisterUnknown => matches!(mode, Tls | WithoutPreRegistration),
    };
    match (fits, mode == Plain, tls) {
        (false, _, true) => Err(Refusal::format("securemode does not fit authType")),
        (_, false, false) => Err(Refusal::format("TLS needed, came over plain TCP")),
        (_, true, true) => Err(Refusal::format("securemode 3 (plain TCP) came over TLS")),
        (false, true, false) => Err(Refusal::format("registration needs TLS")),
        (true, _, _) => Ok(()),
    }
}
