//! Whether there is room to write: on the disk, and below the limit of a file. Asked before sled is, which takes neither well.

use std::path::Path;

use super::{SledEngine, StoreError};

/// Writing needs this much free: sled appends whole segments of 16 MiB, and cleaning takes some more of them.
pub const FREE_MIN: u64 = 64 * MIB;

/// In bytes.
pub const MIB: u64 = 1024 * 1024;

/// What is free where this folder is; none where the question has no answer.
pub fn free(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

impl SledEngine {
    /// None where the question has no answer.
    pub(super) fn free_space(&self) -> Option<u64> {
        free(&self.path)
    }

    /// Whether a write may be begun.
    pub(super) fn require_space(&self) -> Result<(), StoreError> {
        // What cannot be answered, writing itself will tell.
        let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize).current;
        if let Some(limit) = limit {
            let length = self.trees().current.data.metadata().map_or(0, |data| data.len());
            if length.saturating_add(FREE_MIN) > limit {
                return Err(StoreError::FileLimit { path: self.path.clone(), limit: limit / MIB });
            }
        }
        self.require_free()
    }

    /// Takes no lock: a writer that hangs has them all.
    pub(super) fn require_free(&self) -> Result<(), StoreError> {
        match self.free_space() {
            Some(free) if free < FREE_MIN => {
                Err(StoreError::NoSpace { path: self.path.clone(), free: free / MIB, needed: FREE_MIN / MIB })
            }
            _ => Ok(()),
        }
    }
}
