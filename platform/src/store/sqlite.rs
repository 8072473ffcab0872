//! A store in a SQLite file, which the command line and a running server open together.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::rows::{
    PRODUCTS, add_devices, product_from, read_device, read_devices, read_product, write_device,
    write_product,
};
use super::schema;
use crate::rules::{Added, Device, DeviceChange, DeviceKey, Product, Registry, StoreError, Work};

const BUSY: Duration = Duration::from_secs(10);
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
    /// The last one that a device of was changed. Nobody else writes while a batch is open.
    product: Option<Product>,
}

impl SqliteStore {
    /// Opens the file, and creates its tables when it is new.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        schema::check(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A secret that was handed out must survive a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::complete(&mut connection)?;
        Ok(Self {
            connection: Mutex::new(connection),
            writing: Mutex::default(),
            batching: Mutex::default(),
        })
    }

    /// Runs `with` on the open batch if it is this thread's.
    fn in_batch<T>(&self, with: impl FnOnce(&mut Batching) -> T) -> Option<T> {
        let mut open = self.batching();
        let mine = |batch: &&mut Batching| batch.thread == thread::current().id();
        open.as_mut().filter(mine).map(with)
    }

    /// The product whose device is to be changed.
    fn product_of(
        &self,
        connection: &Connection,
        key: &DeviceKey,
    ) -> Result<Option<Product>, StoreError> {
        let last = self.in_batch(|batch| batch.product.take()).flatten();
        match last.filter(|product| product.key == key.product_key()) {
            None => read_product(connection, key.product_key()),
            last => Ok(last),
        }
    }

    fn batching(&self) -> MutexGuard<'_, Option<Batching>> {
        self.batching.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` in a transaction: that of the open batch if this thread has one.
    fn write(
        &self,
        change: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.in_batch(|_| ()).is_some() {
            let outcome = change(&self.connection());
            if let Err(error) = &outcome {
                self.in_batch(|batch| batch.failed = Some(error.clone()));
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

impl Registry for SqliteStore {
    fn product(&self, key: &str) -> Result<Option<Product>, StoreError> {
        read_product(&self.connection(), key)
    }

    fn products(&self) -> Result<Vec<Product>, StoreError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(PRODUCTS)?;
        let rows = query.query_map([], product_from)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn change_product(
        &self,
        key: &str,
        change: &mut dyn FnMut(&mut Option<Product>),
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            self.in_batch(|batch| batch.product = None);
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
        read_devices(&self.connection(), product_key)
    }

    fn device_names(&self, product_key: &str) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut query =
            connection.prepare_cached("SELECT device_name FROM device WHERE product_key = ?")?;
        let names = query.query_map([product_key], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    fn add_devices(
        &self,
        product_key: &str,
        devices: &[(DeviceKey, Device)],
    ) -> Result<Added, StoreError> {
        let mut added = Added::NoProduct;
        self.write(|connection| {
            if read_product(connection, product_key)?.is_some() {
                added = add_devices(connection, devices)?;
            }
            Ok(())
        })?;
        Ok(added)
    }

    fn change_device(&self, key: &DeviceKey, change: DeviceChange<'_>) -> Result<(), StoreError> {
        self.write(|connection| {
            let product = self.product_of(connection, key)?;
            let mut slot = read_device(connection, key)?;
            let before = slot.clone();
            change(product.as_ref(), &mut slot);
            self.in_batch(|batch| batch.product = product);
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
            product: None,
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
