//! A running platform whose log the test reads.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use linkauth_platform::{Builder, Device, Log, Platform};

use super::client::{Mqtt, Stream, plain, post, tls};
use super::{Credentials, DN, PK, furnish};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) platform: Platform,
    log: Receiver<String>,
}

impl Stage {
    /// A platform with one product and one device.
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(configure: impl Fn(Builder) -> Builder) -> Self {
        let (sender, log) = channel();
        let builder = Platform::builder().ephemeral().log(Log::new(move |line| {
            // The platform may outlive the receiver when a test ends.
            let _ = sender.send(line.to_owned());
        }));
        let platform = configure(builder).start().expect("a platform");
        furnish(platform.rules());
        Self { platform, log }
    }

    pub(crate) fn plain(&self) -> Box<dyn Stream> {
        plain(self.platform.endpoints().mqtt)
    }

    pub(crate) fn tls(&self) -> Box<dyn Stream> {
        tls(
            self.platform.ca_pem(),
            self.platform.endpoints().mqtts,
            "localhost",
        )
    }

    /// Posts a form to the HTTPS endpoint.
    pub(crate) fn post(&self, path: &str, form: &str) -> String {
        post(
            self.platform.ca_pem(),
            self.platform.endpoints().https,
            path,
            form,
        )
    }

    pub(crate) fn device(&self, name: &str) -> Device {
        self.platform.rules().device(PK, name).expect("the device")
    }

    /// A signed-in device over TLS.
    pub(crate) fn signed_in(&self) -> Mqtt {
        let secret = self.device(DN).secret;
        let credentials = Credentials::of_secret(DN, secret.reveal());
        let (mqtt, code) = Mqtt::connect(self.tls(), &credentials, 60);
        assert_eq!(code, 0);
        mqtt
    }

    /// Waits for a log line; returns the lines before it.
    pub(crate) fn wait_for(&self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let next = self.log.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("no line {line:?} after {before:#?}");
            });
            if next == line {
                return before;
            }
            before.push(next);
        }
    }

    /// All log lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.log.try_iter().collect()
    }
}
