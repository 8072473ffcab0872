//! Products and devices as the platform remembers them.

use super::Secret;

/// A product: the model that devices share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// ProductKey.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// ProductSecret.
    pub secret: Secret,
    /// How its devices prove who they are. It never changes.
    pub authentication: Authentication,
    /// Whether devices may register.
    pub dynamic_registration: bool,
    /// The code that the owner must repeat before devices may register.
    pub confirmation: Option<String>,
}

/// How the devices of a product prove who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// By a DeviceSecret.
    #[default]
    Secret,
    /// By an X.509 certificate, which is not spoken here: its devices are refused.
    X509,
    /// By an ID² chip, which is not spoken here: its devices are refused.
    Id2,
}

impl Authentication {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::X509 => "x509",
            Self::Id2 => "id2",
        }
    }

    /// The way with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Secret, Self::X509, Self::Id2]
            .into_iter()
            .find(|a| a.word() == word)
    }
}

/// How far the registration of a device went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// Nothing handed out since creation or reset.
    Unregistered,
    /// A secret was handed out; nobody signed in with it yet.
    Issued,
    /// A device signed in; registration is refused until a reset.
    Closed,
}

impl RegistrationState {
    /// The word that users see.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unregistered => "unregistered",
            Self::Issued => "issued",
            Self::Closed => "closed",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unregistered, Self::Issued, Self::Closed]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// Status of a device, as the platform's API spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Never signed in.
    Unactive,
    /// A session is open.
    Online,
    /// Signed in before, not now.
    Offline,
    /// Switched off by the owner.
    Disable,
}

impl Status {
    /// The platform's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unactive => "UNACTIVE",
            Self::Online => "ONLINE",
            Self::Offline => "OFFLINE",
            Self::Disable => "DISABLE",
        }
    }
}

/// One piece of hardware that registered without pre-registration under a shared name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhysicalDevice {
    /// The clientId that it must sign in with.
    pub client_id: String,
    /// The password that it must sign in with.
    pub token: Secret,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Differs for each life: a device that is deleted and created again is another device.
    pub life: i64,
    /// DeviceSecret.
    pub secret: Secret,
    /// Signed in at least once. A reset does not undo it.
    pub activated: bool,
    /// Registration state.
    pub registration: RegistrationState,
    /// Switched off by the owner.
    pub disabled: bool,
    /// A session is open.
    pub online: bool,
    /// Hardware registered without pre-registration.
    pub physical_devices: Vec<PhysicalDevice>,
    /// Milliseconds since 1970; none before the first sign-in.
    pub last_seen: Option<u64>,
    /// Successful registrations.
    pub registrations: u64,
    /// Accepted sign-ins.
    pub sign_ins: u64,
    /// Times that an accepted sign-in activated the device: 0 or 1 per life.
    pub activations: u64,
}

impl Device {
    /// A device nobody has used yet.
    pub(super) fn new(life: i64, secret: Secret) -> Self {
        Self {
            life,
            secret,
            activated: false,
            registration: RegistrationState::Unregistered,
            disabled: false,
            online: false,
            physical_devices: Vec::new(),
            last_seen: None,
            registrations: 0,
            sign_ins: 0,
            activations: 0,
        }
    }

    /// The status that the console would show.
    pub fn status(&self) -> Status {
        match self {
            Self { disabled: true, .. } => Status::Disable,
            Self { online: true, .. } => Status::Online,
            Self {
                activated: true, ..
            } => Status::Offline,
            _ => Status::Unactive,
        }
    }
}
