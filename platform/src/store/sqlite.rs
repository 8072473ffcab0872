//! A store in a SQLite file, which the command line and a running server open together.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, named_params, params};

use crate::rules::{
    Authentication, Device, DeviceChange, DeviceKey, PhysicalDevice, Product, RegistrationState,
    Registry, Secret, StoreError, Work,
};

const BUSY: Duration = Duration::from_secs(10);
const SCHEMA_VERSION: i64 = 2;
const SCHEMA: &str = "
CREATE TABLE product (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    dynamic_registration INTEGER NOT NULL,
    authentication TEXT NOT NULL,
    confirmation TEXT
) STRICT;
CREATE TABLE device (
    product_key TEXT NOT NULL REFERENCES product (key),
    device_name TEXT NOT NULL,
    life INTEGER NOT NULL,
    secret TEXT NOT NULL,
    activated INTEGER NOT NULL,
    registration TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    online INTEGER NOT NULL,
    last_seen INTEGER,
    registrations INTEGER NOT NULL,
    sign_ins INTEGER NOT NULL,
    activations INTEGER NOT NULL,
    PRIMARY KEY (product_key, device_name)
) STRICT;
CREATE TABLE physical_device (
    product_key TEXT NOT NULL,
    device_name TEXT NOT NULL,
    client_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (product_key, device_name, client_id),
    FOREIGN KEY (product_key, device_name) REFERENCES device ON DELETE CASCADE
) STRICT;
CREATE TABLE announcement (count INTEGER NOT NULL) STRICT;
INSERT INTO announcement VALUES (0);
PRAGMA user_version = 2;
";
const FROM_1_TO_2: &str = "
ALTER TABLE product ADD COLUMN authentication TEXT NOT NULL DEFAULT 'secret';
ALTER TABLE product ADD COLUMN confirmation TEXT;
PRAGMA user_version = 2;
";

impl From<rusqlite::Error> for StoreError {
    /// The message of SQLite names tables and files, never values.
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

/// A store in a SQLite file.
pub struct SqliteStore {
    connection: Mutex<Connection>,
    /// Held by whoever writes: for one change, or for a batch.
    writing: Mutex<()>,
    /// The thread whose batch is open.
    batching: Mutex<Option<Batching>>,
}

struct Batching {
    thread: ThreadId,
    failed: Option<StoreError>,
}

impl SqliteStore {
    /// Opens the file, and creates its tables when it is new.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A secret that was handed out must survive a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        create_schema(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
            writing: Mutex::default(),
            batching: Mutex::default(),
        })
    }

    fn batching(&self) -> MutexGuard<'_, Option<Batching>> {
        self.batching.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` in a transaction: that of the open batch if this thread has one.
    fn write(
        &self,
        change: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mine = |open: &Option<Batching>| {
            let me = thread::current().id();
            open.as_ref().is_some_and(|batch| batch.thread == me)
        };
        if mine(&self.batching()) {
            let outcome = change(&self.connection());
            if let (Err(error), Some(batch)) = (&outcome, self.batching().as_mut()) {
                batch.failed = Some(error.clone());
            }
            return outcome;
        }
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// A panic elsewhere leaves nothing half-made behind: an open transaction was rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn create_schema(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => transaction.execute_batch(SCHEMA)?,
        1 => transaction.execute_batch(FROM_1_TO_2)?,
        SCHEMA_VERSION => {}
        _ => return Err(StoreError("made by another version of this program".into())),
    }
    Ok(transaction.commit()?)
}

impl Registry for SqliteStore {
    fn product(&self, key: &str) -> Result<Option<Product>, StoreError> {
        read_product(&self.connection(), key)
    }

    fn products(&self) -> Result<Vec<Product>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT * FROM product ORDER BY key")?;
        let rows = query.query_map([], product_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn change_product(
        &self,
        key: &str,
        change: &mut dyn FnMut(&mut Option<Product>),
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            let mut slot = read_product(connection, key)?;
            let before = slot.clone();
            change(&mut slot);
            match slot.filter(|product| before.as_ref() != Some(product)) {
                Some(product) => write_product(connection, &product),
                None => Ok(()),
            }
        })
    }

    fn device(&self, key: &DeviceKey) -> Result<Option<Device>, StoreError> {
        read_device(&self.connection(), key)
    }

    fn devices(&self, product_key: &str) -> Result<Vec<(DeviceKey, Device)>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT device_name FROM device WHERE product_key = ? ORDER BY device_name",
        )?;
        let names = query.query_map([product_key], |row| row.get::<_, String>(0))?;
        let mut devices = Vec::new();
        for name in names {
            let key = DeviceKey::new(product_key, &name?)
                .ok_or(StoreError("a malformed device name".into()))?;
            if let Some(device) = read_device(&connection, &key)? {
                devices.push((key, device));
            }
        }
        Ok(devices)
    }

    fn change_device(&self, key: &DeviceKey, change: DeviceChange<'_>) -> Result<(), StoreError> {
        self.write(|connection| {
            let product = read_product(connection, key.product_key())?;
            let mut slot = read_device(connection, key)?;
            let before = slot.clone();
            change(product.as_ref(), &mut slot);
            match slot == before {
                true => Ok(()),
                false => write_device(connection, key, before.as_ref(), slot.as_ref()),
            }
        })
    }

    fn batch(&self, work: Work<'_>) -> Result<(), StoreError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.connection().execute_batch("BEGIN IMMEDIATE")?;
        *self.batching() = Some(Batching {
            thread: thread::current().id(),
            failed: None,
        });
        let worked = work();
        let failed = self.batching().take().and_then(|batch| batch.failed);
        let failed = failed.or(worked.err());
        let connection = self.connection();
        let outcome = match failed {
            Some(error) => Err(error),
            None => connection.execute_batch("COMMIT").map_err(Into::into),
        };
        if outcome.is_err() && !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        outcome
    }

    fn all_offline(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute("UPDATE device SET online = FALSE WHERE online", [])?;
            Ok(())
        })
    }

    fn announce(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute("UPDATE announcement SET count = count + 1", [])?;
            Ok(())
        })
    }

    fn announcements(&self) -> Result<u64, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT count FROM announcement")?;
        Ok(query.query_row([], |row| row.get(0))?)
    }
}

fn product_from(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        key: row.get("key")?,
        name: row.get("name")?,
        secret: Secret::new(row.get::<_, String>("secret")?),
        authentication: Authentication::from_word(&row.get::<_, String>("authentication")?)
            .unwrap_or_default(),
        dynamic_registration: row.get("dynamic_registration")?,
        confirmation: row.get("confirmation")?,
    })
}

fn read_product(connection: &Connection, key: &str) -> Result<Option<Product>, StoreError> {
    let mut query = connection.prepare_cached("SELECT * FROM product WHERE key = ?")?;
    Ok(query.query_row([key], product_from).optional()?)
}

fn write_product(connection: &Connection, product: &Product) -> Result<(), StoreError> {
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

fn device_from(row: &Row<'_>) -> rusqlite::Result<(Device, String)> {
    let device = Device {
        life: row.get("life")?,
        secret: Secret::new(row.get::<_, String>("secret")?),
        activated: row.get("activated")?,
        registration: RegistrationState::Closed,
        disabled: row.get("disabled")?,
        online: row.get("online")?,
        physical_devices: Vec::new(),
        last_seen: row.get("last_seen")?,
        registrations: row.get("registrations")?,
        sign_ins: row.get("sign_ins")?,
        activations: row.get("activations")?,
    };
    Ok((device, row.get("registration")?))
}

fn read_device(connection: &Connection, key: &DeviceKey) -> Result<Option<Device>, StoreError> {
    let pair = [key.product_key(), key.device_name()];
    let mut query = connection
        .prepare_cached("SELECT * FROM device WHERE product_key = ? AND device_name = ?")?;
    let Some((mut device, registration)) = query.query_row(pair, device_from).optional()? else {
        return Ok(None);
    };
    device.registration = RegistrationState::from_word(&registration)
        .ok_or(StoreError("an unknown registration state".into()))?;
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
    device.physical_devices = rows.collect::<Result<_, _>>()?;
    Ok(Some(device))
}

/// Writes the device whole: rows are small, and one way to write is one way to be wrong.
fn write_device(
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
    write_row(connection, key, device)?;
    let known = before.map_or(&[][..], |device| &device.physical_devices);
    match known == device.physical_devices {
        true => Ok(()),
        false => write_physical_devices(connection, pair, &device.physical_devices),
    }
}

fn write_row(connection: &Connection, key: &DeviceKey, device: &Device) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO device VALUES (:product_key, :device_name, :life, :secret, :activated, :registration,
         :disabled, :online, :last_seen, :registrations, :sign_ins, :activations)
         ON CONFLICT DO UPDATE SET life = :life, secret = :secret, activated = :activated,
         registration = :registration, disabled = :disabled, online = :online, last_seen = :last_seen,
         registrations = :registrations, sign_ins = :sign_ins, activations = :activations",
    )?;
    statement.execute(named_params! {
        ":product_key": key.product_key(),
        ":device_name": key.device_name(),
        ":life": device.life,
        ":secret": device.secret.reveal(),
        ":activated": device.activated,
        ":registration": device.registration.word(),
        ":disabled": device.disabled,
        ":online": device.online,
        ":last_seen": device.last_seen,
        ":registrations": device.registrations,
        ":sign_ins": device.sign_ins,
        ":activations": device.activations,
    })?;
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
