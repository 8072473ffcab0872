//! The data directory: who may read what, and files that are whole or absent.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file that says where a running server listens.
pub(crate) const ENDPOINTS: &str = "endpoints";
/// The same in JSON.
pub(crate) const ENDPOINTS_JSON: &str = "endpoints.json";
const PRIVATE_DIR: u32 = 0o700;
/// Mode of files that hold secrets.
pub(crate) const PRIVATE: u32 = 0o600;
/// Mode of files that anyone may read.
pub(crate) const PUBLIC: u32 = 0o644;

/// The data directory.
#[derive(Clone, Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Creates the directory, for its owner only, if it is not there.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(PRIVATE_DIR)
            .create(path)?;
        Ok(Self {
            path: fs::canonicalize(path)?,
        })
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The path of the directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The database file. It exists with the right mode before SQLite sees it.
    pub(crate) fn database(&self) -> io::Result<PathBuf> {
        let path = self.file("platform.db");
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(PRIVATE)
            .open(&path)?;
        Ok(path)
    }
}

/// Replaces a file in one step: readers see the old content or the new, never a part.
pub(crate) fn write_whole(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
        .tempfile_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(directory)?.sync_all()
}
