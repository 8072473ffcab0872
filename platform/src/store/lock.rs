//! One server per data directory: two would each believe that they know all sessions.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::rules::StoreError;

/// Held by a running server. SQLite's file lock ends with the process, however that ends.
pub struct ServerLock {
    _connection: Connection,
}

impl ServerLock {
    /// Takes the lock, or says that another server has it.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection
            .execute_batch("BEGIN EXCLUSIVE")
            .map_err(|_| StoreError("another server uses this data directory".into()))?;
        Ok(Self {
            _connection: connection,
        })
    }
}
