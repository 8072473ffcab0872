//! What commands print.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use serde::Serialize;

use crate::files;
use crate::rules::{Device, DeviceKey, Product, Secret};

/// A product as users see it: without its secret.
#[derive(Serialize)]
pub(super) struct ProductView<'a> {
    product_key: &'a str,
    name: &'a str,
    dynamic_registration: bool,
    authentication: &'static str,
}

impl<'a> From<&'a Product> for ProductView<'a> {
    fn from(product: &'a Product) -> Self {
        Self {
            product_key: &product.key,
            name: &product.name,
            dynamic_registration: product.dynamic_registration,
            authentication: product.authentication.word(),
        }
    }
}

/// A device as users see it: without its secrets.
#[derive(Serialize)]
pub(super) struct DeviceView<'a> {
    product_key: &'a str,
    device_name: &'a str,
    status: &'static str,
    activated: bool,
    registration: &'static str,
    last_seen: Option<u64>,
    registrations: u64,
    sign_ins: u64,
    activations: u64,
    physical_devices: usize,
}

impl<'a> DeviceView<'a> {
    pub(super) fn new(key: &'a DeviceKey, device: &Device) -> Self {
        Self {
            product_key: key.product_key(),
            device_name: key.device_name(),
            status: device.status().word(),
            activated: device.activated,
            registration: device.registration.word(),
            last_seen: device.last_seen,
            registrations: device.registrations,
            sign_ins: device.sign_ins,
            activations: device.activations,
            physical_devices: device.physical_devices.len(),
        }
    }
}

/// What a command shows: JSON for programs, fields in a fixed order for people.
pub(super) trait View: Serialize {
    fn fields(&self) -> Vec<(&'static str, String)>;
}

impl View for ProductView<'_> {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let switch = if self.dynamic_registration {
            "on"
        } else {
            "off"
        };
        vec![
            ("product_key", self.product_key.to_owned()),
            ("name", self.name.to_owned()),
            ("dynamic_registration", switch.to_owned()),
            ("authentication", self.authentication.to_owned()),
        ]
    }
}

impl View for DeviceView<'_> {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let last_seen = self.last_seen.map(|at| at.to_string());
        vec![
            ("product_key", self.product_key.to_owned()),
            ("device_name", self.device_name.to_owned()),
            ("status", self.status.to_owned()),
            ("activated", self.activated.to_string()),
            ("registration", self.registration.to_owned()),
            ("last_seen", last_seen.unwrap_or_else(|| "-".to_owned())),
            ("registrations", self.registrations.to_string()),
            ("sign_ins", self.sign_ins.to_string()),
            ("activations", self.activations.to_string()),
            ("physical_devices", self.physical_devices.to_string()),
        ]
    }
}

/// One thing: JSON, or a line `name value` per field.
pub(super) fn print_one(view: &impl View, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        return writeln!(out, "{}", serde_json::to_string(view)?);
    }
    for (name, value) in view.fields() {
        writeln!(out, "{name} {value}")?;
    }
    Ok(())
}

/// Many things: a JSON array, or a line of tab-separated values per thing.
pub(super) fn print_many(views: &[impl View], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        return writeln!(out, "{}", serde_json::to_string(views)?);
    }
    if out.is_terminal() {
        return out.write_all(table(views).as_bytes());
    }
    for view in views {
        let values: Vec<_> = view.fields().into_iter().map(|(_, value)| value).collect();
        writeln!(out, "{}", values.join("\t"))?;
    }
    Ok(())
}

/// A head, and a line for each thing, in columns.
fn table(views: &[impl View]) -> String {
    let Some(first) = views.first() else {
        return "nothing yet\n".to_owned();
    };
    let head: Vec<String> = first
        .fields()
        .iter()
        .map(|(name, _)| name.replace('_', " "))
        .collect();
    let rows = views
        .iter()
        .map(|view| view.fields().into_iter().map(|(_, value)| value).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..lines[0].len()).map(|c| width(c).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The secret and nothing else, so that a pipe carries exactly its bytes.
pub(super) fn print_secret(secret: &Secret) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(secret.reveal().as_bytes())?;
    if out.is_terminal() {
        writeln!(out)?;
    }
    out.flush()
}

/// The secret and nothing else, in a file that only its owner reads.
pub(super) fn write_secret(path: Option<&Path>, secret: &Secret) -> io::Result<()> {
    match path {
        Some(path) => files::write_whole(path, secret.reveal().as_bytes(), files::PRIVATE),
        None => Ok(()),
    }
}
