//! Products and devices as rows of tables.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::rules::{
    Added, Authentication, Device, DeviceKey, PhysicalDevice, Product, RegistrationState, Secret,
    StoreError,
};

/// In the order that [`product_from`] reads them in.
pub(super) const PRODUCTS: &str = "SELECT key, name, secret, authentication, dynamic_registration, confirmation FROM product ORDER BY key";
const PRODUCT_BY_KEY: &str = "SELECT key, name, secret, authentication, dynamic_registration, confirmation FROM product WHERE key = ?";

pub(super) fn product_from(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        key: row.get(0)?,
        name: row.get(1)?,
        secret: Secret::new(row.get::<_, String>(2)?),
        authentication: Authentication::from_word(&row.get::<_, String>(3)?).unwrap_or_default(),
        dynamic_registration: row.get(4)?,
        confirmation: row.get(5)?,
    })
}

pub(super) fn read_product(
    connection: &Connection,
    key: &str,
) -> Result<Option<Product>, StoreError> {
    let mut query = connection.prepare_cached(PRODUCT_BY_KEY)?;
    Ok(query.query_row([key], product_from).optional()?)
}

pub(super) fn write_product(connection: &Connection, product: &Product) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO product VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET name = ?2, secret = ?3, dynamic_registration = ?4, confirmation = ?6",
        params![
            product.key,
            product.name,
            product.secret.reveal(),
            product.dynamic_registration,
            product.authentication.word(),
            product.confirmation,
        ],
    )?;
    Ok(())
}

/// In the order that [`device_from`] reads them in: by place, since names are looked up in each row anew.
macro_rules! device_columns {
    () => {
        "device_name, life, secret, activated, registration, disabled, online, last_seen,
    registrations, sign_ins, activations, EXISTS (SELECT 1 FROM physical_device AS physical
    WHERE physical.product_key = device.product_key AND physical.device_name = device.device_name)"
    };
}

const DEVICE: &str = concat!(
    "SELECT ",
    device_columns!(),
    " FROM device WHERE product_key = ? AND device_name = ?"
);
const DEVICES: &str = concat!(
    "SELECT ",
    device_columns!(),
    " FROM device WHERE product_key = ? ORDER BY device_name"
);

/// A device without its physical devices, and whether it has any.
fn device_from(row: &Row<'_>) -> rusqlite::Result<(Device, bool)> {
    let device = Device {
        life: row.get(1)?,
        secret: Secret::new(row.get::<_, String>(2)?),
        activated: row.get(3)?,
        registration: row.get(4)?,
        disabled: row.get(5)?,
        online: row.get(6)?,
        last_seen: row.get(7)?,
        registrations: row.get(8)?,
        sign_ins: row.get(9)?,
        activations: row.get(10)?,
        physical_devices: Vec::new(),
    };
    Ok((device, row.get(11)?))
}

impl FromSql for RegistrationState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_word(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

pub(super) fn read_device(
    connection: &Connection,
    key: &DeviceKey,
) -> Result<Option<Device>, StoreError> {
    let pair = [key.product_key(), key.device_name()];
    let mut query = connection.prepare_cached(DEVICE)?;
    let Some((mut device, has_physical)) = query.query_row(pair, device_from).optional()? else {
        return Ok(None);
    };
    if has_physical {
        device.physical_devices = read_physical_devices(connection, pair)?;
    }
    Ok(Some(device))
}

/// All devices of a product by name.
pub(super) fn read_devices(
    connection: &Connection,
    product_key: &str,
) -> Result<Vec<(DeviceKey, Device)>, StoreError> {
    let mut query = connection.prepare_cached(DEVICES)?;
    let mut rows = query.query([product_key])?;
    let mut devices = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let key = DeviceKey::new(product_key, &name)
            .ok_or(StoreError("a malformed device name".into()))?;
        let (mut device, has_physical) = device_from(row)?;
        if has_physical {
            device.physical_devices = read_physical_devices(connection, [product_key, &name])?;
        }
        devices.push((key, device));
    }
    Ok(devices)
}

fn read_physical_devices(
    connection: &Connection,
    pair: [&str; 2],
) -> Result<Vec<PhysicalDevice>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT client_id, token FROM physical_device
         WHERE product_key = ? AND device_name = ? ORDER BY rowid",
    )?;
    let rows = query.query_map(pair, |row| {
        Ok(PhysicalDevice {
            client_id: row.get(0)?,
            token: Secret::new(row.get::<_, String>(1)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds devices, or none if one is there already. Runs within a change: nobody else writes meanwhile.
pub(super) fn add_devices(
    connection: &Connection,
    devices: &[(DeviceKey, Device)],
) -> Result<Added, StoreError> {
    let mut known = connection
        .prepare_cached("SELECT 1 FROM device WHERE product_key = ? AND device_name = ?")?;
    for (place, (key, _)) in devices.iter().enumerate() {
        if known.exists([key.product_key(), key.device_name()])? {
            return Ok(Added::Exists(place));
        }
    }
    for (key, device) in devices {
        write_device(connection, key, None, Some(device))?;
    }
    Ok(Added::All)
}

/// Writes the device whole: rows are small, and one way to write is one way to be wrong.
pub(super) fn write_device(
    connection: &Connection,
    key: &DeviceKey,
    before: Option<&Device>,
    after: Option<&Device>,
) -> Result<(), StoreError> {
    let pair = [key.product_key(), key.device_name()];
    let Some(device) = after else {
        connection
            .prepare_cached("DELETE FROM device WHERE product_key = ? AND device_name = ?")?
            .execute(pair)?;
        return Ok(());
    };
    match before {
        None => insert_row(connection, key, device)?,
        Some(_) => update_row(connection, key, device)?,
    }
    let known = before.map_or(&[][..], |device| &device.physical_devices);
    match known == device.physical_devices {
        true => Ok(()),
        false => write_physical_devices(connection, pair, &device.physical_devices),
    }
}

fn insert_row(connection: &Connection, key: &DeviceKey, device: &Device) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    statement.execute(params![
        key.product_key(),
        key.device_name(),
        device.life,
        device.secret.reveal(),
        device.activated,
        device.registration.word(),
        device.disabled,
        device.online,
        device.last_seen,
        device.registrations,
        device.sign_ins,
        device.activations,
    ])?;
    Ok(())
}

fn update_row(connection: &Connection, key: &DeviceKey, device: &Device) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE device SET life = ?, secret = ?, activated = ?, registration = ?, disabled = ?, online = ?,
         last_seen = ?, registrations = ?, sign_ins = ?, activations = ? WHERE product_key = ? AND device_name = ?",
    )?;
    statement.execute(params![
        device.life,
        device.secret.reveal(),
        device.activated,
        device.registration.word(),
        device.disabled,
        device.online,
        device.last_seen,
        device.registrations,
        device.sign_ins,
        device.activations,
        key.product_key(),
        key.device_name(),
    ])?;
    Ok(())
}

fn write_physical_devices(
    connection: &Connection,
    pair: [&str; 2],
    devices: &[PhysicalDevice],
) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM physical_device WHERE product_key = ? AND device_name = ?",
        pair,
    )?;
    for physical in devices {
        connection.execute(
            "INSERT INTO physical_device VALUES (?, ?, ?, ?)",
            [
                pair[0],
                pair[1],
                &physical.client_id,
                physical.token.reveal(),
            ],
        )?;
    }
    Ok(())
}
