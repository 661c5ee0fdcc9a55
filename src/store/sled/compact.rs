//! Makes the database anew in a fresh folder, row by row, while it goes on being read and written, and puts it in the
//! place of the old one. Decides nothing about entries, and not when.
//!
//! From its beginning every batch is applied to both, and each piece is copied while no batch can come between its
//! reading and its writing. So the two are equal, piece by piece, from where the copying has passed; a second walk
//! compares them, and the pointer moves while nobody writes.

use std::{
    fs, io,
    ops::Bound,
    path::Path,
    sync::{PoisonError, atomic::Ordering},
};

use ::sled::IVec;
use sha2::{Digest as _, Sha256};

use super::{
    SledEngine, StoreError, failed, keys, open, place, reading,
    rows::Batch,
    space::{FREE_MIN, MIB},
    tree::Tree,
};
use crate::store::engine::{Compaction, Engine, Usage};

/// Rows and bytes that are copied at once: as long a write may have to wait.
const PIECE_ROWS: usize = 500;
const PIECE_BYTES: usize = 512 * 1024;
/// Bytes that are copied between two fsyncs.
pub const FSYNC_EVERY: usize = 32 << 20;

pub type Rows = Vec<(IVec, IVec)>;

impl SledEngine {
    pub(super) fn measure(&self) -> Result<Usage, StoreError> {
        let mut usage = Usage::default();
        self.walk(&|| true, |trees, after| {
            let rows = piece(&trees.current, after)?;
            usage.rows += rows.len() as u64;
            usage.entries += rows.iter().filter(|(key, _)| key.first() == Some(&keys::ENTRY)).count() as u64;
            usage.live += rows.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum::<u64>();
            Ok(rows)
        })?;
        let folder = self.trees().current.folder.clone();
        usage.files = size(&folder).map_err(|error| open::folder("read", &folder, error))?;
        Ok(usage)
    }

    pub(super) fn make_anew(&self, go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        let before = self.measure()?;
        self.require_room(before.live)?;
        let folder = place::fresh(&self.path).map_err(|error| open::folder("use", &self.path, error))?;
        let compacted = self.copy_to(&folder, before, go_on);
        if compacted.is_err() {
            let abandoned = {
                let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
                trees.copy.take()
            };
            // Closed before its files go; and if they stay, the next opening sweeps them.
            drop(abandoned);
            if self.trees().current.folder != folder {
                let _ = fs::remove_dir_all(&folder);
            }
        }
        compacted
    }

    fn copy_to(
        &self,
        folder: &Path,
        before: Usage,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Compaction, StoreError> {
        let tree = open::make(folder, &self.options)?;
        self.trees.write().unwrap_or_else(PoisonError::into_inner).copy = Some(tree);
        let mut since_fsync = 0;
        self.walk(go_on, |trees, after| {
            let copy = trees.copy.as_ref().ok_or(StoreError::Abandoned)?;
            let rows = piece(&trees.current, after)?;
            let mut batch = Batch::default();
            for (key, value) in &rows {
                since_fsync += key.len() + value.len();
                batch.insert(key, value);
            }
            copy.db.apply_batch(batch).map_err(|error| failed("copying the store", error))?;
            if since_fsync > FSYNC_EVERY {
                since_fsync = 0;
                copy.to_disk(&self.path)?;
            }
            Ok(rows)
        })?;
        let (mut rows, mut digest) = (0, Sha256::new());
        self.walk(go_on, |trees, after| {
            let copy = trees.copy.as_ref().ok_or(StoreError::Abandoned)?;
            let (old, new) = (piece(&trees.current, after)?, piece(copy, after)?);
            let sums = [&old, &new].map(checksum);
            if (old.len(), sums[0]) != (new.len(), sums[1]) {
                return Err(StoreError::Damaged { what: "the copy is not as the store".to_owned() });
            }
            rows += new.len() as u64;
            digest.update(sums[1]);
            Ok(old)
        })?;
        self.put_in_place()?;
        let after = size(folder).map_err(|error| open::folder("read", folder, error))?;
        Ok(Compaction { rows, before: before.files, after })
    }

    /// The copy becomes the database.
    fn put_in_place(&self) -> Result<(), StoreError> {
        let copy = self.trees().copy.clone().ok_or(StoreError::Abandoned)?;
        // Most of it while others write; what they write meanwhile is little.
        copy.to_disk(&self.path)?;
        drop(copy);
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        let copy = trees.copy.as_ref().ok_or(StoreError::Abandoned)?;
        copy.to_disk(&self.path)?;
        place::prepare(&self.path, &copy.folder).map_err(|error| open::folder("write", &self.path, error))?;
        if let Err(error) = place::switch(&self.path) {
            // What is written to either from now on might be lost: end, and begin anew where it points.
            self.lost_track.store(true, Ordering::Release);
            return Err(open::folder("switch to a database below", &self.path, error));
        }
        let Some(copy) = trees.copy.take() else { return Err(StoreError::Abandoned) };
        let old = std::mem::replace(&mut trees.current, copy);
        drop(trees);
        drop(old);
        // What stays is swept at the next opening.
        let _ = place::sweep(&self.path, &self.trees().current.folder);
        Ok(())
    }

    /// Fills a database that is made anew, and puts it in the place of this one, which is not to be written meanwhile.
    /// When `fill` fails, all stays as it was.
    ///
    /// # Errors
    /// Of `fill`, or when the database cannot be made or put in place.
    pub fn refill<T, E: From<StoreError>>(
        &self,
        fill: impl FnOnce(&dyn Engine) -> Result<T, E>,
    ) -> Result<T, E> {
        let folder = place::fresh(&self.path).map_err(|error| open::folder("use", &self.path, error))?;
        let filled = open::make(&folder, &self.options).map_err(E::from).and_then(|tree| {
            let fresh = Self::of(tree, self.path.clone(), 1, self.options.clone(), None);
            let filled = fill(&fresh)?;
            let next = fresh.next.load(Ordering::Acquire);
            let tree = fresh.trees.into_inner().unwrap_or_else(PoisonError::into_inner).current;
            self.trees.write().unwrap_or_else(PoisonError::into_inner).copy = Some(tree);
            self.put_in_place()?;
            self.next.store(next, Ordering::Release);
            Ok(filled)
        });
        if filled.is_err() && self.trees().current.folder != folder {
            self.trees.write().unwrap_or_else(PoisonError::into_inner).copy = None;
            let _ = fs::remove_dir_all(&folder);
        }
        filled
    }

    /// Goes through all rows piece by piece. `step` is given the key after which the next piece begins, and gives it;
    /// nothing is written while it runs.
    fn walk(
        &self,
        go_on: &dyn Fn() -> bool,
        mut step: impl FnMut(&super::Trees, &[u8]) -> Result<Rows, StoreError>,
    ) -> Result<(), StoreError> {
        let mut after = IVec::default();
        loop {
            if !go_on() {
                return Err(StoreError::Abandoned);
            }
            let rows = step(&self.trees(), &after)?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = last.clone();
        }
    }

    /// Twice the live data, which is about what a fresh database takes, beside what writing always needs.
    fn require_room(&self, live: u64) -> Result<(), StoreError> {
        let needed = live.saturating_mul(2).saturating_add(2 * FREE_MIN);
        let free = self.free_space().unwrap_or(u64::MAX);
        if free >= needed {
            return Ok(());
        }
        Err(StoreError::NoSpace { path: self.path.clone(), free: free / MIB, needed: needed / MIB })
    }
}

/// Some rows after this key.
pub fn piece(tree: &Tree, after: &[u8]) -> Result<Rows, StoreError> {
    let (mut rows, mut bytes) = (Rows::new(), 0);
    for row in tree.db.range::<&[u8], _>((Bound::Excluded(after), Bound::Unbounded)) {
        let (key, value) = row.map_err(reading)?;
        bytes += key.len() + value.len();
        rows.push((key, value));
        if rows.len() >= PIECE_ROWS || bytes >= PIECE_BYTES {
            break;
        }
    }
    Ok(rows)
}

fn checksum(rows: &Rows) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in rows.iter().flat_map(|(key, value)| [key, value]) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// What sled's files in a folder take, in bytes.
pub fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for file in place::database(folder)? {
        bytes += file.metadata()?.len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
