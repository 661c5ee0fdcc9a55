//! Decides what becomes of kept entries that a document changes, or whose article came. Writes nothing.

use std::collections::HashMap;

use crate::model::{Commit, Entry, KnownEntry, Seq};

use super::{Lookup, StoreError, Updated, kept, milliseconds};

/// In document order, and then those whose article alone came.
pub(super) fn updates(commit: &Commit, lookup: &impl Lookup) -> Result<Vec<Updated>, StoreError> {
    let mut updated: Vec<Updated> = Vec::new();
    let mut places: HashMap<Seq, usize> = HashMap::new();
    for update in &commit.changes.updated {
        let place = changing(update.known.seq, commit, &mut updated, &mut places, lookup)?;
        let Some(place) = place else { continue };
        let Updated { stored, known, .. } = &mut updated[place];
        let identity = stored.entry.identity.clone();
        let former = std::mem::replace(&mut stored.entry, Entry { identity, ..kept(&update.entry) });
        let retitled = known.likeness.title != update.known.likeness.title;
        stored.article = stored.article.map(|article| article.stays(former, &mut stored.entry, retitled));
        stored.changed = milliseconds(commit.at);
        let KnownEntry { date, aliases, presence, .. } = *known;
        *known = KnownEntry { date, aliases, presence, ..update.known };
    }
    complete(commit, &mut updated, &mut places, lookup)?;
    Ok(updated)
}

/// Articles are put into the entries that they belong to, updated or not.
fn complete(
    commit: &Commit,
    updated: &mut Vec<Updated>,
    places: &mut HashMap<Seq, usize>,
    lookup: &impl Lookup,
) -> Result<(), StoreError> {
    for completion in &commit.changes.completed {
        let Some(place) = changing(completion.seq, commit, updated, places, lookup)? else { continue };
        let stored = &mut updated[place].stored;
        stored.article =
            Some(completion.article.clone().complete(&mut stored.entry, milliseconds(commit.at)));
    }
    Ok(())
}

/// Where among those that change this entry of the source stands; none where there is no such.
fn changing(
    seq: Seq,
    commit: &Commit,
    updated: &mut Vec<Updated>,
    places: &mut HashMap<Seq, usize>,
    lookup: &impl Lookup,
) -> Result<Option<usize>, StoreError> {
    if let Some(place) = places.get(&seq) {
        return Ok(Some(*place));
    }
    let Some(stored) = lookup.entry(seq)?.filter(|stored| stored.source == commit.source) else {
        return Ok(None);
    };
    let known = lookup.known_of(seq)?;
    places.insert(seq, updated.len());
    updated.push(Updated { stored, known, former_title: known.likeness.title });
    Ok(Some(updated.len() - 1))
}
