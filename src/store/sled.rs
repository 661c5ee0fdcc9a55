//! The engine on sled 0.34: one tree, one atomic batch a commit. The only room that names sled; knows how things are
//! laid out, and decides nothing about entries.

mod carve;
mod census;
mod commit;
mod compact;
mod engine;
mod keys;
mod lock;
mod migrate;
mod open;
mod packs;
mod panics;
mod place;
#[cfg(test)]
mod power_cut;
mod rescue;
mod rows;
mod space;
mod tree;
mod values;

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::model::Timestamp;

use super::{
    Census, Scope, StoreError,
    plan::{Leader, Tie, Traces},
};

pub use self::rescue::Rescue;
use self::tree::Tree;

/// Whether a panic of sled's is no surprise just now: a store is opened that may be damaged.
#[must_use]
pub fn panics_are_expected() -> bool {
    panics::are_expected()
}

/// How a store is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// sled's page cache, in bytes; it takes two to four times as much after full scans.
    pub cache: u64,
    /// Where exports are: of a damaged store the newest gives what cannot be read.
    pub exports: Option<PathBuf>,
    /// Now: what a damaged store is named by when it is set aside.
    pub at: Option<Timestamp>,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache: 64 << 20, exports: None, at: None }
    }
}

/// See the module. Dropping the last one closes the database and gives the lock back.
#[derive(Debug)]
pub struct SledEngine {
    // In this order they are dropped: the lock last.
    /// Held for writing during a batch, and for reading during a walk, so that a walk sees no half of a batch.
    trees: RwLock<Trees>,
    path: PathBuf,
    /// The number that the next new entry gets. Only the writer stores it.
    next: AtomicU64,
    /// Whether it is unknown which database the next opening will find.
    lost_track: AtomicBool,
    /// Every number below was given, and is on the disk: as far as is written beside the database.
    watermark: AtomicU64,
    /// None while a database is made that is not in its place yet.
    watermark_file: Option<File>,
    /// Whether a read met what nobody wrote.
    suspect: AtomicBool,
    options: Options,
    rescue: Option<Rescue>,
    _lock: Option<File>,
}

/// The database, and the one that is being made in its place.
#[derive(Debug)]
struct Trees {
    current: Tree,
    /// Gone when it could not be written: then its making is given up.
    copy: Option<Tree>,
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

    /// Whether there is a store in this folder; its data may be missing all the same.
    #[must_use]
    pub fn exists(path: &Path) -> bool {
        lock::is_made(path)
    }

    /// Whether the store in this folder is in use just now.
    #[must_use]
    pub fn is_in_use(path: &Path) -> bool {
        lock::is_locked(path)
    }

    fn of(tree: Tree, path: PathBuf, next: u64, options: Options, lock: Option<File>) -> Self {
        Self {
            trees: RwLock::new(Trees { current: tree, copy: None }),
            path,
            next: AtomicU64::new(next),
            lost_track: AtomicBool::new(false),
            watermark: AtomicU64::new(0),
            watermark_file: None,
            suspect: AtomicBool::new(false),
            options,
            rescue: None,
            _lock: lock,
        }
    }

    /// Never taken twice by one thread: a writer that waits between the two would wait for ever, and so would the second.
    fn trees(&self) -> RwLockReadGuard<'_, Trees> {
        self.trees.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads. A page that sled cannot read makes it panic as often as not; the next opening is told to look through it all.
    fn read<T>(&self, read: impl FnOnce(&Tree) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&self.trees().current)));
        let outcome =
            outcome.unwrap_or_else(|payload| Err(StoreError::panicked("reading the store", &*payload)));
        if let Err(error) = &outcome
            && error.is_damage()
            && !self.suspect.swap(true, Ordering::AcqRel)
        {
            place::suspect(&self.path, &error.in_words());
        }
        outcome
    }

    fn write(&self, batch: rows::Batch) -> Result<(), StoreError> {
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        self.require_track()?;
        // First the database: what it refuses must not be in the copy.
        let copied = trees.copy.is_some().then(|| batch.clone());
        trees.current.db.apply_batch(batch).map_err(|error| failed("writing to the store", error))?;
        if let (Some(copy), Some(batch)) = (&trees.copy, copied)
            && copy.db.apply_batch(batch).is_err()
        {
            trees.copy = None;
        }
        Ok(())
    }

    fn require_track(&self) -> Result<(), StoreError> {
        if self.lost_track.load(Ordering::Acquire) {
            let reason = "it is unknown which of two databases is in force".to_owned();
            return Err(StoreError::Failed { reason });
        }
        Ok(())
    }
}

fn failed(action: &'static str, error: ::sled::Error) -> StoreError {
    StoreError::Engine { action, source: Box::new(error) }
}

fn reading(error: ::sled::Error) -> StoreError {
    failed("reading the store", error)
}
