//! Registration: a device that knows its ProductSecret asks for a secret of its own.

use super::secret::{alphanumerics, life_number};
use super::signature::content;
use super::{
    Accepted, Authentication, ClientId, Device, DeviceKey, Method, PhysicalDevice, Product,
    Refusal, RegisterCode, RegistrationMode, RegistrationState, Rules, Secret,
};

/// How many pieces of hardware may share one name.
const PHYSICAL_DEVICES_MAX: usize = 5;
pub(super) const DEVICE_SECRET_LEN: usize = 32;
const CLIENT_ID_LEN: usize = 20;
const TOKEN_LEN: usize = 32;

/// The form of a registration over HTTPS, decoded.
#[derive(Clone, Copy)]
pub struct RegisterRequest<'a> {
    /// `productKey`.
    pub product_key: &'a str,
    /// `deviceName`.
    pub device_name: &'a str,
    /// `random`.
    pub random: &'a str,
    /// `sign`.
    pub sign: &'a str,
    /// `signMethod`.
    pub sign_method: &'a str,
}

/// A secret that was handed out. It is stored already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The device.
    pub key: DeviceKey,
    /// Its DeviceSecret.
    pub secret: Secret,
}

/// What a device gets over its registration connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// The DeviceSecret of a device that the owner created.
    Secret(Issued),
    /// The identity of one piece of hardware, without pre-registration.
    Token(DeviceKey, PhysicalDevice),
}

impl Push {
    /// The device.
    pub fn key(&self) -> &DeviceKey {
        match self {
            Self::Secret(issued) => &issued.key,
            Self::Token(key, _) => key,
        }
    }
}

/// A claim to know the ProductSecret.
struct Proof<'a> {
    method: Method,
    random: &'a str,
    sign: &'a str,
}

impl Proof<'_> {
    /// The signature comes before the device, so that names cannot be probed without the ProductSecret.
    fn check(&self, key: &DeviceKey, product: Option<&Product>) -> Result<(), RegisterCode> {
        let product = product.ok_or(RegisterCode::ProductNotFound)?;
        let by_secret = product.authentication == Authentication::Secret;
        if !product.dynamic_registration || !by_secret {
            return Err(RegisterCode::SwitchOff);
        }
        let content = content(&[
            ("deviceName", key.device_name()),
            ("productKey", key.product_key()),
            ("random", self.random),
        ]);
        if !self
            .method
            .verify(product.secret.reveal(), &content, self.sign)
        {
            return Err(RegisterCode::Signature);
        }
        Ok(())
    }
}

impl Rules {
    /// Registers a device over HTTPS.
    pub fn register(&self, request: &RegisterRequest<'_>) -> Result<Issued, RegisterCode> {
        let RegisterRequest {
            product_key,
            device_name,
            random,
            sign,
            sign_method,
        } = *request;
        if random.is_empty() || sign.is_empty() || sign_method.is_empty() {
            return Err(RegisterCode::Parameter);
        }
        let key = DeviceKey::new(product_key, device_name).ok_or(RegisterCode::Parameter)?;
        let method = Method::parse(sign_method).ok_or(RegisterCode::Method)?;
        self.issue(
            key,
            &Proof {
                method,
                random,
                sign,
            },
        )
    }

    pub(super) fn register_over_mqtt(
        &self,
        key: DeviceKey,
        id: &ClientId<'_>,
        password: &str,
    ) -> Result<Accepted, Refusal> {
        let issued = self.issue(key, &proof(id, password)?)?;
        Ok(Accepted::Registration(Push::Secret(issued)))
    }

    pub(super) fn register_unknown(
        &self,
        key: DeviceKey,
        id: &ClientId<'_>,
        password: &str,
    ) -> Result<Accepted, Refusal> {
        let proof = proof(id, password)?;
        self.check_instance(id)?;
        let physical = self.new_physical_device()?;
        let fresh = self.new_device()?;
        let mut verdict = Err(Refusal::from(RegisterCode::System));
        self.registry.change_device(&key, &mut |product, device| {
            verdict = proof
                .check(&key, product)
                .map_err(Refusal::from)
                .and_then(|()| {
                    add_physical(device.get_or_insert_with(|| fresh.clone()), &physical)
                });
        })?;
        verdict.map(|()| Accepted::Registration(Push::Token(key, physical)))
    }

    fn issue(&self, key: DeviceKey, proof: &Proof<'_>) -> Result<Issued, RegisterCode> {
        let fresh = Secret::new(alphanumerics(&self.random, DEVICE_SECRET_LEN)?);
        let mut verdict = Err(RegisterCode::System);
        self.registry.change_device(&key, &mut |product, device| {
            verdict = proof.check(&key, product).and_then(|()| {
                let device = device.as_mut().ok_or(RegisterCode::DeviceNotFound)?;
                hand_out(device, self.mode, &fresh)
            });
        })?;
        verdict.map(|secret| Issued { key, secret })
    }

    fn check_instance(&self, id: &ClientId<'_>) -> Result<(), Refusal> {
        match (self.instance.as_deref(), id.get("instanceId")) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Err(Refusal::credentials("another instanceId"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn new_device(&self) -> Result<Device, super::RandomError> {
        let secret = Secret::new(alphanumerics(&self.random, DEVICE_SECRET_LEN)?);
        Ok(Device::new(life_number(&self.random)?, secret))
    }

    /// The token has carets as the real ones have, so that nobody takes it for plain letters and digits.
    fn new_physical_device(&self) -> Result<PhysicalDevice, super::RandomError> {
        let now = (self.clock)();
        let token = alphanumerics(&self.random, TOKEN_LEN)?;
        Ok(PhysicalDevice {
            client_id: alphanumerics(&self.random, CLIENT_ID_LEN)?,
            token: Secret::new(format!("^1^{now}^{token}")),
        })
    }
}

fn proof<'a>(id: &ClientId<'a>, password: &'a str) -> Result<Proof<'a>, Refusal> {
    let random = id.get("random").filter(|random| !random.is_empty());
    Ok(Proof {
        method: id.method()?,
        random: random.ok_or(Refusal::format("no random"))?,
        sign: password,
    })
}

fn hand_out(
    device: &mut Device,
    mode: RegistrationMode,
    fresh: &Secret,
) -> Result<Secret, RegisterCode> {
    let open = match device.registration {
        RegistrationState::Unregistered => true,
        RegistrationState::Issued => mode != RegistrationMode::Once,
        RegistrationState::Closed => false,
    };
    if !open {
        return Err(RegisterCode::AlreadyActive);
    }
    if mode == RegistrationMode::Rotate {
        device.secret = fresh.clone();
    }
    device.registration = RegistrationState::Issued;
    device.registrations += 1;
    Ok(device.secret.clone())
}

fn add_physical(device: &mut Device, physical: &PhysicalDevice) -> Result<(), Refusal> {
    let closed = device.registration == RegistrationState::Closed;
    if closed && device.physical_devices.is_empty() {
        return Err(RegisterCode::AlreadyActive.into());
    }
    if device.physical_devices.len() >= PHYSICAL_DEVICES_MAX {
        return Err(Refusal::credentials(
            "five physical devices share this name",
        ));
    }
    if !closed {
        device.registration = RegistrationState::Issued;
    }
    device.physical_devices.push(physical.clone());
    device.registrations += 1;
    Ok(())
}
