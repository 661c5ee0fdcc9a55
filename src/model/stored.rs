//! An entry that is kept, and what channels need to know of it.

use serde::{Deserialize, Serialize};

use super::{Entry, EntryKey, FromArticle, Seq, SourceId, Timestamp};

/// An entry with what was fixed when it was first committed (promise P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEntry {
    /// Its number; assigned by the store.
    pub seq: Seq,
    /// Whose it is.
    pub source: SourceId,
    /// The key it was first published under: what its public guid is made of. Never changes.
    pub key: EntryKey,
    /// When its first commit was made.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub first_seen: Timestamp,
    /// The date readers see: as published, never after `first_seen`. Never changes.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// What merged channels select by: `first_seen`, or the date for entries that were old when their source was
    /// first polled. Never changes.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub place: Timestamp,
    /// When its contents last changed; `first_seen` if never.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub changed: Timestamp,
    /// Who leads its group, where another source's entry does. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// Which of its source's filters dropped it, in words: it is in no channel and no archive. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
    /// What of its contents is its article's; none where no article was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<FromArticle>,
    /// The contents, as last published.
    pub entry: Entry,
}

impl StoredEntry {
    /// When readers last saw a difference: when its publisher changed it, or its article came.
    #[must_use]
    pub fn differs_since(&self) -> Timestamp {
        self.article.map_or(self.changed, |article| self.changed.max(article.at))
    }
}

/// The first committed of the entries of several sources that have one canonical link: one story, which keeps this
/// entry's id, date and place for ever, also when the entry itself is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// See [`StoredEntry::seq`].
    pub seq: Seq,
    /// See [`StoredEntry::source`].
    pub source: SourceId,
    /// See [`StoredEntry::key`].
    pub key: EntryKey,
    /// See [`StoredEntry::date`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// See [`StoredEntry::place`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub place: Timestamp,
}

impl Lead {
    /// This entry as the lead of those that come later.
    #[must_use]
    pub fn of(stored: &StoredEntry) -> Self {
        let StoredEntry { seq, ref source, key, date, place, .. } = *stored;
        Self { seq, source: source.clone(), key, date, place }
    }
}

/// What the selection of a channel needs to know of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// See [`StoredEntry::seq`].
    pub seq: Seq,
    /// See [`StoredEntry::source`].
    pub source: SourceId,
    /// See [`StoredEntry::place`].
    pub place: Timestamp,
    /// See [`StoredEntry::date`].
    pub date: Timestamp,
    /// See [`StoredEntry::lead`].
    pub lead: Option<Box<Lead>>,
}

impl Row {
    /// This entry's.
    #[must_use]
    pub fn of(stored: &StoredEntry) -> Self {
        let StoredEntry { seq, ref source, place, date, ref lead, .. } = *stored;
        Self { seq, source: source.clone(), place, date, lead: lead.clone().map(Box::new) }
    }
}
