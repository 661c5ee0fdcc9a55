//! Lays what is to be written out as batches. Decides nothing about entries.

use ::sled::{Batch, IVec};

use crate::{
    model::{
        ChannelId, ChannelState, Commit, KnownEntry, Presence, Record, Remembered, Seq, SourceId,
        SourceState, StoredEntry,
    },
    store::plan::{Added, Counted, Marked, Plan, Traces, Updated},
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
        pages.put(keys::numbered(keys::ENTRY, stored.seq), values::entry(stored)?);
        pages.put(keys::numbered(keys::HEADER, stored.seq), values::header(known));
        pages.put(keys::title(&stored.source, known.likeness.title, stored.seq), Vec::new());
    }
    pages.turn_if_full();
    for (key, seq) in &plan.aliases {
        pages.put(keys::key(&commit.source, *key), seq.0.to_be_bytes().to_vec());
    }
    // Not with the updates above: were they applied and these not, the aliases would be counted again.
    for Counted { known, traces } in &plan.counted {
        pages.put(keys::numbered(keys::HEADER, known.seq), values::header(known));
        pages.put(keys::numbered(keys::TRACES, known.seq), values::traces(traces));
    }
    for Marked { known, former } in &plan.marked {
        pages.mark(&commit.source, known, *former);
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

/// Entries become tombstones, in one batch.
pub fn burial(buried: &[(KnownEntry, StoredEntry)]) -> Batch {
    let mut pages = Pages::default();
    for (known, stored) in buried {
        let StoredEntry { seq, source, .. } = stored;
        let place = stored.place.timestamp_millis();
        pages.remove(keys::numbered(keys::ENTRY, *seq));
        pages.remove(keys::place(place, *seq));
        pages.remove(keys::own_place(source, place, *seq));
        pages.mark(source, &KnownEntry { presence: Presence::Listed, ..*known }, known.presence);
    }
    pages.batch
}

/// Tombstones vanish, in one batch.
pub fn oblivion(forgotten: &[(Traces, KnownEntry)]) -> Batch {
    let mut pages = Pages::default();
    for (Traces { source, keys }, known) in forgotten {
        let seq = known.seq;
        pages.mark(source, &KnownEntry { presence: Presence::Kept, ..*known }, known.presence);
        for letter in [keys::HEADER, keys::TRACES] {
            pages.remove(keys::numbered(letter, seq));
        }
        pages.remove(keys::title(source, known.likeness.title, seq));
        for key in keys {
            pages.remove(keys::key(source, *key));
        }
    }
    pages.batch
}

/// Records are put back, in one batch. `next` is the number that the next new entry gets so far.
pub fn restoration(records: &[Record], next: Seq) -> Result<(Batch, Seq), StoreError> {
    let mut pages = Pages::default();
    let mut next = next;
    for record in records {
        match record {
            Record::Next(number) => next = next.max(*number),
            Record::Source(id, state) => pages.put(keys::state(id), values::state(state)?),
            Record::Channel(id, state) => pages.channel(id, state)?,
            Record::Entry(remembered) => {
                if let Some(what) = remembered.contradiction() {
                    return Err(StoreError::Contradiction { what });
                }
                let Remembered { source, known, keys, stored } = &**remembered;
                next = next.max(Seq(known.seq.0.saturating_add(1)));
                let traces = Traces { source: source.clone(), keys: keys.clone() };
                pages.identity(known, &traces);
                pages.mark(source, known, Presence::Kept);
                if let Some(stored) = stored {
                    pages.stored(stored)?;
                }
            }
        }
    }
    pages.put(keys::NEXT.to_vec(), next.0.to_be_bytes().to_vec());
    Ok((pages.batch, next))
}

/// A channel's state in pieces, each small enough for a value, in place of the former ones.
pub fn channel(id: &ChannelId, state: &ChannelState, former: &[IVec]) -> Result<Batch, StoreError> {
    let mut pages = Pages::default();
    for key in former {
        pages.batch.remove(key);
    }
    pages.channel(id, state)?;
    Ok(pages.batch)
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
        let traces = Traces { source: stored.source.clone(), keys: keys.clone() };
        self.identity(known, &traces);
        self.stored(stored)?;
        // Kept beside the entries: were it derived from the last of them, deleting that one would free its number.
        self.put(keys::NEXT.to_vec(), (stored.seq.0 + 1).to_be_bytes().to_vec());
        Ok(())
    }

    /// What an entry is known by, and what outlives its contents.
    fn identity(&mut self, known: &KnownEntry, traces: &Traces) {
        let seq = known.seq;
        self.put(keys::numbered(keys::HEADER, seq), values::header(known));
        self.put(keys::title(&traces.source, known.likeness.title, seq), Vec::new());
        self.put(keys::numbered(keys::TRACES, seq), values::traces(traces));
        for key in &traces.keys {
            self.put(keys::key(&traces.source, *key), seq.0.to_be_bytes().to_vec());
        }
    }

    /// Contents and places.
    fn stored(&mut self, stored: &StoredEntry) -> Result<(), StoreError> {
        let (place, date) = (stored.place.timestamp_millis(), stored.date.timestamp_millis());
        self.put(keys::numbered(keys::ENTRY, stored.seq), values::entry(stored)?);
        self.put(keys::place(place, stored.seq), values::place(date, &stored.source));
        self.put(keys::own_place(&stored.source, place, stored.seq), date.to_be_bytes().to_vec());
        Ok(())
    }

    /// Moves it from the index of its former presence to that of the present one, which its header tells from now on.
    fn mark(&mut self, source: &SourceId, known: &KnownEntry, former: Presence) {
        if let Some(key) = tombstone(source, known.seq, former) {
            self.remove(key);
        }
        if let Some(key) = tombstone(source, known.seq, known.presence) {
            self.put(key, Vec::new());
        }
        self.put(keys::numbered(keys::HEADER, known.seq), values::header(known));
    }

    fn channel(&mut self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError> {
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
    }
}
