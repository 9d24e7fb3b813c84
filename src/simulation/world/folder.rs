//! Where a world keeps its ledger: in memory where the machine has such a place.

use std::path::{Path, PathBuf};

use crate::ledger::LedgerError;

/// A folder that goes with the world.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder, empty.
    pub(super) fn new(path: PathBuf) -> Result<Self, LedgerError> {
        // Left over from a process that was killed: nobody else has this name.
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path)
            .map_err(|error| LedgerError::Open(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }

    /// The ledger's file.
    pub(super) fn ledger(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    /// Everything in it, as text.
    pub(super) fn texts(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::read(file.path()).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Where folders are made: memory where there is such a place, because a flush costs nothing there.
pub fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}
