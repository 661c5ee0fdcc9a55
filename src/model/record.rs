//! A store's contents as values, one by one: what is carried from one store to another.

use serde::{Deserialize, Serialize};

use super::{
    ChannelId, ChannelState, EntryKey, KnownEntry, Lead, Presence, Seq, SourceId, SourceState, StoredEntry,
};

/// One of the things that a store holds. All of them together make an equal store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// The number that the next new entry gets.
    Next(Seq),
    /// A source's state.
    Source(SourceId, Box<SourceState>),
    /// A channel's state.
    Channel(ChannelId, Box<ChannelState>),
    /// An entry, or its tombstone.
    Entry(Box<Remembered>),
}

/// An entry or its tombstone, with all that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Whose it is.
    pub source: SourceId,
    /// What reconciling needs of it, its number among that.
    pub known: KnownEntry,
    /// Every key that leads to it, in no order.
    pub keys: Vec<EntryKey>,
    /// How it stands to other sources' entries of the same link.
    #[serde(default, skip_serializing_if = "Grouping::is_unknown")]
    pub grouping: Grouping,
    /// The entry; none where it was pruned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<StoredEntry>,
}

/// How an entry or tombstone stands to those of other sources that have the same canonical link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// Written by a version that knew no groups: the store finds out as if it were new.
    #[default]
    Unknown,
    /// It has nothing to do with any.
    Alone,
    /// Its link has a lead, which may be itself, or be gone.
    Led {
        /// The key of the link, by [`EntryKey::new`].
        link: EntryKey,
        /// Who leads.
        lead: Lead,
    },
}

impl Grouping {
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// Numbers end here: no store gives so many, and whoever counts on from one does not overflow.
const SEQ_MAX: u64 = u64::MAX / 2;

impl Seq {
    /// Whether a store can have given this number.
    #[must_use]
    pub fn is_possible(self) -> bool {
        (1..=SEQ_MAX).contains(&self.0)
    }
}

impl Remembered {
    /// What of it contradicts itself, in words.
    #[must_use]
    pub fn contradiction(&self) -> Option<&'static str> {
        let Self { source, known, keys, stored, grouping } = self;
        let kept = known.presence == Presence::Kept;
        match stored {
            _ if !known.seq.is_possible() => Some("an entry with an impossible number"),
            _ if matches!(grouping, Grouping::Led { lead, .. } if !lead.seq.is_possible()) => {
                Some("an entry led by an impossible number")
            }
            None if kept => Some("an entry without contents that is no tombstone"),
            Some(_) if !kept => Some("a tombstone with contents"),
            Some(stored) if stored.seq != known.seq => Some("an entry with two numbers"),
            Some(stored) if stored.source != *source => Some("an entry of two sources"),
            Some(stored) if stored.date != known.date => Some("an entry with two dates"),
            Some(stored) if !keys.contains(&stored.key) => Some("an entry without its own key"),
            _ if keys.is_empty() => Some("an entry without a key"),
            _ => None,
        }
    }
}
