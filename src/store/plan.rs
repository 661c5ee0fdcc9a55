//! Decides what a commit comes to, the same for every engine. Writes nothing.

use std::collections::{HashMap, HashSet};

use chrono::DateTime;

use crate::model::{
    Commit, Committed, Digest, Entry, EntryKey, KnownEntry, NewEntry, Presence, Seq, SourceId, StoredEntry,
    Timestamp,
};

use super::StoreError;

/// How many tombstones of a source one commit lets go at most. The others follow with later documents, and stay so
/// much longer.
pub(super) const LEAVE_MAX: usize = 500;

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
}

/// Whose an entry is, and every key that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traces {
    pub source: SourceId,
    pub keys: Vec<EntryKey>,
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
    /// The number that the next new entry gets.
    pub next: u64,
}

/// A new entry and its indexes.
#[derive(Debug)]
pub(super) struct Added {
    pub stored: StoredEntry,
    pub known: KnownEntry,
    pub keys: Vec<EntryKey>,
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
        let numbers = (next..end).rev().map(Seq);
        let added = fresh.into_iter().zip(numbers).map(|((new, keys), seq)| add(commit, new, keys, seq));
        let updated = updates(commit, lookup)?;
        let counted = counted(&aliases, &updated, lookup)?;
        let marked = marked(commit, &counted, lookup)?;
        Ok(Self { added: added.collect(), updated, aliases, counted, marked, next: end })
    }

    /// What the commit came to, once it is written.
    pub fn committed(&self) -> Committed {
        Committed {
            inserted: self.added.iter().map(|added| added.stored.seq).collect(),
            updated: self.updated.iter().map(|updated| updated.stored.seq).collect(),
        }
    }
}

fn keys_of(new: &NewEntry) -> Vec<EntryKey> {
    if new.keys.is_empty() { vec![new.entry.identity.key()] } else { new.keys.clone() }
}

fn add(commit: &Commit, new: &NewEntry, keys: Vec<EntryKey>, seq: Seq) -> Added {
    let at = milliseconds(commit.at);
    let stored = StoredEntry {
        seq,
        source: commit.source.clone(),
        key: keys[0],
        first_seen: at,
        date: milliseconds(new.date),
        place: milliseconds(new.place),
        changed: at,
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
    Added { stored, known, keys }
}

fn updates(commit: &Commit, lookup: &impl Lookup) -> Result<Vec<Updated>, StoreError> {
    let mut updated: Vec<Updated> = Vec::new();
    let mut places: HashMap<Seq, usize> = HashMap::new();
    for update in &commit.changes.updated {
        let seq = update.known.seq;
        let place = match places.get(&seq) {
            Some(place) => *place,
            None => match lookup.entry(seq)? {
                Some(stored) if stored.source == commit.source => {
                    places.insert(seq, updated.len());
                    let known = lookup.known_of(seq)?;
                    updated.push(Updated { stored, known, former_title: known.likeness.title });
                    updated.len() - 1
                }
                _ => continue,
            },
        };
        let Updated { stored, known, .. } = &mut updated[place];
        let identity = stored.entry.identity.clone();
        stored.entry = Entry { identity, ..kept(&update.entry) };
        stored.changed = milliseconds(commit.at);
        let KnownEntry { date, aliases, presence, .. } = *known;
        *known = KnownEntry { date, aliases, presence, ..update.known };
    }
    Ok(updated)
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

/// Tombstones that the document lists again, and such as it lists no more.
fn marked(commit: &Commit, counted: &[Counted], lookup: &impl Lookup) -> Result<Vec<Marked>, StoreError> {
    let Some(listed) = &commit.changes.listed else { return Ok(Vec::new()) };
    let known_of = |seq: Seq| match counted.iter().find(|counted| counted.known.seq == seq) {
        Some(counted) => Ok(counted.known),
        None => lookup.known_of(seq),
    };
    let mut marked = Vec::new();
    let mut mark = |known: KnownEntry, presence| {
        marked.push(Marked { known: KnownEntry { presence, ..known }, former: known.presence });
    };
    for (seq, _) in listed.iter().filter(|(_, presence)| matches!(presence, Presence::Left(_))) {
        let ours = |traces: Traces| traces.source == commit.source;
        if lookup.traces(*seq)?.is_some_and(ours) {
            let known = known_of(*seq)?;
            if matches!(known.presence, Presence::Left(_)) {
                mark(known, Presence::Listed);
            }
        }
    }
    let listed: HashSet<Seq> = listed.iter().map(|(seq, _)| *seq).collect();
    let left = Presence::Left(milliseconds(commit.at));
    for seq in lookup.listed(&commit.source)?.into_iter().filter(|seq| !listed.contains(seq)).take(LEAVE_MAX)
    {
        mark(known_of(seq)?, left);
    }
    Ok(marked)
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
