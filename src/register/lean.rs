//! Registering for firmware that keeps its DeviceSecret in a store of its own and counts bytes: no
//! device object, no record, no options. One rule of the life cycle stays: a secret that is there is
//! not replaced, and one that was issued counts once it was read back.

#[cfg(feature = "register-mqtt")]
use super::mqtt;
#[cfg(feature = "register-mqtt")]
use super::reply::device_secret;
use super::reply::{NoSecret, refusal};
use super::runner::{Deadline, send};
use super::{BUFFER, Form, HostText, Nonce, Request, http, https, keep};
#[cfg(feature = "register-mqtt")]
use crate::identity::put_mqtt_host;
use crate::identity::{DeviceName, Host, ProductKey};
use crate::mac::SignMethod;
use crate::random::Random;
use crate::scrub::{Quiet, depth, scrubbed_on};
use crate::secret::{Secret, SecretStore, Wiped, equal, load_secret, wipe};
use crate::status::{Error, Result};
use crate::text::{Sink, Writer};
use crate::transport::{HostName, Pipe};

/// Who registers, and by what.
pub(crate) struct Applicant<'a> {
    /// ProductKey and DeviceName, not yet checked.
    pub(crate) names: [&'a [u8]; 2],
    pub(crate) product_secret: Secret<'a>,
    /// None: that of the region cn-shanghai.
    pub(crate) host: Option<Host<'a>>,
    /// Empty for the old public instance, and over HTTPS.
    pub(crate) instance_id: &'a [u8],
    pub(crate) timeout_ms: u32,
}

/// One attempt, in memory of the caller's, who fills in its environment and wipes it afterwards.
///
/// In C's order, the largest last: what lies close is reached by short instructions.
#[repr(C)]
pub(crate) struct Session<E: Environment, P> {
    pub(crate) environment: E,
    /// Of the request, then of the body of the reply.
    length: u16,
    /// Of what was read behind the body.
    arrived: usize,
    reply: P,
    host_name: HostText,
    /// The request, then the body of the reply, and behind it what arrives.
    buffer: [u8; BUFFER],
}

/// What surrounds an attempt.
pub(crate) trait Environment {
    type Store: SecretStore;
    type Pipe: Pipe;
    type Random: Random;
    type Quiet: Quiet;
    fn store(&mut self) -> &mut Self::Store;
    fn pipe(&mut self) -> &mut Self::Pipe;
    fn random(&mut self) -> &mut Self::Random;
    fn quiet(&self) -> &Self::Quiet;
}

/// Over what it registers: how to ask, and the reader of the reply.
pub(crate) trait Protocol: Sized {
    /// Nothing has arrived yet.
    const START: Self;
    const PORT: u16;
    const FORM: Form;

    fn put_default_host(request: &Request<'_>, out: &mut Writer<'_>);
    fn put_request(request: &Request<'_>, host: &[u8], out: &mut Writer<'_>) -> Result<()>;
    fn deadline(pipe: &mut impl Pipe, timeout_ms: u32) -> Result<Deadline>;
    /// Takes one byte; true if it is of the body.
    fn feed(&mut self, byte: u8) -> Result<bool>;
    /// The peer ended the stream in order.
    fn end(&mut self) -> Result<()>;
    fn is_done(&self) -> bool;
    fn too_large(&self) -> Error;
    /// What the body issues.
    fn issued<'b>(
        &self,
        body: &'b [u8],
        names: &[&[u8]; 2],
    ) -> core::result::Result<Secret<'b>, NoSecret>;
}

impl<E: Environment, P: Protocol> Session<E, P> {
    /// To be filled in. All of its bits are zero, so that no image holds a copy of it.
    pub(crate) const fn new(environment: E) -> Self {
        Session {
            environment,
            length: 0,
            arrived: 0,
            reply: P::START,
            host_name: HostText::EMPTY,
            buffer: [0; BUFFER],
        }
    }

    /// Registers, stores what was issued and reads it back.
    pub(crate) fn run(&mut self, applicant: &Applicant<'_>) -> Result<()> {
        if self.environment.pipe().is_plain() {
            return Err(Error::TRANSPORT_PLAIN);
        }
        self.scrubbed(applicant, Self::begin)?;
        let deadline = P::deadline(self.environment.pipe(), applicant.timeout_ms)?;
        let left = deadline.left(self.environment.pipe())?;
        let host = HostName::new(self.host_name.as_bytes_with_nul());
        self.environment.pipe().open(host, P::PORT, left)?;
        let exchanged = self.exchange(applicant, &deadline);
        self.environment.pipe().close();
        exchanged?;
        self.scrubbed(applicant, Self::store_issued)
    }

    /// One scope for all that sees a secret.
    #[inline(never)]
    fn scrubbed(
        &mut self,
        applicant: &Applicant<'_>,
        step: fn(&mut Self, &Applicant<'_>) -> Result<()>,
    ) -> Result<()> {
        scrubbed_on::<{ depth::LEAN }, _, _, _>(
            self,
            |session| session.environment.quiet(),
            |session| step(session, applicant),
        )
    }

    /// Finds that no secret is there, and writes the request.
    fn begin(&mut self, applicant: &Applicant<'_>) -> Result<()> {
        let mut drawn = [0; Nonce::DRAWN];
        may_begin(&mut self.environment, applicant)?;
        let request = Request {
            names: applicant.names,
            product_secret: applicant.product_secret,
            sign_method: SignMethod::HmacSha256,
            nonce: Nonce::draw(self.environment.random(), &mut drawn)?.as_bytes(),
            form: P::FORM,
            instance_id: applicant.instance_id,
        };
        let put_host = |out: &mut Writer<'_>| match applicant.host {
            None => P::put_default_host(&request, out),
            Some(host) => out.put(host.as_bytes()),
        };
        if !self.host_name.write(put_host) {
            return Err(Error::ARGUMENT_TOO_LONG);
        }
        let mut out = Writer::new(&mut self.buffer);
        P::put_request(&request, self.host_name.as_bytes(), &mut out)?;
        self.length = out.length() as u16;
        Ok(())
    }

    fn exchange(&mut self, applicant: &Applicant<'_>, deadline: &Deadline) -> Result<()> {
        let request = self
            .buffer
            .get(..usize::from(self.length))
            .unwrap_or_default();
        send_all(request, self.environment.pipe(), deadline)?;
        wipe(&mut self.buffer);
        self.length = 0;
        while !self.reply.is_done() {
            let room = self
                .buffer
                .get_mut(usize::from(self.length)..)
                .unwrap_or_default();
            if room.is_empty() {
                return Err(self.reply.too_large());
            }
            self.arrived = receive(room, self.environment.pipe(), deadline)?;
            if self.arrived == 0 {
                self.reply.end()?;
            } else {
                self.scrubbed(applicant, Self::take)?;
            }
        }
        Ok(())
    }

    /// Takes what was read behind the body. What of it is of the body is moved to its end.
    fn take(&mut self, _: &Applicant<'_>) -> Result<()> {
        let from = usize::from(self.length);
        for at in from..from.saturating_add(self.arrived) {
            let byte = *self.buffer.get(at).ok_or(Error::TRANSPORT_MISUSE)?;
            if self.reply.feed(byte)? {
                keep(&mut self.buffer, &mut self.length, byte)?;
            }
        }
        Ok(())
    }

    fn store_issued(&mut self, applicant: &Applicant<'_>) -> Result<()> {
        let body = self
            .buffer
            .get(..usize::from(self.length))
            .unwrap_or_default();
        let secret = match self.reply.issued(body, &applicant.names) {
            Ok(secret) => secret.as_bytes(),
            Err(NoSecret::Malformed(error)) => return Err(error),
            Err(NoSecret::Refused(code)) => return Err(refusal(code)),
        };
        store_and_read_back(secret, self.environment.store())
    }
}

// What does not depend on the protocol is there once.

fn may_begin(environment: &mut impl Environment, applicant: &Applicant<'_>) -> Result<()> {
    let [product_key, device_name] = applicant.names;
    ProductKey::check(product_key)?;
    DeviceName::check(device_name)?;
    applicant.product_secret.check()?;
    match load_secret(environment.store(), &mut Wiped::new())? {
        Some(_) => Err(Error::ALREADY_REGISTERED),
        None => Ok(()),
    }
}

fn send_all(mut bytes: &[u8], pipe: &mut impl Pipe, deadline: &Deadline) -> Result<()> {
    while !bytes.is_empty() {
        let sent = send(bytes, pipe, deadline)?;
        bytes = bytes.get(sent..).unwrap_or_default();
    }
    Ok(())
}

fn receive(room: &mut [u8], pipe: &mut impl Pipe, deadline: &Deadline) -> Result<usize> {
    let left = deadline.left(pipe)?;
    pipe.read(room, left)
}

fn store_and_read_back(secret: &[u8], store: &mut impl SecretStore) -> Result<()> {
    store.save(secret)?;
    match load_secret(store, &mut Wiped::new())? {
        Some(stored) if equal(stored.as_bytes(), secret) => Ok(()),
        _ => Err(Error::STORE_READ_BACK),
    }
}

impl Protocol for http::Reply {
    const START: http::Reply = http::Reply::new();
    const PORT: u16 = https::PORT;
    const FORM: Form = Form::Https;

    fn put_default_host(_: &Request<'_>, out: &mut Writer<'_>) {
        out.put(b"iot-auth.cn-shanghai.aliyuncs.com");
    }

    fn put_request(request: &Request<'_>, host: &[u8], out: &mut Writer<'_>) -> Result<()> {
        out.put(https::BEFORE_HOST);
        out.put(host);
        https::put_rest(request, out);
        Ok(())
    }

    fn deadline(pipe: &mut impl Pipe, timeout_ms: u32) -> Result<Deadline> {
        Ok(Deadline::new(pipe, timeout_ms))
    }

    fn feed(&mut self, byte: u8) -> Result<bool> {
        self.feed(byte)
    }

    fn end(&mut self) -> Result<()> {
        self.end()
    }

    fn is_done(&self) -> bool {
        self.is_done()
    }

    fn too_large(&self) -> Error {
        self.too_large()
    }

    fn issued<'b>(
        &self,
        body: &'b [u8],
        names: &[&[u8]; 2],
    ) -> core::result::Result<Secret<'b>, NoSecret> {
        https::issued(self.status(), body, names)
    }
}

#[cfg(feature = "register-mqtt")]
impl Protocol for mqtt::Reply {
    const START: mqtt::Reply = mqtt::Reply::new();
    const PORT: u16 = mqtt::PORT;
    const FORM: Form = Form::Mqtt;

    fn put_default_host(request: &Request<'_>, out: &mut Writer<'_>) {
        let [product_key, _] = request.names;
        put_mqtt_host(product_key, b"cn-shanghai", request.instance_id, out);
    }

    fn put_request(request: &Request<'_>, _: &[u8], out: &mut Writer<'_>) -> Result<()> {
        mqtt::put_connect(request, out)
    }

    fn deadline(pipe: &mut impl Pipe, timeout_ms: u32) -> Result<Deadline> {
        Deadline::of_mqtt(pipe, timeout_ms)
    }

    fn feed(&mut self, byte: u8) -> Result<bool> {
        self.feed(byte)
    }

    fn end(&mut self) -> Result<()> {
        Err(Error::REPLY_CUT_SHORT)
    }

    fn is_done(&self) -> bool {
        self.is_done()
    }

    fn too_large(&self) -> Error {
        Error::REPLY_TOO_LARGE
    }

    fn issued<'b>(
        &self,
        body: &'b [u8],
        names: &[&[u8]; 2],
    ) -> core::result::Result<Secret<'b>, NoSecret> {
        Ok(device_secret(body, names)?)
    }
}
