//! The engine on sled 0.34: one tree, one atomic batch a commit. The only room that names sled; knows how things are
//! laid out, and decides nothing about entries.

mod carve;
mod census;
mod commit;
mod compact;
mod keys;
mod lock;
mod migrate;
mod open;
mod panics;
mod place;
#[cfg(test)]
mod power_cut;
mod rescue;
mod tree;
mod values;

use std::{
    collections::HashMap,
    fs::File,
    ops::{ControlFlow, Range},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Record, Remembered, Row, Seq,
    SourceId, SourceState, StoredEntry, Timestamp,
};

use super::{
    Census, Compaction, Engine, Scope, StoreError, Usage,
    engine::Wanted,
    plan::{self, Leader, Lookup, Plan, Tie, Traces},
};

pub use self::rescue::Rescue;
use self::tree::Tree;

/// Whether a panic of sled's is no surprise just now: a store is opened that may be damaged.
#[must_use]
pub fn panics_are_expected() -> bool {
    panics::are_expected()
}

/// Writing needs this much free: sled appends whole segments of 16 MiB, and cleaning takes some more of them.
const FREE_MIN: u64 = 64 * MIB;

const MIB: u64 = 1024 * 1024;

/// Entries that are looked at in one step of a search: some milliseconds.
const FIND_STEP: usize = 2_000;

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

    /// None where the question has no answer.
    fn free_space(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.path).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    fn require_space(&self) -> Result<(), StoreError> {
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
    fn require_free(&self) -> Result<(), StoreError> {
        match self.free_space() {
            Some(free) if free < FREE_MIN => {
                Err(StoreError::NoSpace { path: self.path.clone(), free: free / MIB, needed: FREE_MIN / MIB })
            }
            _ => Ok(()),
        }
    }

    fn write(&self, batch: ::sled::Batch) -> Result<(), StoreError> {
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

impl Engine for SledEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        self.read(|tree| tree.known(source, keys))
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        self.read(|tree| tree.alike(source, titles))
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.require_space()?;
        let next = self.next.load(Ordering::Acquire);
        let plan = self.read(|tree| Plan::of(commit, next, tree))?;
        let batches = commit::batches(commit, &plan)?;
        for batch in batches {
            self.write(batch)?;
        }
        self.next.store(plan.next, Ordering::Release);
        Ok(plan.committed())
    }

    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError> {
        self.require_space()?;
        commit::states(states)?.into_iter().try_for_each(|batch| self.write(batch))
    }

    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        self.require_space()?;
        let former =
            self.trees().current.db.scan_prefix(keys::channel(id)).keys().collect::<Result<Vec<_>, _>>();
        self.write(commit::channel(id, state, &former.map_err(reading)?)?)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.require_track()?;
        // What is made in its place meanwhile is brought to the disk before it takes it.
        let next = self.next.load(Ordering::Acquire);
        let tree = self.trees().current.clone();
        tree.to_disk(&self.path)?;
        if self.watermark.fetch_max(next, Ordering::AcqRel) < next
            && let Some(file) = &self.watermark_file
        {
            // It only helps to notice a loss: that it cannot be written is none.
            let _ = place::write_watermark(file, next);
        }
        Ok(())
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.read(Tree::source_states)
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.read(|tree| tree.channel_state(id))
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.read(|tree| tree.scan(scope, visit))
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|tree| tree.entries(seqs))
    }

    fn check(&self) -> Result<Census, StoreError> {
        let next = Seq(self.next.load(Ordering::Acquire));
        let census = self.read(|tree| census::take(tree, next))?;
        if let Some(first) = census.told.first() {
            place::suspect(&self.path, first);
        }
        Ok(census)
    }

    fn next(&self) -> Result<Seq, StoreError> {
        Ok(Seq(self.next.load(Ordering::Acquire)))
    }

    fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|tree| tree.oldest(after, most))
    }

    fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        self.read(|tree| tree.left_before(before, most))
    }

    fn listed(&self, source: &SourceId, most: usize) -> Result<Vec<Seq>, StoreError> {
        let mut listed = self.read(|tree| tree.listed(source))?;
        listed.truncate(most);
        Ok(listed)
    }

    fn bury(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let batch = self.read(|tree| {
            let with_known = |stored: StoredEntry| Ok((tree.known_of(stored.seq)?, stored));
            let buried = tree.entries(seqs)?.into_iter().map(with_known);
            Ok(commit::burial(&buried.collect::<Result<Vec<_>, StoreError>>()?))
        })?;
        self.write(batch)
    }

    fn forget(&self, seqs: &[Seq]) -> Result<(), StoreError> {
        self.require_space()?;
        let forgotten = self.read(|tree| plan::forget(seqs, tree))?;
        self.write(commit::oblivion(&forgotten))
    }

    fn take_down(&self, seqs: &[Seq]) -> Result<Committed, StoreError> {
        self.require_space()?;
        let downs = self.read(|tree| plan::take_down(seqs, tree))?;
        self.write(commit::takedown(&downs))?;
        Ok(plan::taken_down(&downs))
    }

    fn numbered(&self, range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        self.read(|tree| tree.rows(&range))
    }

    fn last_below(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.read(|tree| tree.last_below(scope, seq))
    }

    fn first_from(&self, scope: &Scope, seq: Seq) -> Result<Option<Seq>, StoreError> {
        self.read(|tree| tree.first_from(scope, seq))
    }

    fn groups(&self, seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        self.read(|tree| tree.groups(seqs))
    }

    fn find(&self, wanted: Wanted<'_>, most: usize) -> Result<Vec<Remembered>, StoreError> {
        let (mut found, mut after) = (Vec::new(), Seq(0));
        while found.len() < most {
            let (seqs, last) = self.read(|tree| tree.find(wanted, after, FIND_STEP))?;
            let Some(last) = last else { break };
            after = last;
            for seq in seqs {
                // It may have vanished since.
                let one = self.read(|tree| tree.remembered(Seq(seq.0.saturating_sub(1)), 1))?;
                found.extend(one.into_iter().filter(|one| one.known.seq == seq));
            }
        }
        found.truncate(most);
        Ok(found)
    }

    fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        self.read(|tree| tree.remembered(after, most))
    }

    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        self.read(Tree::channel_states)
    }

    fn restore(&self, records: &[Record]) -> Result<(), StoreError> {
        self.require_space()?;
        let added = self.read(|tree| plan::restore(records, tree))?;
        let (batch, next) = commit::restoration(records, &added, Seq(self.next.load(Ordering::Acquire)))?;
        self.write(batch)?;
        self.next.store(next.0, Ordering::Release);
        Ok(())
    }

    fn rescue(&self) -> Option<&Rescue> {
        self.rescue.as_ref()
    }

    fn usage(&self) -> Result<Usage, StoreError> {
        self.measure()
    }

    fn compact(&self, go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        self.make_anew(go_on)
    }

    fn room(&self) -> Result<(), StoreError> {
        self.require_free()
    }

    fn health(&self) -> Result<(), StoreError> {
        self.require_track()?;
        match panics::seen() {
            None if self.suspect.load(Ordering::Acquire) => Err(StoreError::Damaged {
                what: "what was read is not what was written; the next opening looks through it all"
                    .to_owned(),
            }),
            None => Ok(()),
            Some(message) => Err(StoreError::Panicked {
                action: "a background thread of the store",
                message: message.to_owned(),
            }),
        }
    }
}
