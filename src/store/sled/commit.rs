//! Lays what is to be written out as batches. Decides nothing about entries.

use std::collections::HashMap;

use ::sled::IVec;

use crate::{
    model::{
        ChannelId, ChannelState, Commit, EntryKey, KnownEntry, Presence, Record, Row, Seq, SourceId,
        SourceState, StoredEntry,
    },
    store::plan::{Added, Counted, Down, Forgotten, Leader, Marked, Plan, Tie, Traces, Updated},
};

use super::{StoreError, keys, rows::Batch, values};

/// About the largest batch, as sled writes it: more between two fsyncs was not measured to be safe.
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
    let mut aliases: HashMap<Seq, Vec<EntryKey>> = HashMap::new();
    for (key, seq) in &plan.aliases {
        aliases.entry(*seq).or_default().push(*key);
    }
    for Counted { known, traces } in &plan.counted {
        pages.turn_if_full();
        // With the count of them: were they applied and that not, they would be counted again.
        for key in aliases.remove(&known.seq).unwrap_or_default() {
            pages.put(keys::key(&commit.source, key), known.seq.0.to_be_bytes().to_vec());
        }
        pages.put(keys::numbered(keys::HEADER, known.seq), values::header(known));
        pages.put(keys::numbered(keys::TRACES, known.seq), values::traces(traces));
    }
    for Marked { known, former } in &plan.marked {
        pages.turn_if_full();
        pages.mark(&commit.source, known, *former);
    }
    pages.turn_if_full();
    pages.put(keys::state(&commit.source), values::state(&commit.state)?);
    Ok(pages.batches())
}

/// These sources' states, in batches of a safe size.
pub fn states(states: &[(SourceId, SourceState)]) -> Result<Vec<Batch>, StoreError> {
    let mut pages = Pages::default();
    for (source, state) in states {
        pages.turn_if_full();
        pages.put(keys::state(source), values::state(state)?);
    }
    Ok(pages.batches())
}

/// Entries of layout 2 get what they lack, in batches of a safe size. The last says that all up to `last` have it.
pub fn brought_over(added: &[Added], last: Seq) -> Result<Vec<Batch>, StoreError> {
    let mut pages = Pages::default();
    for Added { stored, known, traces, leaders } in added {
        pages.turn_if_full();
        pages.traces(known.seq, traces);
        pages.leaders(leaders);
        let Some(stored) = stored else { continue };
        // As layout 2 has it where nobody leads it.
        if stored.lead.is_some() {
            pages.stored(stored)?;
        } else {
            pages.numbered(&Row::of(stored));
        }
    }
    pages.put(keys::PROGRESS.to_vec(), last.0.to_be_bytes().to_vec());
    Ok(pages.batches())
}

/// Entries become tombstones, in one batch: of as many as are pruned at once it is of a safe size wherever they lie.
pub fn burial(buried: &[(KnownEntry, StoredEntry)]) -> Batch {
    let mut pages = Pages::default();
    for (known, stored) in buried {
        pages.contents_gone(stored);
        pages.mark(&stored.source, &KnownEntry { presence: Presence::Listed, ..*known }, known.presence);
    }
    pages.batch
}

/// Tombstones vanish, in one batch.
pub fn oblivion(forgotten: &Forgotten) -> Batch {
    let mut pages = Pages::default();
    for (Traces { source, keys, tie }, known) in &forgotten.tombstones {
        let seq = known.seq;
        pages.mark(source, &KnownEntry { presence: Presence::Kept, ..*known }, known.presence);
        for letter in [keys::HEADER, keys::TRACES] {
            pages.remove(keys::numbered(letter, seq));
        }
        pages.remove(keys::title(source, known.likeness.title, seq));
        for key in keys {
            pages.remove(keys::key(source, *key));
        }
        if let Some(Tie { lead: Some(lead), .. }) = tie {
            pages.remove(keys::member(lead.seq, seq));
        }
    }
    for link in &forgotten.links {
        pages.remove(keys::leader(*link));
    }
    pages.batch
}

/// Entries and tombstones are taken down, in one batch, however many an admin names: that is rare, and what of a story goes
/// goes together.
pub fn takedown(downs: &[Down]) -> Batch {
    let mut pages = Pages::default();
    for Down { traces, known, former, stored, leaders } in downs {
        if let Some(stored) = stored {
            pages.contents_gone(stored);
        }
        pages.mark(&traces.source, known, *former);
        pages.traces(known.seq, traces);
        pages.leaders(leaders);
    }
    pages.batch
}

/// Records are put back, in one batch, with `added` as what their entries are. `next` is the number that the next new
/// entry gets so far.
pub fn restoration(records: &[Record], added: &[Added], next: Seq) -> Result<(Batch, Seq), StoreError> {
    let mut pages = Pages::default();
    let mut next = next;
    for added in added {
        next = next.max(Seq(added.known.seq.0.saturating_add(1)));
        pages.everything(added)?;
    }
    for record in records {
        match record {
            Record::Next(number) => next = next.max(*number),
            Record::Source(id, state) => pages.put(keys::state(id), values::state(state)?),
            Record::Channel(id, state) => pages.channel(id, state)?,
            Record::Entry(_) => {}
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
    /// About what sled writes for it.
    size: usize,
    /// The last number under each letter.
    last: HashMap<u8, Seq>,
}

impl Pages {
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.size += key.len() + value.len() + self.beside(&key);
        self.batch.insert(key, value);
    }

    fn remove(&mut self, key: Vec<u8>) {
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

    fn batches(mut self) -> Vec<Batch> {
        self.done.push(self.batch);
        self.done
    }

    fn turn_if_full(&mut self) {
        if self.size + values::VALUE_MAX > BATCH_MAX {
            self.done.push(std::mem::take(&mut self.batch));
            self.last.clear();
            self.size = 0;
        }
    }

    fn add(&mut self, added: &Added) -> Result<(), StoreError> {
        self.turn_if_full();
        self.everything(added)?;
        // Kept beside the entries: were it derived from the last of them, deleting that one would free its number.
        self.put(keys::NEXT.to_vec(), (added.known.seq.0 + 1).to_be_bytes().to_vec());
        Ok(())
    }

    /// All of one entry or tombstone.
    fn everything(&mut self, added: &Added) -> Result<(), StoreError> {
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
    fn traces(&mut self, seq: Seq, traces: &Traces) {
        self.put(keys::numbered(keys::TRACES, seq), values::traces(traces));
        for key in &traces.keys {
            self.put(keys::key(&traces.source, *key), seq.0.to_be_bytes().to_vec());
        }
        if let Some(Tie { lead: Some(lead), .. }) = &traces.tie {
            self.put(keys::member(lead.seq, seq), Vec::new());
        }
    }

    fn leaders(&mut self, leaders: &[(EntryKey, Leader)]) {
        for (link, leader) in leaders {
            self.put(keys::leader(*link), values::leader(leader));
        }
    }

    /// Contents and rows.
    fn stored(&mut self, stored: &StoredEntry) -> Result<(), StoreError> {
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
    fn numbered(&mut self, row: &Row) {
        self.put(keys::numbered(keys::ROW, row.seq), values::row(row));
        self.put(keys::own_row(&row.source, row.seq), Vec::new());
    }

    /// Neither contents nor rows.
    fn contents_gone(&mut self, stored: &StoredEntry) {
        let StoredEntry { seq, source, .. } = stored;
        let place = stored.place.timestamp_millis();
        self.remove(keys::numbered(keys::ENTRY, *seq));
        self.remove(keys::place(place, *seq));
        self.remove(keys::own_place(source, place, *seq));
        self.remove(keys::numbered(keys::ROW, *seq));
        self.remove(keys::own_row(source, *seq));
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
        Presence::TakenDown => Some(keys::numbered(keys::TAKEN_DOWN, seq)),
    }
}

#[cfg(test)]
mod tests;
