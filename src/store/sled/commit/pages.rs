//! Batches of a safe size being filled: which rows there are of each thing, and what sled writes for them.

use std::collections::HashMap;

use crate::{
    model::{ChannelId, ChannelState, EntryKey, KnownEntry, Presence, Row, Seq, SourceId, StoredEntry},
    store::plan::{Added, Leader, Tie, Traces},
};

use super::super::{StoreError, keys, rows::Batch, values};

/// About the largest batch, as sled writes it: more between two fsyncs was not measured to be safe.
pub(super) const BATCH_MAX: usize = 1024 * 1024;

/// Batches being filled.
#[derive(Default)]
pub(super) struct Pages {
    done: Vec<Batch>,
    batch: Batch,
    /// About what sled writes for it.
    size: usize,
    /// The last number under each letter.
    last: HashMap<u8, Seq>,
}

impl Pages {
    /// A row is written.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.size += key.len() + value.len() + self.beside(&key);
        self.batch.insert(key, value);
    }

    /// A row goes, if it is there.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.size += key.len() + self.beside(&key);
        self.batch.remove(key);
    }

    /// What is written again with a row, because it shares a pack with it: once for rows whose numbers are neighbours.
    fn beside(&mut self, key: &[u8]) -> usize {
        let Some(letter) = key.first().copied() else { return 0 };
        let Some(pack) = keys::pack_size(letter) else { return 0 };
        // These lie in no order of numbers.
        if matches!(letter, keys::KEY | keys::TITLE) {
            return pack;
        }
        let Some(seq) = keys::read_seq(key) else { return pack };
        let former = self.last.insert(letter, seq);
        if former.is_some_and(|former| former.0.abs_diff(seq.0) <= 1) { 0 } else { pack }
    }

    /// What fits one batch, whatever its size.
    pub fn batch(self) -> Batch {
        self.batch
    }

    /// The batches so far, each of a safe size where there was a pause between any two things.
    pub fn batches(mut self) -> Vec<Batch> {
        self.done.push(self.batch);
        self.done
    }

    /// A pause: what comes next may go into another batch.
    pub fn turn_if_full(&mut self) {
        if self.size + values::VALUE_MAX > BATCH_MAX {
            self.done.push(std::mem::take(&mut self.batch));
            self.last.clear();
            self.size = 0;
        }
    }

    /// A new entry or tombstone.
    pub fn add(&mut self, added: &Added) -> Result<(), StoreError> {
        self.turn_if_full();
        self.everything(added)?;
        // Kept beside the entries: were it derived from the last of them, deleting that one would free its number.
        self.put(keys::NEXT.to_vec(), (added.known.seq.0 + 1).to_be_bytes().to_vec());
        Ok(())
    }

    /// All of one entry or tombstone.
    pub fn everything(&mut self, added: &Added) -> Result<(), StoreError> {
        let Added { stored, known, traces, leaders } = added;
        self.identity(known, traces);
        self.mark(&traces.source, known, Presence::Kept);
        self.leaders(leaders);
        stored.as_ref().map_or(Ok(()), |stored| self.stored(stored))
    }

    /// What an entry is known by, and what outlives its contents.
    fn identity(&mut self, known: &KnownEntry, traces: &Traces) {
        self.put(keys::title(&traces.source, known.likeness.title, known.seq), Vec::new());
        self.traces(known.seq, traces);
    }

    /// What leads to it, and who leads it.
    pub fn traces(&mut self, seq: Seq, traces: &Traces) {
        self.put(keys::numbered(keys::TRACES, seq), values::traces(traces));
        for key in &traces.keys {
            self.put(keys::key(&traces.source, *key), seq.0.to_be_bytes().to_vec());
        }
        if let Some(Tie { lead: Some(lead), .. }) = &traces.tie {
            self.put(keys::member(lead.seq, seq), Vec::new());
        }
    }

    /// Who was first under these links.
    pub fn leaders(&mut self, leaders: &[(EntryKey, Leader)]) {
        for (link, leader) in leaders {
            self.put(keys::leader(*link), values::leader(leader));
        }
    }

    /// Contents and rows.
    pub fn stored(&mut self, stored: &StoredEntry) -> Result<(), StoreError> {
        self.put(keys::numbered(keys::ENTRY, stored.seq), values::entry(stored)?);
        if stored.dropped.is_none() {
            self.row(&Row::of(stored));
        }
        Ok(())
    }

    /// Wherever a row stands.
    fn row(&mut self, row: &Row) {
        let place = row.place.timestamp_millis();
        self.put(keys::place(place, row.seq), values::place(row));
        self.put(keys::own_place(&row.source, place, row.seq), values::own_place(row));
        self.numbered(row);
    }

    /// Where a row stands by its number.
    pub fn numbered(&mut self, row: &Row) {
        self.put(keys::numbered(keys::ROW, row.seq), values::row(row));
        self.put(keys::own_row(&row.source, row.seq), Vec::new());
    }

    /// Neither contents nor rows.
    pub fn contents_gone(&mut self, stored: &StoredEntry) {
        let StoredEntry { seq, source, .. } = stored;
        let place = stored.place.timestamp_millis();
        self.remove(keys::numbered(keys::ENTRY, *seq));
        self.remove(keys::place(place, *seq));
        self.remove(keys::own_place(source, place, *seq));
        self.remove(keys::numbered(keys::ROW, *seq));
        self.remove(keys::own_row(source, *seq));
    }

    /// Moves it from the index of its former presence to that of the present one, which its header tells from now on.
    pub fn mark(&mut self, source: &SourceId, known: &KnownEntry, former: Presence) {
        if let Some(key) = tombstone(source, known.seq, former) {
            self.remove(key);
        }
        if let Some(key) = tombstone(source, known.seq, known.presence) {
            self.put(key, Vec::new());
        }
        self.put(keys::numbered(keys::HEADER, known.seq), values::header(known));
    }

    /// A channel's state in pieces, each small enough for a value.
    pub fn channel(&mut self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
        for (piece, bytes) in (0..).zip(values::packed(state)?.chunks(values::VALUE_MAX)) {
            self.put(keys::channel_piece(id, piece), bytes.to_vec());
        }
        Ok(())
    }
}

/// Where a tombstone is indexed; nowhere where it is none.
fn tombstone(source: &SourceId, seq: Seq, presence: Presence) -> Option<Vec<u8>> {
    match presence {
        Presence::Kept => None,
        Presence::Listed => Some(keys::listed(source, seq)),
        Presence::Left(at) => Some(keys::left(at.timestamp_millis(), seq)),
        Presence::TakenDown => Some(keys::numbered(keys::TAKEN_DOWN, seq)),
    }
}
