//! What one poll asks the store to do, all of it or nothing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    Completion, Digest, Entry, EntryKey, FromArticle, Likeness, Seq, SourceId, SourceState, Timestamp,
};

/// What the store already knows of a document's keys.
pub type Known = HashMap<EntryKey, KnownEntry>;

/// The kept entries of each title ([`Likeness::title`]), newest first.
pub type Alike = HashMap<Digest, Vec<KnownEntry>>;

/// What reconciling needs to know of a kept entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownEntry {
    /// Its number.
    pub seq: Seq,
    /// Of everything a reader sees.
    pub digest: Digest,
    /// Of title, link and dates: what an editor changes on purpose.
    pub head: Digest,
    /// What it is recognised by without a key.
    pub likeness: Likeness,
    /// See [`super::StoredEntry::date`]. Fixed by the store.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// How many updates changed the body alone (a counter in a page, an advertisement).
    pub body_updates: u32,
    /// How many aliases it has been given. Counted by the store.
    pub aliases: u32,
    /// Whether its contents are still kept. Known by the store.
    #[serde(default)]
    pub presence: Presence,
}

/// Whether an entry's contents are kept, or it is a tombstone: pruned, but still known, so that it does not come back
/// (promise P3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// They are.
    #[default]
    Kept,
    /// It was pruned, and the source's document may list it still.
    Listed,
    /// It was pruned, and a document that was read then listed it no more.
    Left(#[serde(with = "chrono::serde::ts_milliseconds")] Timestamp),
    /// It was taken down: it is never forgotten, and its link is barred in every source.
    #[serde(rename = "taken-down")]
    TakenDown,
}

/// An entry to be kept for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// The contents.
    pub entry: Entry,
    /// The keys under which it is found again; the first is its identity, and makes its public guid.
    pub keys: Vec<EntryKey>,
    /// See [`KnownEntry::digest`].
    pub digest: Digest,
    /// See [`KnownEntry::head`].
    pub head: Digest,
    /// See [`KnownEntry::likeness`]. It neither identifies the entry nor keeps another from being inserted.
    pub likeness: Likeness,
    /// See [`super::StoredEntry::date`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// See [`super::StoredEntry::place`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub place: Timestamp,
    /// See [`super::StoredEntry::dropped`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
    /// See [`super::StoredEntry::article`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<FromArticle>,
}

/// New contents for a kept entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Which one, and the digests, likeness and count of body updates it has from now on.
    pub known: KnownEntry,
    /// The contents; identity, date and place stay as they are.
    pub entry: Entry,
}

/// The difference that one document makes to one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// In document order.
    pub inserted: Vec<NewEntry>,
    /// In document order.
    pub updated: Vec<Update>,
    /// Articles that came for kept entries. Neither their digests nor their likeness change: these are the feed's.
    pub completed: Vec<Completion>,
    /// Further keys under which a kept entry is to be found from now on.
    pub aliases: Vec<(EntryKey, Seq)>,
    /// How many items bear new ids for kept entries because the publisher re-keyed most of the document; 0 if it did
    /// not.
    pub rekeyed: usize,
    /// The known entries that the document lists, as they were known; none where no document was read. What was pruned
    /// stays known for as long as it is listed, and for a while after.
    pub listed: Option<Vec<(Seq, Presence)>>,
}

impl Changes {
    /// Whether readers would see no difference, and nothing has to be remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inserted.is_empty()
            && self.updated.is_empty()
            && self.completed.is_empty()
            && self.aliases.is_empty()
    }
}

/// One poll's end: entries, source state and validators, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Whose poll.
    pub source: SourceId,
    /// When the poll was concluded: `first_seen` of what is inserted, `changed` of what is updated.
    pub at: Timestamp,
    /// What changes.
    pub changes: Changes,
    /// The source's state from now on.
    pub state: SourceState,
    /// Whether the state alone must reach the disk before the commit is acknowledged (a Retry-After deadline). A
    /// commit with changes always does.
    pub durable: bool,
}

/// What a commit, or a takedown, came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The numbers of what was inserted, in document order.
    pub inserted: Vec<Seq>,
    /// The numbers of what was updated.
    pub updated: Vec<Seq>,
    /// The numbers of what was taken down: what was new under a barred link never was an entry.
    pub taken_down: Vec<Seq>,
    /// Other sources whose entries are in a group that gained a member or changed: what shows them shows it.
    pub touched: Vec<SourceId>,
}
