//! What is read of one open database. Writes nothing; knows no lock and no other thread.

mod rows;

use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use ::sled::IVec;
use chrono::DateTime;

use crate::model::{
    Alike, ChannelId, ChannelState, Digest, EntryKey, Known, KnownEntry, Remembered, Row, Seq, SourceId,
    SourceState, StoredEntry, Timestamp,
};

use super::{
    Leader, Scope, StoreError, Traces, failed, keys, reading,
    rows::Rows,
    values::{self, unpacked},
};
use crate::store::{engine::ALIKE_MAX, plan::Lookup};

/// An open database.
#[derive(Debug, Clone)]
pub struct Tree {
    pub db: Rows,
    /// Our own handle to the data file, for fsync: sled's flush does not reach the disk on Linux.
    pub data: Arc<File>,
    /// Where its files are.
    pub folder: PathBuf,
    /// How the data file is brought to the disk; tests look on.
    pub fsync: fn(&Tree) -> io::Result<()>,
}

fn damaged(what: impl Into<String>) -> StoreError {
    StoreError::Damaged { what: what.into() }
}

impl Lookup for Tree {
    fn knows(&self, source: &SourceId) -> Result<bool, StoreError> {
        self.db.is_any(&keys::all_keys(source)).map_err(reading)
    }

    fn seq_of(&self, source: &SourceId, key: EntryKey) -> Result<Option<Seq>, StoreError> {
        let Some(bytes) = self.get(&keys::key(source, key))? else { return Ok(None) };
        read_lead(source, key, &bytes).map(Some)
    }

    fn entry(&self, seq: Seq) -> Result<Option<StoredEntry>, StoreError> {
        read_entry(seq, self.get(&keys::numbered(keys::ENTRY, seq))?)
    }

    fn known_of(&self, seq: Seq) -> Result<KnownEntry, StoreError> {
        read_header(seq, self.get(&keys::numbered(keys::HEADER, seq))?)
    }

    fn traces(&self, seq: Seq) -> Result<Option<Traces>, StoreError> {
        let Some(bytes) = self.get(&keys::numbered(keys::TRACES, seq))? else { return Ok(None) };
        values::read_traces(&bytes).map(Some).ok_or_else(|| damaged(format!("the keys of entry {}", seq.0)))
    }

    fn listed(&self, source: &SourceId) -> Result<Vec<Seq>, StoreError> {
        let read = |key: ::sled::Result<IVec>| {
            keys::read_seq(&key.map_err(reading)?).ok_or_else(|| damaged(format!("a tombstone of {source}")))
        };
        self.db.scan_prefix(keys::all_listed(source)).keys().map(read).collect()
    }

    fn leader(&self, link: EntryKey) -> Result<Option<Leader>, StoreError> {
        let Some(bytes) = self.get(&keys::leader(link))? else { return Ok(None) };
        values::read_leader(&bytes).map(Some).ok_or_else(|| damaged(format!("the lead of link {link:?}")))
    }

    fn members(&self, lead: Seq) -> Result<Vec<Seq>, StoreError> {
        let read = |key: ::sled::Result<IVec>| {
            let nobody = || damaged(format!("one that is led by {}", lead.0));
            keys::read_seq(&key.map_err(reading)?).ok_or_else(nobody)
        };
        self.db.scan_prefix(keys::members(lead)).keys().map(read).collect()
    }
}

impl Tree {
    /// Returns when everything that was written before is on the disk. `path` is the store's, for the error.
    pub fn to_disk(&self, path: &Path) -> Result<(), StoreError> {
        // Both: flush hands everything to the kernel, and only fsync takes it to the disk.
        self.db.flush().map_err(|error| failed("flushing the store", error))?;
        let fsync = (self.fsync)(self);
        fsync.map_err(|source| StoreError::Folder { action: "fsync", path: path.to_owned(), source })
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.db.get(key).map_err(reading)
    }

    pub fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError> {
        let mut known = Known::new();
        if !self.knows(source)? {
            return Ok(known);
        }
        // Neighbours one after the other, each looked up where the one before was found.
        let (mut reader, mut found) = (self.db.reader(), Vec::new());
        for key in keys.iter().collect::<BTreeSet<_>>() {
            if let Some(bytes) = reader.get(keys::key(source, *key)).map_err(reading)? {
                found.push((read_lead(source, *key, &bytes)?, *key));
            }
        }
        found.sort_unstable();
        for (seq, key) in found {
            let bytes = reader.get(keys::numbered(keys::HEADER, seq)).map_err(reading)?;
            known.insert(key, read_header(seq, bytes)?);
        }
        Ok(known)
    }

    pub fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError> {
        let mut found = Alike::new();
        if !self.knows(source)? {
            return Ok(found);
        }
        for title in titles {
            let mut alike = Vec::new();
            for key in self.db.scan_prefix(keys::titles(source, *title)).keys().rev().take(ALIKE_MAX) {
                let nobodys = || damaged(format!("a title of {source} is nobody's"));
                alike.push(self.known_of(keys::read_seq(&key.map_err(reading)?).ok_or_else(nobodys)?)?);
            }
            if !alike.is_empty() {
                found.insert(*title, alike);
            }
        }
        Ok(found)
    }

    pub fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        let mut states = HashMap::new();
        for pair in self.db.scan_prefix([keys::STATE]) {
            let (key, value) = pair.map_err(reading)?;
            let (source, _) =
                keys::read_source(&key).ok_or_else(|| damaged("a source's state has no source"))?;
            let state = unpacked(&value, &|| format!("the state of {source}"))?;
            states.insert(source, state);
        }
        Ok(states)
    }

    /// The states that can be read, up to the first that the database does not give.
    pub fn readable_source_states(&self) -> Vec<(SourceId, SourceState)> {
        let rows = self.db.scan_prefix([keys::STATE]).map_while(Result::ok);
        let read = |(key, value): (IVec, IVec)| {
            let (source, _) = keys::read_source(&key)?;
            Some((source, unpacked(&value, &String::new).ok()?))
        };
        rows.filter_map(read).collect()
    }

    /// Numbers of entries and tombstones above `after`, lowest first.
    pub fn seqs_after(&self, after: Seq, most: usize) -> Result<Vec<Seq>, StoreError> {
        let headers = self.numbered(keys::HEADER, after, most)?;
        Ok(headers.into_iter().map(|(seq, _)| seq).collect())
    }

    pub fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError> {
        let mut whole = Vec::new();
        for piece in self.db.scan_prefix(keys::channel(id)).values() {
            whole.extend_from_slice(&piece.map_err(reading)?);
        }
        if whole.is_empty() {
            return Ok(None);
        }
        unpacked(&whole, &|| format!("the state of {id}")).map(Some)
    }

    pub fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        let mut states = HashMap::new();
        for key in self.db.scan_prefix([keys::CHANNEL]).keys() {
            let key = key.map_err(reading)?;
            // A channel of a kind that only another version knows.
            let Some(id) = keys::read_channel(&key) else { continue };
            if !states.contains_key(&id)
                && let Some(state) = self.channel_state(&id)?
            {
                states.insert(id, state);
            }
        }
        Ok(states)
    }

    pub fn scan(
        &self,
        scope: &Scope,
        visit: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let prefix = match scope {
            Scope::All => vec![keys::PLACE],
            Scope::Source(source) => keys::own_places(source),
        };
        for pair in self.db.scan_prefix(prefix).rev() {
            let (key, value) = pair.map_err(reading)?;
            let row = row(scope, &key, &value).ok_or_else(|| damaged("a place cannot be read"))?;
            if visit(row).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError> {
        let mut reader = self.db.reader();
        let mut entry = |seq: &Seq| {
            let bytes = reader.get(keys::numbered(keys::ENTRY, *seq)).map_err(reading);
            bytes.and_then(|bytes| read_entry(*seq, bytes)).transpose()
        };
        seqs.iter().filter_map(&mut entry).collect()
    }

    pub fn oldest(&self, after: Seq, most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        let read = |(seq, value): (Seq, IVec)| unpacked(&value, &|| format!("entry {}", seq.0));
        self.numbered(keys::ENTRY, after, most)?.into_iter().map(read).collect()
    }

    pub fn left_before(&self, before: Timestamp, most: usize) -> Result<Vec<Seq>, StoreError> {
        let end = keys::left(before.timestamp_millis(), Seq(0));
        let read = |key: ::sled::Result<IVec>| {
            keys::read_seq(&key.map_err(reading)?).ok_or_else(|| damaged("a tombstone cannot be read"))
        };
        self.db.range(vec![keys::LEFT]..end).keys().take(most).map(read).collect()
    }

    pub fn remembered(&self, after: Seq, most: usize) -> Result<Vec<Remembered>, StoreError> {
        let headers = self.numbered(keys::HEADER, after, most)?;
        let read = |(seq, header): (Seq, IVec)| {
            let no_header = || damaged(format!("the header of entry {}", seq.0));
            let known = values::read_header(seq, &header).ok_or_else(no_header)?;
            let no_traces = || damaged(format!("nothing leads to entry {}", seq.0));
            let traces = self.traces(seq)?.ok_or_else(no_traces)?;
            let grouping = self.grouping(seq, &traces)?;
            let Traces { source, keys, .. } = traces;
            Ok(Remembered { source, known, keys, grouping, stored: self.entry(seq)? })
        };
        headers.into_iter().map(read).collect()
    }

    /// Numbers above `after` under a letter, with their values.
    fn numbered(&self, letter: u8, after: Seq, most: usize) -> Result<Vec<(Seq, IVec)>, StoreError> {
        let (begin, end) = (keys::numbered(letter, Seq(after.0.saturating_add(1))), vec![letter + 1]);
        let read = |pair: ::sled::Result<(IVec, IVec)>| {
            let (key, value) = pair.map_err(reading)?;
            Ok((keys::read_seq(&key).ok_or_else(|| damaged("a number cannot be read"))?, value))
        };
        self.db.range(begin..end).take(most).map(read).collect()
    }
}

/// Where a key leads.
fn read_lead(source: &SourceId, key: EntryKey, bytes: &[u8]) -> Result<Seq, StoreError> {
    keys::read_seq(bytes).ok_or_else(|| damaged(format!("key {key:?} of {source} leads nowhere")))
}

fn read_header(seq: Seq, bytes: Option<IVec>) -> Result<KnownEntry, StoreError> {
    let known = bytes.and_then(|bytes| values::read_header(seq, &bytes));
    known.ok_or_else(|| damaged(format!("no header of entry {}", seq.0)))
}

fn read_entry(seq: Seq, bytes: Option<IVec>) -> Result<Option<StoredEntry>, StoreError> {
    bytes.map(|bytes| unpacked(&bytes, &|| format!("entry {}", seq.0))).transpose()
}

fn row(scope: &Scope, key: &[u8], value: &[u8]) -> Option<Row> {
    let (place, seq) = keys::read_place(key)?;
    let place = DateTime::from_timestamp_millis(place)?;
    match scope {
        Scope::All => values::read_place(seq, place, value),
        Scope::Source(source) => values::read_own_place(source, seq, place, value),
    }
}
