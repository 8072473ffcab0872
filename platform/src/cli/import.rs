//! `device import`

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::progress::Progress;
use crate::control::{Client, Refused};
use crate::rules::{NewDevice, Rules, Secret};

/// What is written together. A device that signs in meanwhile waits for so many at most.
const CHUNK: usize = 1000;

/// The whole file is checked before the first device is written: one bad line, and nothing is imported. Then devices are
/// written in pieces of 1,000, so that others can sign in and register meanwhile.
#[derive(Args)]
pub(super) struct Import {
    /// Product by name or ProductKey
    product: String,
    /// File with a line for each device: DeviceName, or DeviceName,DeviceSecret
    csv: PathBuf,
    /// Leave devices that exist as they are, in place of an error: to go on after an interruption
    #[arg(long)]
    skip_existing: bool,
}

impl Import {
    pub(super) fn run(&self, data: &Path, rules: &Rules) -> Outcome {
        let product_key = rules.find_product(&self.product)?.key;
        let shown = self.csv.display();
        let text = std::fs::read_to_string(&self.csv).map_err(|e| format!("{shown}: {e}"))?;
        let mut rows = parse(&text).map_err(|error| format!("{shown}, {error}"))?;
        if self.skip_existing {
            let known = rules.device_names(&product_key)?;
            rows.retain(|(_, device)| !known.contains(&device.name));
        }
        let (lines, devices): (Vec<usize>, Vec<NewDevice>) = rows.into_iter().unzip();
        let complaint = |first: usize, Refused { place, why }: Refused, done: &str| match place {
            Some(place) => format!("{shown}, line {}: {why}; {done}", lines[first + place]),
            None => format!("{shown}: {why}; {done}"),
        };
        rules
            .check_devices(&product_key, &devices)
            .map_err(|error| complaint(0, error.into(), "nothing was imported"))?;
        let mut writer = Writer::new(data, rules);
        let progress = Progress::new(devices.len());
        for (number, chunk) in devices.chunks(CHUNK).enumerate() {
            let before = number * CHUNK;
            if let Err(refused) = writer.write(&product_key, chunk)? {
                drop(progress);
                let done = format!("{before} devices of the lines before it were imported");
                return Err(complaint(before, refused, &done).into());
            }
            progress.show(before + chunk.len());
        }
        drop(progress);
        println!("{}", devices.len());
        Ok(())
    }
}

/// A running platform writes by itself, among what its devices want of it: a second writer would keep them waiting.
enum Writer<'a> {
    Platform(Client),
    Store(&'a Rules),
}

impl<'a> Writer<'a> {
    fn new(data: &Path, rules: &'a Rules) -> Self {
        Client::connect(data).map_or(Self::Store(rules), Self::Platform)
    }

    fn write(&mut self, product_key: &str, chunk: &[NewDevice]) -> io::Result<Result<(), Refused>> {
        match self {
            Self::Platform(client) => client.create_devices(product_key, chunk),
            Self::Store(rules) => {
                let created = rules.create_devices(product_key, chunk);
                Ok(created.map_err(Refused::from))
            }
        }
    }
}

/// Lines with their numbers. A first line `DeviceName` is a head. Errors name the line, and never show a secret.
fn parse(text: &str) -> Result<Vec<(usize, NewDevice)>, String> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let (name, secret) = match line.split_once(',') {
            Some((name, secret)) => (name.trim(), Some(secret.trim()).filter(|s| !s.is_empty())),
            None => (line.trim(), None),
        };
        let is_head = number == 0 && name.eq_ignore_ascii_case("devicename");
        if name.is_empty() || is_head {
            continue;
        }
        let line = number + 1;
        if secret.is_some_and(|secret| secret.contains(',')) {
            return Err(format!("line {line}: more than DeviceName,DeviceSecret"));
        }
        if !seen.insert(name) {
            return Err(format!("line {line}: {name} for the second time"));
        }
        let device = NewDevice {
            name: name.to_owned(),
            secret: secret.map(Secret::new),
        };
        rows.push((line, device));
    }
    Ok(rows)
}
