//! Lays a planned commit out as batches. Decides nothing about entries.

use ::sled::{Batch, IVec};

use crate::{
    model::{ChannelId, ChannelState, Commit, KnownEntry, SourceId, SourceState, StoredEntry},
    store::plan::{Added, Plan, Updated},
};

use super::{StoreError, keys, values};

/// About the largest batch: more between two fsyncs was not measured to be safe.
const BATCH_MAX: usize = 1024 * 1024;

/// The batches of a commit, in the order in which they are to be applied; there is always one. Entries go first, from
/// the document's end upwards, so that the rest of an interrupted commit gets the higher numbers it should have.
pub fn batches(commit: &Commit, plan: &Plan) -> Result<Vec<Batch>, StoreError> {
    let mut pages = Pages::default();
    for added in plan.added.iter().rev() {
        pages.add(added)?;
    }
    for Updated { stored, known, former_title } in &plan.updated {
        pages.turn_if_full();
        pages.remove(keys::title(&stored.source, *former_title, stored.seq));
        pages.contents(stored, known)?;
    }
    pages.turn_if_full();
    for (key, seq) in &plan.aliases {
        pages.put(keys::key(&commit.source, *key), seq.0.to_be_bytes().to_vec());
    }
    // Not with the updates above: were they applied and these not, the aliases would be counted again.
    for known in &plan.counted {
        pages.put(keys::numbered(keys::HEADER, known.seq), values::header(known));
    }
    pages.put(keys::state(&commit.source), values::state(&commit.state)?);
    pages.done.push(pages.batch);
    Ok(pages.done)
}

/// These sources' states, in batches of a safe size.
pub fn states(states: &[(SourceId, SourceState)]) -> Result<Vec<Batch>, StoreError> {
    let mut pages = Pages::default();
    for (source, state) in states {
        pages.turn_if_full();
        pages.put(keys::state(source), values::state(state)?);
    }
    pages.done.push(pages.batch);
    Ok(pages.done)
}

/// A channel's state in pieces, each small enough for a value, in place of the former ones.
pub fn channel(id: &ChannelId, state: &ChannelState, former: &[IVec]) -> Result<Batch, StoreError> {
    let mut batch = Batch::default();
    for key in former {
        batch.remove(key);
    }
    for (piece, bytes) in (0..).zip(values::packed(state)?.chunks(values::VALUE_MAX)) {
        batch.insert(keys::channel_piece(id, piece), bytes);
    }
    Ok(batch)
}

/// Batches being filled.
#[derive(Default)]
struct Pages {
    done: Vec<Batch>,
    batch: Batch,
    size: usize,
}

impl Pages {
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.size += key.len() + value.len();
        self.batch.insert(key, value);
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.size += key.len();
        self.batch.remove(key);
    }

    fn turn_if_full(&mut self) {
        if self.size + values::VALUE_MAX > BATCH_MAX {
            self.done.push(std::mem::take(&mut self.batch));
            self.size = 0;
        }
    }

    fn add(&mut self, added: &Added) -> Result<(), StoreError> {
        self.turn_if_full();
        let Added { stored, known, keys } = added;
        let (place, date) = (stored.place.timestamp_millis(), stored.date.timestamp_millis());
        self.contents(stored, known)?;
        for key in keys {
            self.put(keys::key(&stored.source, *key), stored.seq.0.to_be_bytes().to_vec());
        }
        self.put(keys::place(place, stored.seq), values::place(date, &stored.source));
        self.put(keys::own_place(&stored.source, place, stored.seq), date.to_be_bytes().to_vec());
        // Kept beside the entries: were it derived from the last of them, deleting that one would free its number.
        self.put(keys::NEXT.to_vec(), (stored.seq.0 + 1).to_be_bytes().to_vec());
        Ok(())
    }

    fn contents(&mut self, stored: &StoredEntry, known: &KnownEntry) -> Result<(), StoreError> {
        self.put(keys::numbered(keys::ENTRY, stored.seq), values::entry(stored)?);
        self.put(keys::numbered(keys::HEADER, stored.seq), values::header(known));
        self.put(keys::title(&stored.source, known.likeness.title, stored.seq), Vec::new());
        Ok(())
    }
}
