//! The tables, and files that an older version of this program made.

use rusqlite::{Connection, TransactionBehavior};

use crate::rules::StoreError;

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

/// Says no to a file of a newer program. Nothing is written.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    match version(connection)? {
        0..=SCHEMA_VERSION => Ok(()),
        newer => Err(StoreError(format!(
            "its database is of version {newer}, and this program knows up to {SCHEMA_VERSION}: use the program that made \
             it, or another --data"
        ))),
    }
}

/// Creates the tables of a new file, and adds what those of an older one lack.
pub(super) fn complete(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again: another process may have done it meanwhile.
    match version(&transaction)? {
        0 => transaction.execute_batch(SCHEMA)?,
        1 => transaction.execute_batch(FROM_1_TO_2)?,
        _ => check(&transaction)?,
    }
    Ok(transaction.commit()?)
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
