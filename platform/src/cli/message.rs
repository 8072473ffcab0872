//! `device publish` and `device watch`

use std::io::{self, Read, Write};
use std::path::Path;

use clap::Args;

use super::Outcome;
use crate::control::{Answer, Client, Request};
use crate::rules::Rules;

#[derive(Args)]
pub(super) struct Publish {
    /// Product by name or ProductKey
    product: String,
    /// DeviceName
    device_name: String,
    /// Topic, which the device must have subscribed to
    topic: String,
    /// The message; standard input if absent
    message: Option<String>,
    /// QoS
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1))]
    qos: u8,
}

impl Publish {
    pub(super) fn run(self, data: &Path, rules: &Rules) -> Outcome {
        let product_key = rules.find_product(&self.product)?.key;
        let payload = match self.message {
            Some(text) => text.into_bytes(),
            None => {
                let mut bytes = Vec::new();
                io::stdin().read_to_end(&mut bytes)?;
                bytes
            }
        };
        Client::connect(data)?.ask(&Request::Publish {
            product_key,
            device_name: self.device_name,
            topic: self.topic,
            payload,
            qos: self.qos,
        })?;
        Ok(())
    }
}

#[derive(Args)]
pub(super) struct Watch {
    /// Product by name or ProductKey
    product: String,
    /// DeviceName; all devices of the product if absent
    device_name: Option<String>,
    /// End after so many messages
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// Print a JSON object a line
    #[arg(long)]
    json: bool,
}

impl Watch {
    pub(super) fn run(self, data: &Path, rules: &Rules) -> Outcome {
        let product_key = rules.find_product(&self.product)?.key;
        let mut client = Client::connect(data)?;
        client.ask(&Request::Watch {
            product_key,
            device_name: self.device_name,
        })?;
        eprintln!("watching");
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            let Some(Answer::Message {
                product_key,
                device_name,
                topic,
                payload,
            }) = client.next()?
            else {
                return Err("the platform stopped".into());
            };
            let text = String::from_utf8_lossy(&payload);
            let mut out = io::stdout().lock();
            match self.json {
                true => writeln!(
                    out,
                    "{}",
                    serde_json::json!({
                        "product_key": product_key, "device_name": device_name, "topic": topic, "payload": text,
                    })
                )?,
                false => writeln!(out, "{device_name} {topic} {text}")?,
            }
            out.flush()?;
            left -= 1;
        }
        Ok(())
    }
}
