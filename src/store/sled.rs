//! The engine on sled 0.34: one tree, one atomic batch a commit. The only room that names sled; knows how things are
//! laid out, and decides nothing about entries.

mod census;
mod commit;
mod keys;
mod open;
mod panics;
mod values;

use std::{
    collections::HashMap,
    fs::File,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use ::sled::{Db, IVec};
use chrono::DateTime;

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, KnownEntry, Row, Seq,
    SourceId, SourceState, StoredEntry,
};

use super::{
    Census, Engine, Scope, StoreError,
    engine::ALIKE_MAX,
    plan::{Lookup, Plan},
};

/// Writing needs this much free: sled appends whole segments of 16 MiB, and cleaning takes some more of them.
const FREE_MIN: u64 = 64 * MIB;

const MIB: u64 = 1024 * 1024;

/// See the module. Dropping the last one closes the database and gives the lock back.
#[derive(Debug)]
pub struct SledEngine {
    // In this order they are dropped: the lock last.
    db: Db,
    /// Our own handle to the data file, for fsync: sled's flush does not reach the disk on Linux.
    data: File,
    path: PathBuf,
    /// The number that the next new entry gets. Only the writer stores it.
    next: AtomicU64,
    /// Held for writing during a batch, and for reading during a walk, so that a walk sees no half of a batch.
    gate: RwLock<()>,
    _lock: File,
}

impl SledEngine {
    /// Opens the store in a folder, or makes one there. Blocks, for seconds if it is large.
    ///
    /// # Errors
    /// When another process has it, when it is of another layout or lost its data, or when files cannot be used.
    /// After [`StoreError::Slow`] a thread and the lock are left behind: end the process.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        open::open(path)
    }

    fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.db.get(key).map_err(reading)
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
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        self.db.apply_batch(batch).map_err(|error| failed("writing to the store", error))
    }
}

fn failed(action: &'static str, error: ::sled::Error) -> StoreError {
    StoreError::Engine { action, source: Box::new(error) }
}

fn reading(error: ::sled::Error) -> StoreError {
    failed("reading the store", error)
}

impl Lookup for SledEngine {
    fn seq_of(&self, source: &SourceId, key: EntryKey) -> Result<Option<Seq>, StoreError> {
        let Some(bytes) = self.get(&keys::key(source, key))? else { return Ok(None) };
        let damaged = || StoreError::Damaged { what: format!("key {key:?} of {source} leads nowhere") };
        keys::read_seq(&bytes).map(Some).ok_or_else(damaged)
    }

    fn entry(&self, seq: Seq) -> Result<Option<StoredEntry>, StoreError> {
        let bytes = self.get(&keys::numbered(keys::ENTRY, seq))?;
        bytes.map(|bytes| values::unpacked(&bytes, &|| format!("entry {}", seq.0))).transpose()
    }

    fn known_of(&self, seq: Seq) -> Result<KnownEntry, StoreError> {
        let bytes = self.get(&keys::numbered(keys::HEADER, seq))?;
        let known = bytes.and_then(|bytes| values::read_header(seq, &bytes));
        known.ok_or_else(|| StoreError::Damaged { what: format!("no header of entry {}", seq.0) })
    }
}

impl Engine for SledEngine {
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let mut known = Known::new();
        for key in keys {
            if let Some(seq) = self.seq_of(source, *key)? {
                known.insert(*key, self.known_of(seq)?);
            }
        }
        Ok(known)
    }

    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Alike::new();
        for title in titles {
            let mut alike = Vec::new();
            for key in self.db.scan_prefix(keys::titles(source, *title)).keys().rev().take(ALIKE_MAX) {
                let damaged = || StoreError::Damaged { what: format!("a title of {source} is nobody's") };
                alike.push(self.known_of(keys::read_seq(&key.map_err(reading)?).ok_or_else(damaged)?)?);
            }
            if !alike.is_empty() {
                found.insert(*title, alike);
            }
        }
        Ok(found)
    }

    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError> {
        self.require_space()?;
        let plan = Plan::of(commit, self.next.load(Ordering::Acquire), self)?;
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
        let former = self.db.scan_prefix(keys::channel(id)).keys();
        let former: Vec<IVec> = former.collect::<Result<_, _>>().map_err(reading)?;
        self.write(commit::channel(id, state, &former)?)
    }

    fn sync(&self) -> Result<(), StoreError> {
        // Both: flush hands everything to the kernel, and only fsync takes it to the disk.
        self.db.flush().map_err(|error| failed("flushing the store", error))?;
        self.data.sync_all().map_err(|source| StoreError::Folder {
            action: "fsync",
            path: self.path.clone(),
            source,
        })
    }

    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let mut states = HashMap::new();
        for pair in self.db.scan_prefix([keys::STATE]) {
            let (key, value) = pair.map_err(reading)?;
            let damaged = || StoreError::Damaged { what: "a source's state has no source".to_owned() };
            let (source, _) = keys::read_source(&key).ok_or_else(damaged)?;
            let state = values::unpacked(&value, &|| format!("the state of {source}"))?;
            states.insert(source, state);
        }
        Ok(states)
    }

    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let mut whole = Vec::new();
        for piece in self.db.scan_prefix(keys::channel(id)).values() {
            whole.extend_from_slice(&piece.map_err(reading)?);
        }
        if whole.is_empty() {
            return Ok(None);
        }
        values::unpacked(&whole, &|| format!("the state of {id}")).map(Some)
    }

    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        let prefix = match scope {
            Scope::All => vec![keys::PLACE],
            Scope::Source(source) => keys::own_places(source),
        };
        for pair in self.db.scan_prefix(prefix).rev() {
            let (key, value) = pair.map_err(reading)?;
            let damaged = || StoreError::Damaged { what: "a place cannot be read".to_owned() };
            let row = row(scope, &key, &value).ok_or_else(damaged)?;
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        seqs.iter().filter_map(|seq| self.entry(*seq).transpose()).collect()
    }

    fn check(&self) -> Result<Census, StoreError> {
        let _steady = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        census::take(self)
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

fn row(scope: &Scope, key: &[u8], value: &[u8]) -> Option<Row> {
    let (place, seq) = keys::read_place(key)?;
    let (date, source) = match scope {
        Scope::All => values::read_place(value)?,
        Scope::Source(source) => (i64::from_be_bytes(value.try_into().ok()?), source.clone()),
    };
    let (place, date) = (DateTime::from_timestamp_millis(place)?, DateTime::from_timestamp_millis(date)?);
    Some(Row { seq, source, place, date })
}
