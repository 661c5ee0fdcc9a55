//! Lays what is to be written out as batches. Decides nothing about entries.

mod pages;

use std::collections::HashMap;

use ::sled::IVec;

use crate::{
    model::{
        ChannelId, ChannelState, Commit, EntryKey, KnownEntry, Presence, Record, Row, Seq, SourceId,
        SourceState, StoredEntry,
    },
    store::plan::{Added, Counted, Down, Forgotten, Marked, Plan, Tie, Traces, Updated},
};

use super::{StoreError, keys, rows::Batch, values};
use pages::Pages;

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
    pages.batch()
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
    pages.batch()
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
    pages.batch()
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
    Ok((pages.batch(), next))
}

/// A channel's state in pieces, each small enough for a value, in place of the former ones.
pub fn channel(id: &ChannelId, state: &ChannelState, former: &[IVec]) -> Result<Batch, StoreError> {
    let mut pages = Pages::default();
    for key in former {
        pages.remove(key.to_vec());
    }
    pages.channel(id, state)?;
    Ok(pages.batch())
}

#[cfg(test)]
mod tests;
