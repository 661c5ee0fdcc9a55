//! The engine on sled 0.34: one tree, one atomic batch a commit. The only room that names sled; knows how things are
//! laid out, and decides nothing about entries.

mod census;
mod commit;
mod keys;
mod migrate;
mod open;
mod panics;
mod tree;
mod values;

use std::{
    collections::HashMap,
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Presence, Record, Remembered,
    Row, Seq, SourceId, SourceState, StoredEntry, Timestamp,
};

use super::{
    Census, Engine, Scope, StoreError,
    plan::{Lookup, Plan, Traces},
};

use self::tree::Tree;

/// Writing needs this much free: sled appends whole segments of 16 MiB, and cleaning takes some more of them.
const FREE_MIN: u64 = 64 * MIB;

const MIB: u64 = 1024 * 1024;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// sled's page cache, in bytes; it takes two to four times as much after full scans.
    pub cache: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache: 64 << 20 }
    }
}

/// See the module. Dropping the last one closes the database and gives the lock back.
#[derive(Debug)]
pub struct SledEngine {
    // In this order they are dropped: the lock last.
    /// Held for writing during a batch, and for reading during a walk, so that a walk sees no half of a batch.
    tree: RwLock<Tree>,
    path: PathBuf,
    /// The number that the next new entry gets. Only the writer stores it.
    next: AtomicU64,
    _lock: File,
}

impl SledEngine {
    /// Opens the store in a folder, or makes one there. Blocks, for seconds if it is large.
    ///
    /// # Errors
    /// When another process has it, when it is of another layout or lost its data, or when files cannot be used.
    /// After [`StoreError::Slow`] a thread and the lock are left behind: end the process.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, Options::default())
    }

    /// As [`SledEngine::open`], with other options than the usual.
    ///
    /// # Errors
    /// As with [`SledEngine::open`].
    pub fn open_with(path: &Path, options: Options) -> Result<Self, StoreError> {
        open::open(path, options)
    }

    fn tree(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn require_space(&self) -> Result<(), StoreError> {
        // Where the question has no answer, writing itself will tell.
        let Ok(disk) = rustix::fs::statvfs(&self.path) else { return Ok(()) };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free >= FREE_MIN {
            return Ok(());
        }
        Err(StoreError::NoSpace { path: self.path.clone(), free: free / MIB, needed: FREE_MIN / MIB })
    }

    fn write(&self, batch: ::sled::Batch) -> Result<(), StoreError> {
        let tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        tree.db.apply_batch(batch).map_err(|error| failed("writing to the store", error))
    }
}

fn failed(action: &'static str, error: ::sled::Error) -> StoreError {
    StoreError::Engine { action, source: Box::new(error) }
}

fn reading(error: ::sled::Error) -> StoreError {
    failed("reading the store", error)
}

impl Engine for SledEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.tree().known(source, keys)
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.tree().alike(source, titles)
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.require_space()?;
        let plan = Plan::of(commit, self.next.load(Ordering::Acquire), &*self.tree())?;
        let batches = commit::batches(commit, &plan)?;
        for batch in batches {
            self.write(batch)?;
        }
        self.next.store(plan.next, Ordering::Release);
        Ok(plan.committed())
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.require_space()?;
        let former = self.tree().db.scan_prefix(keys::channel(id)).keys().collect::<Result<Vec<_>, _>>();
        self.write(commit::channel(id, state, &former.map_err(reading)?)?)
    }

    fn sync(&self) -> Result<(), StoreError> {
        let (db, data) = {
            let tree = self.tree();
            (tree.db.clone(), Arc::clone(&tree.data))
        };
        // Both: flush hands everything to the kernel, and only fsync takes it to the disk.
        db.flush().map_err(|error| failed("flushing the store", error))?;
        data.sync_all().map_err(|source| StoreError::Folder {
            action: "fsync",
            path: self.path.clone(),
            source,
        })
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.tree().source_states()
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.tree().channel_state(id)
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.tree().scan(scope, visit)
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.tree().entries(seqs)
    }

    fn check(&self) -> Result<Census, StoreError> {
        census::take(&self.tree(), Seq(self.next.load(Ordering::Acquire)))
    }

    fn next(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.next.load(Ordering::Acquire)))
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        self.tree().oldest(after, most)
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.tree().left_before(before, most)
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let mut buried = Vec::new();
        for stored in self.tree().entries(seqs)? {
            let known = self.tree().known_of(stored.seq)?;
            buried.push((stored, known));
        }
        self.write(commit::burial(&buried))
    }

    fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let mut forgotten = Vec::new();
        for seq in seqs {
            let tree = self.tree();
            let Some(traces) = tree.traces(*seq)? else { continue };
            let known = tree.known_of(*seq)?;
            if known.presence != Presence::Kept {
                forgotten.push((traces, known));
            }
        }
        self.write(commit::oblivion(&forgotten))
    }

    fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        self.tree().remembered(after, most)
    }

    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        self.tree().channel_states()
    }

    fn restore(&self, records: &[Record]) -> Result<(), StoreError> {
        self.require_space()?;
        let (batch, next) = commit::restoration(records, Seq(self.next.load(Ordering::Acquire)))?;
        self.write(batch)?;
        self.next.store(next.0, Ordering::Release);
        Ok(())
    }

    fn health(&self) -> Result<(), StoreError> {
        match panics::seen() {
            None => Ok(()),
            Some(message) => Err(StoreError::Panicked {
                action: "a background thread of the store",
                message: message.to_owned(),
            }),
        }
    }
}
