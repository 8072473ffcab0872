//! Registering a device: a machine that says what to send and is fed what arrived, over HTTPS or
//! over MQTT, byte by byte or, for firmware that has an MQTT stack, message by message.
//!
//! What this and `lean` both call is inlined into each: a firmware has one of them (docs/size.md).

mod http;
mod https;
mod json;
#[cfg(feature = "lean")]
mod lean;
#[cfg(feature = "register-mqtt")]
mod mqtt;
#[cfg(not(feature = "register-mqtt"))]
#[path = "no_mqtt.rs"]
mod mqtt;
mod nonce;
mod reply;
mod runner;

#[cfg(feature = "lean")]
pub(crate) use http::Reply as OverHttps;
#[cfg(feature = "lean")]
pub(crate) use lean::{Applicant, Environment, Protocol, Session};
#[cfg(all(feature = "lean", feature = "register-mqtt"))]
pub(crate) use mqtt::Reply as OverMqtt;
pub use nonce::Nonce;
pub(crate) use reply::{NoSecret, refusal};
pub(crate) use runner::run;

use crate::credential::Credential;
use crate::identity::{Endpoint, Host, Identity};
use crate::mac::SignMethod;
use crate::secret::{Secret, wipe};
use crate::sign_in::{Credentials, part};
use crate::status::{Error, Result};
use crate::text::{Sink, Text, Writer};
use crate::transport::HostName;
use core::ffi::CStr;

/// The request at its longest; the body of a reply may fill it too. The platform's longest
/// success is under 200 bytes.
const BUFFER: usize = 768;

/// How a registration is asked for and answered.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
// A tag of its own, 0 for the first: what is idle is then all zero.
#[repr(u8)]
pub enum Form {
    /// Over HTTPS; the device has been added to its product. Answered by a DeviceSecret.
    #[default]
    Https,
    /// Over MQTT; the device has been added to its product (`authType=register`). Answered by a
    /// DeviceSecret.
    #[cfg(feature = "register-mqtt")]
    Mqtt,
    /// Over MQTT, without pre-registration (`authType=regnwl`). Answered by a clientId and a
    /// DeviceToken, of which the platform issues five for one DeviceName.
    #[cfg(feature = "register-mqtt")]
    MqttNoPreRegistration {
        /// Send securemode -2, as the platform's page says for instances with an id, and not 2, as
        /// the vendor's SDKs do. The platform takes both.
        is_minus_two: bool,
    },
}

/// What a caller may choose about a registration.
#[derive(Clone)]
pub struct RegistrationOptions<'a> {
    /// Over HTTPS or MQTT.
    pub form: Form,
    /// The secret that all devices of the product share.
    pub product_secret: Secret<'a>,
    /// How the request is signed.
    pub sign_method: SignMethod,
    /// None: the host of the device's region or instance.
    pub host: Option<Host<'a>>,
    /// None: 443 for HTTPS, 8883 for MQTT.
    pub port: Option<u16>,
    /// None: drawn from the source of random bytes.
    pub nonce: Option<Nonce<'a>>,
}

/// What a request says.
#[cfg_attr(not(feature = "register-mqtt"), allow(dead_code))]
pub(crate) struct Request<'r> {
    /// ProductKey and DeviceName.
    names: [&'r [u8]; 2],
    product_secret: Secret<'r>,
    sign_method: SignMethod,
    nonce: &'r [u8],
    form: Form,
    /// Empty for the old public instance.
    instance_id: &'r [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Over,
    Sending { length: u16, sent: u16 },
    Receiving { length: u16 },
    Complete { length: u16 },
}

/// What to do next.
#[derive(PartialEq, Eq, Debug)]
pub enum Step<'r> {
    /// Send these bytes to `host` and `port`, then call `sent`.
    Send(&'r [u8]),
    /// Wait for bytes, then call `feed`; or `end` if the peer ended the stream.
    Receive,
    /// The reply is complete: close the connection and call `Device::finish_registration`.
    Finish,
}

enum Reply {
    Http(http::Reply),
    #[cfg_attr(not(feature = "register-mqtt"), allow(dead_code))]
    Mqtt(mqtt::Reply),
}

type HostText = Text<{ Host::MAX + 1 }>;

/// One attempt to register. It holds the reply, and with it the secret, from the moment it arrives
/// until the attempt ends; then it is wiped, whatever the end.
///
/// In C's order, the largest last: what lies close is reached by short instructions.
#[repr(C)]
pub struct Registration {
    /// Which attempt of its device this is.
    number: u32,
    form: Form,
    phase: Phase,
    port: u16,
    reply: Reply,
    host: HostText,
    /// The request, then the body of the reply.
    buffer: [u8; BUFFER],
}

impl Registration {
    /// Not begun, and for HTTPS. All of its bits are zero, so that no image holds a copy of it.
    pub(crate) const IDLE: Registration = Registration {
        number: 0,
        form: Form::Https,
        phase: Phase::Over,
        port: 0,
        host: HostText::EMPTY,
        reply: Reply::of(Form::Https),
        buffer: [0; BUFFER],
    };

    /// In place: it is too large to be moved about on a small stack.
    pub(crate) fn begin(
        &mut self,
        number: u32,
        identity: &Identity,
        endpoint: &Endpoint,
        options: &RegistrationOptions<'_>,
        nonce: Nonce<'_>,
    ) -> Result<()> {
        let default_port = if options.form == Form::Https {
            https::PORT
        } else {
            self.reply = Reply::of(options.form);
            mqtt::PORT
        };
        self.number = number;
        self.form = options.form;
        self.port = options.port.unwrap_or(default_port);
        self.put_host(options, identity, endpoint)?;
        self.write_request(identity, endpoint, options, nonce.as_bytes())
    }

    /// The caller's host, or the one of the device's region or instance.
    fn put_host(
        &mut self,
        options: &RegistrationOptions<'_>,
        identity: &Identity,
        endpoint: &Endpoint,
    ) -> Result<()> {
        let put = |host: &mut Writer<'_>| match options.host {
            Some(given) => host.put(given.as_bytes()),
            None if options.form == Form::Https => endpoint.put_register_host(host),
            None => endpoint.put_mqtt_host(identity.product_key.0.as_bytes(), host),
        };
        if !self.host.write(put) {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        Ok(())
    }

    fn write_request(
        &mut self,
        identity: &Identity,
        endpoint: &Endpoint,
        options: &RegistrationOptions<'_>,
        nonce: &[u8],
    ) -> Result<()> {
        let (host, port) = (&self.host, self.port);
        let of_host = options.host.and_then(|host| host.instance_id());
        let request = Request {
            names: identity.names(),
            product_secret: options.product_secret,
            sign_method: options.sign_method,
            nonce,
            form: options.form,
            instance_id: of_host.unwrap_or(endpoint.instance_id()),
        };
        let mut out = Writer::new(&mut self.buffer);
        if options.form == Form::Https {
            https::put_request(&request, host, port, &mut out);
        } else {
            mqtt::put_connect(&request, &mut out)?;
        }
        if !out.fits() {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        self.phase = Phase::Sending {
            length: out.length() as u16,
            sent: 0,
        };
        Ok(())
    }

    /// Which attempt of its device this is.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Over HTTPS or MQTT.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Where to connect.
    pub fn host(&self) -> &CStr {
        self.host.as_c_str()
    }

    pub(crate) fn host_name(&self) -> HostName<'_> {
        HostName::new(self.host.as_bytes_with_nul())
    }

    /// Where to connect.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The HTTP status of the reply; 0 until it has arrived, and over MQTT.
    pub fn http_status(&self) -> u16 {
        match &self.reply {
            Reply::Http(reply) => reply.status(),
            Reply::Mqtt(_) => 0,
        }
    }

    /// The code of a CONNACK that refused, or 0.
    pub(crate) fn connack_code(&self) -> u8 {
        match &self.reply {
            Reply::Http(_) => 0,
            Reply::Mqtt(reply) => reply.code(),
        }
    }

    /// What to do now.
    pub fn next_step(&self) -> Result<Step<'_>> {
        match self.phase {
            Phase::Sending { length, sent } => self
                .buffer
                .get(usize::from(sent)..usize::from(length))
                .map(Step::Send)
                .ok_or(Error::OUT_OF_ORDER),
            Phase::Receiving { .. } => Ok(Step::Receive),
            Phase::Complete { .. } => Ok(Step::Finish),
            Phase::Over => Err(Error::OUT_OF_ORDER),
        }
    }

    /// `count` of the bytes to send have been sent.
    pub fn sent(&mut self, count: usize) -> Result<()> {
        let Phase::Sending { length, sent } = self.phase else {
            return Err(Error::OUT_OF_ORDER);
        };
        let sent = usize::from(sent).saturating_add(count);
        if sent > usize::from(length) {
            return Err(Error::ARGUMENT_RANGE);
        }
        if sent == usize::from(length) {
            self.expect_reply();
        } else {
            self.phase = Phase::Sending {
                length,
                sent: sent as u16,
            };
        }
        Ok(())
    }

    fn expect_reply(&mut self) {
        wipe(&mut self.buffer);
        self.phase = Phase::Receiving { length: 0 };
    }

    /// Takes what arrived, in any pieces. What follows the reply is ignored. An error ends the
    /// attempt.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<()> {
        let Phase::Receiving { mut length } = self.phase else {
            return Err(Error::OUT_OF_ORDER);
        };
        for &byte in bytes {
            let fed = match &mut self.reply {
                Reply::Http(reply) => reply.feed(byte),
                Reply::Mqtt(reply) => reply.feed(byte),
            };
            let kept = match fed {
                Ok(true) => {
                    keep(&mut self.buffer, &mut length, byte).map_err(|_| self.reply.too_large())
                }
                Ok(false) => Ok(()),
                Err(error) => Err(error),
            };
            self.end_on_error(kept)?;
        }
        let is_done = match &self.reply {
            Reply::Http(reply) => reply.is_done(),
            Reply::Mqtt(reply) => reply.is_done(),
        };
        self.phase = if is_done {
            Phase::Complete { length }
        } else {
            Phase::Receiving { length }
        };
        Ok(())
    }

    /// The peer ended the stream in order.
    pub(crate) fn end(&mut self) -> Result<()> {
        let Phase::Receiving { length } = self.phase else {
            return Err(Error::OUT_OF_ORDER);
        };
        let ended = match &mut self.reply {
            Reply::Http(reply) => reply.end(),
            Reply::Mqtt(_) => Err(Error::REPLY_CUT_SHORT),
        };
        self.end_on_error(ended)?;
        self.phase = Phase::Complete { length };
        Ok(())
    }

    /// For firmware with an MQTT stack of its own: what its CONNECT must carry, in place of the
    /// bytes to send. Some NUL-terminated texts in `out`.
    pub(crate) fn connect(
        &mut self,
        out: &mut Writer<'_>,
        written: &mut Credentials,
    ) -> Result<()> {
        let (Reply::Mqtt(_), Phase::Sending { length, sent: 0 }) = (&self.reply, self.phase) else {
            return Err(Error::OUT_OF_ORDER);
        };
        let packet = self.buffer.get(..usize::from(length)).unwrap_or_default();
        let [client_id, username, password] = mqtt::fields(packet).ok_or(Error::OUT_OF_ORDER)?;
        written.host = part(out, |out| out.put(self.host.as_bytes()));
        written.port = self.port;
        written.client_id = part(out, |out| out.put(client_id));
        written.username = part(out, |out| out.put(username));
        written.password = part(out, |out| out.put(password));
        if out.fits() {
            self.expect_reply();
        }
        Ok(())
    }

    /// For firmware with an MQTT stack of its own: the code of the CONNACK.
    pub(crate) fn connack(&mut self, code: u8) -> Result<()> {
        let (Reply::Mqtt(reply), Phase::Receiving { length: 0 }) = (&mut self.reply, self.phase)
        else {
            return Err(Error::OUT_OF_ORDER);
        };
        if reply.is_connected() {
            return Err(Error::OUT_OF_ORDER);
        }
        let taken = reply.connack(code);
        self.end_on_error(taken)
    }

    /// For firmware with an MQTT stack of its own: a message that arrived. One that does not answer
    /// a registration is ignored.
    pub(crate) fn message(&mut self, topic: &[u8], payload: &[u8]) -> Result<()> {
        let (Reply::Mqtt(reply), Phase::Receiving { .. }) = (&self.reply, self.phase) else {
            return Err(Error::OUT_OF_ORDER);
        };
        if !reply.is_connected() {
            return Err(Error::OUT_OF_ORDER);
        }
        if !mqtt::is_answer(topic) {
            return Ok(());
        }
        let mut length = 0;
        for &byte in payload {
            let kept = keep(&mut self.buffer, &mut length, byte);
            self.end_on_error(kept)?;
        }
        self.phase = Phase::Complete { length };
        Ok(())
    }

    /// What the complete reply issues. Apart: what reading it takes is off the stack when the secret is
    /// saved.
    #[inline(never)]
    pub(crate) fn issued(
        &self,
        identity: &Identity,
    ) -> core::result::Result<Credential<'_>, NoSecret> {
        let Phase::Complete { length } = self.phase else {
            return Err(Error::OUT_OF_ORDER.into());
        };
        let body = self
            .buffer
            .get(..usize::from(length))
            .ok_or(Error::REPLY_TOO_LARGE)?;
        let names = &identity.names();
        match &self.reply {
            Reply::Http(reply) => {
                https::issued(reply.status(), body, names).map(Credential::DeviceSecret)
            }
            Reply::Mqtt(_) => Ok(reply::in_push(body, names, self.form)?),
        }
    }

    fn end_on_error(&mut self, result: Result<()>) -> Result<()> {
        if result.is_err() {
            self.phase = Phase::Over;
            wipe(&mut self.buffer);
        }
        result
    }

    /// Ends the attempt. Called by drop too.
    pub fn wipe(&mut self) {
        self.phase = Phase::Over;
        wipe(&mut self.buffer);
        self.reply = Reply::of(Form::Https);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Reply {
    fn too_large(&self) -> Error {
        match self {
            Reply::Http(reply) => reply.too_large(),
            Reply::Mqtt(_) => Error::REPLY_TOO_LARGE,
        }
    }

    const fn of(form: Form) -> Reply {
        match form {
            Form::Https => Reply::Http(http::Reply::new()),
            #[cfg(feature = "register-mqtt")]
            Form::Mqtt | Form::MqttNoPreRegistration { .. } => Reply::Mqtt(mqtt::Reply::new()),
        }
    }
}

/// Appends a byte of a reply's body.
#[inline(never)]
fn keep(buffer: &mut [u8; BUFFER], length: &mut u16, byte: u8) -> Result<()> {
    let slot = buffer
        .get_mut(usize::from(*length))
        .ok_or(Error::REPLY_TOO_LARGE)?;
    *slot = byte;
    *length = length.wrapping_add(1);
    Ok(())
}

/// What is signed, over HTTPS and over MQTT.
fn put_content(request: &Request<'_>, sink: &mut impl Sink) {
    let [product_key, device_name] = request.names;
    sink.put(b"deviceName");
    sink.put(device_name);
    sink.put(b"productKey");
    sink.put(product_key);
    sink.put(b"random");
    sink.put(request.nonce);
}
