//! Decides what a commit comes to, the same for every engine. Writes nothing.

mod bulk;
mod group;
mod listed;
mod update;

use std::collections::{HashMap, HashSet};

use chrono::DateTime;

use crate::model::{
    Commit, Committed, Digest, Entry, EntryKey, FromArticle, KnownEntry, NewEntry, Presence, Seq, SourceId,
    StoredEntry, Timestamp,
};

use super::StoreError;

pub(super) use self::{
    bulk::{Down, Forgotten, forget, restore, take_down, taken_down},
    group::{Leader, Leaders, Tie, fallen, group, links},
};

/// What planning asks of what is kept.
pub(super) trait Lookup {
    /// Whether any key leads to an entry of the source.
    fn knows(&self, source: &SourceId) -> Result<bool, StoreError>;
    /// Which entry of the source this key leads to.
    fn seq_of(&self, source: &SourceId, key: EntryKey) -> Result<Option<Seq>, StoreError>;
    /// The entry of this number.
    fn entry(&self, seq: Seq) -> Result<Option<StoredEntry>, StoreError>;
    /// What reconciling needs of an entry, or of a tombstone.
    fn known_of(&self, seq: Seq) -> Result<KnownEntry, StoreError>;
    /// Whose entry or tombstone this number is, and what leads to it; none where there is neither.
    fn traces(&self, seq: Seq) -> Result<Option<Traces>, StoreError>;
    /// The tombstones of this source that its document may list still.
    fn listed(&self, source: &SourceId) -> Result<Vec<Seq>, StoreError>;
    /// Who was first under this link, and whether it is barred.
    fn leader(&self, link: EntryKey) -> Result<Option<Leader>, StoreError>;
    /// The entries and tombstones that this one leads, lowest first; itself is not among them.
    fn members(&self, lead: Seq) -> Result<Vec<Seq>, StoreError>;
}

/// Whose an entry is, every key that leads to it, and its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traces {
    pub source: SourceId,
    pub keys: Vec<EntryKey>,
    /// None where it shares no link, or has none.
    pub tie: Option<Tie>,
}

/// What to write.
#[derive(Debug)]
pub(super) struct Plan {
    /// In document order, and so with falling numbers.
    pub added: Vec<Added>,
    /// In document order.
    pub updated: Vec<Updated>,
    /// Keys that nothing had, and where they lead.
    pub aliases: Vec<(EntryKey, Seq)>,
    /// The entries that these lead to, with the aliases counted.
    pub counted: Vec<Counted>,
    /// Tombstones that the document began or ceased to list.
    pub marked: Vec<Marked>,
    /// See [`Committed::touched`].
    pub touched: Vec<SourceId>,
    /// The number that the next new entry gets.
    pub next: u64,
}

/// An entry or tombstone and its indexes.
#[derive(Debug)]
pub(super) struct Added {
    /// None of a tombstone.
    pub stored: Option<StoredEntry>,
    pub known: KnownEntry,
    pub traces: Traces,
    /// What becomes known of links with it.
    pub leaders: Vec<(EntryKey, Leader)>,
}

impl Added {
    fn kept(stored: StoredEntry, known: KnownEntry, traces: Traces) -> Self {
        Self { stored: Some(stored), known, traces, leaders: Vec::new() }
    }
}

/// A kept entry with new contents.
#[derive(Debug)]
pub(super) struct Updated {
    pub stored: StoredEntry,
    pub known: KnownEntry,
    /// The title it was found by before.
    pub former_title: Digest,
}

/// An entry or tombstone with new aliases.
#[derive(Debug)]
pub(super) struct Counted {
    pub known: KnownEntry,
    pub traces: Traces,
}

/// A tombstone of which it became known whether it is listed.
#[derive(Debug)]
pub(super) struct Marked {
    pub known: KnownEntry,
    pub former: Presence,
}

impl Plan {
    /// Plans a commit for a store whose next number is `next`.
    pub fn of(commit: &Commit, next: u64, lookup: &impl Lookup) -> Result<Self, StoreError> {
        let aliases = aliases(commit, lookup)?;
        let mut taken: HashSet<EntryKey> = aliases.iter().map(|(key, _)| *key).collect();
        let mut fresh = Vec::new();
        // Of a source that was never read before nothing has to be looked up.
        let is_known = !commit.changes.inserted.is_empty() && lookup.knows(&commit.source)?;
        for new in &commit.changes.inserted {
            let keys = keys_of(new);
            if keys.iter().any(|key| taken.contains(key)) {
                continue;
            }
            let mut known = false;
            for key in keys.iter().filter(|_| is_known) {
                known |= lookup.seq_of(&commit.source, *key)?.is_some();
            }
            if !known {
                taken.extend(&keys);
                fresh.push((new, keys));
            }
        }
        let end = next + fresh.len() as u64;
        // In the order of their numbers, which is that in which groups come to be.
        let numbered = (next..end).map(Seq).zip(fresh.into_iter().rev());
        let mut leaders = Leaders::new(lookup);
        let added = numbered.map(|(seq, (new, keys))| {
            let (stored, known) = add(commit, new, keys[0], seq);
            leaders.receive(stored, known, keys)
        });
        let mut added = added.collect::<Result<Vec<_>, StoreError>>()?;
        added.reverse();
        let updated = update::updates(commit, lookup)?;
        let counted = counted(&aliases, &updated, lookup)?;
        let marked = listed::marked(commit, &counted, lookup)?;
        let touched = group::touched(commit, &added, &updated, &fallen(commit, lookup)?, lookup)?;
        Ok(Self { added, updated, aliases, counted, marked, touched, next: end })
    }

    /// What the commit came to, once it is written.
    pub fn committed(&self) -> Committed {
        let (kept, down): (Vec<&Added>, Vec<&Added>) =
            self.added.iter().partition(|added| added.stored.is_some());
        let seqs = |added: Vec<&Added>| added.into_iter().map(|added| added.known.seq).collect();
        Committed {
            inserted: seqs(kept),
            updated: self.updated.iter().map(|updated| updated.stored.seq).collect(),
            taken_down: seqs(down),
            touched: self.touched.clone(),
        }
    }
}

fn keys_of(new: &NewEntry) -> Vec<EntryKey> {
    if new.keys.is_empty() { vec![new.entry.identity.key()] } else { new.keys.clone() }
}

fn add(commit: &Commit, new: &NewEntry, key: EntryKey, seq: Seq) -> (StoredEntry, KnownEntry) {
    let at = milliseconds(commit.at);
    let stored = StoredEntry {
        seq,
        source: commit.source.clone(),
        key,
        first_seen: at,
        date: milliseconds(new.date),
        place: milliseconds(new.place),
        changed: at,
        lead: None,
        dropped: new.dropped.clone(),
        article: new.article.map(|article| FromArticle { at: milliseconds(article.at), ..article }),
        entry: kept(&new.entry),
    };
    let NewEntry { digest, head, likeness, .. } = *new;
    let date = stored.date;
    let known = KnownEntry {
        seq,
        digest,
        head,
        likeness,
        date,
        body_updates: 0,
        aliases: 0,
        presence: Presence::Kept,
    };
    (stored, known)
}

fn counted(
    aliases: &[(EntryKey, Seq)],
    updated: &[Updated],
    lookup: &impl Lookup,
) -> Result<Vec<Counted>, StoreError> {
    let mut counted: Vec<Counted> = Vec::new();
    let mut places: HashMap<Seq, usize> = HashMap::new();
    let new: HashMap<Seq, &KnownEntry> =
        updated.iter().map(|updated| (updated.known.seq, &updated.known)).collect();
    for (key, seq) in aliases {
        let place = if let Some(place) = places.get(seq) {
            *place
        } else {
            let known = match new.get(seq) {
                Some(known) => **known,
                None => lookup.known_of(*seq)?,
            };
            let damaged = || StoreError::Damaged { what: format!("nothing leads to entry {}", seq.0) };
            let traces = lookup.traces(*seq)?.ok_or_else(damaged)?;
            counted.push(Counted { known, traces });
            places.insert(*seq, counted.len() - 1);
            counted.len() - 1
        };
        let Counted { known, traces } = &mut counted[place];
        known.aliases = known.aliases.saturating_add(1);
        traces.keys.push(*key);
    }
    Ok(counted)
}

fn aliases(commit: &Commit, lookup: &impl Lookup) -> Result<Vec<(EntryKey, Seq)>, StoreError> {
    let mut aliases: Vec<(EntryKey, Seq)> = Vec::new();
    let mut taken = HashSet::new();
    for (key, seq) in &commit.changes.aliases {
        if taken.contains(key) || lookup.seq_of(&commit.source, *key)?.is_some() {
            continue;
        }
        if lookup.traces(*seq)?.is_some_and(|traces| traces.source == commit.source) {
            taken.insert(*key);
            aliases.push((*key, *seq));
        }
    }
    Ok(aliases)
}

/// The contents at the precision at which they are stored.
fn kept(entry: &Entry) -> Entry {
    Entry {
        published: entry.published.map(milliseconds),
        updated: entry.updated.map(milliseconds),
        ..entry.clone()
    }
}

/// The instant without what is finer than a millisecond, so that every engine gives back the same.
fn milliseconds(instant: Timestamp) -> Timestamp {
    DateTime::from_timestamp_millis(instant.timestamp_millis()).unwrap_or(instant)
}
