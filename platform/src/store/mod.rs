//! Where products and devices are kept.

mod lock;
mod memory;
mod rows;
mod schema;
mod sqlite;

pub use lock::ServerLock;
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;
