//! What a database must promise to keep our entries. Knows no database, no thread and no clock.

use std::{collections::HashMap, ops::ControlFlow};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Row, Seq, SourceId,
    SourceState, StoredEntry,
};

use super::StoreError;

/// A database that keeps entries. Its methods block.
///
/// **One writer.** `apply`, `keep_channel` and `sync` are called by one thread, one at a time; reads come from any
/// thread at any time, also while a write goes on.
///
/// **Atomic.** A commit is there wholly or not at all, for reads that go on beside it as for those after a crash.
/// One that is too large for one transaction may go in several: each of them is atomic and leaves the indexes whole,
/// entries nearer the document's end go first, and source state, validators and aliases go with the last, so that a
/// crash between two makes the poll be done again and finish the rest, in the same order.
///
/// **Durable** is what was applied before a `sync` that returned well, and nothing else. After a crash a later write
/// is never there without every earlier one.
///
/// **Ordered.** Entries are numbered upwards without reuse; see [`Seq`] for the order within a commit.
///
/// **After an error** from a write that is not a [refusal](StoreError::is_refusal) it is unknown what was written:
/// none of the three writing methods may be called again, by anybody, until the store is opened anew. Reads may go
/// on. After a refusal nothing was written.
pub trait Engine: Send + Sync + 'static {
    /// What is known under these keys of this source. Keys that are not known are absent.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError>;

    /// The entries of this source that have these titles ([`title`](crate::model::Likeness::title)), of each title the [`ALIKE_MAX`] with
    /// the highest numbers, highest first. Titles that no entry has are absent.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn alike(&self, source: &SourceId, titles: &[Digest]) -> Result<Alike, StoreError>;

    /// Writes a poll's end.
    ///
    /// An insert is left out when one of its keys is known, was taken by an earlier insert of the commit, or is made
    /// an alias by the commit: an entry is never kept twice. A key that leads to an entry leads to it for ever: an
    /// alias that says otherwise is ignored, as is an update or alias of an entry that the source does not have. The
    /// aliases that an entry was given are counted with it. An entry too large to be kept whole is kept without its
    /// larger parts.
    ///
    /// A title is no key: any number of entries may have it, and it keeps none from being inserted. An update's takes
    /// the place of the former.
    ///
    /// # Errors
    /// When nothing was written (a refusal), or it is unknown what was.
    fn apply(&self, commit: &Commit) -> Result<Committed, StoreError>;

    /// Remembers these sources' states, in place of the former. Not durable by itself.
    ///
    /// # Errors
    /// As with `apply`.
    fn keep_states(&self, states: &[(SourceId, SourceState)]) -> Result<(), StoreError>;

    /// Remembers a channel's state, in place of the former. Not durable by itself.
    ///
    /// # Errors
    /// As with `apply`.
    fn keep_channel(&self, id: &ChannelId, state: &ChannelState) -> Result<(), StoreError>;

    /// Returns when everything that was applied before is on the disk.
    ///
    /// # Errors
    /// When it is unknown what is on the disk.
    fn sync(&self) -> Result<(), StoreError>;

    /// Every source's state, also of sources that are no longer configured.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError>;

    /// A channel's state, if one was kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn channel_state(&self, id: &ChannelId) -> Result<Option<ChannelState>, StoreError>;

    /// Shows the rows of a scope, newest place first and of equal places the highest number first, until `visit`
    /// breaks. `visit` must be quick and must not call the engine: writes wait for it.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn scan(&self, scope: &Scope, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError>;

    /// These entries, in the order asked; missing ones are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn entries(&self, seqs: &[Seq]) -> Result<Vec<StoredEntry>, StoreError>;

    /// Walks everything that is kept, and counts. Slow.
    ///
    /// # Errors
    /// When the database cannot be read; a disagreement within it is no error, but listed.
    fn check(&self) -> Result<Census, StoreError>;

    /// Whether the engine's own threads are well. Asked about once a second; must not block.
    ///
    /// # Errors
    /// When one of them has died.
    fn health(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The most entries of one title that are told: who has more of them has notices that are always called the same, and
/// the oldest of those are long gone from any document.
pub const ALIKE_MAX: usize = 64;

/// Which rows to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every source's.
    All,
    /// One source's.
    Source(SourceId),
}

/// What a walk over everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Entries.
    pub entries: u64,
    /// Keys that lead to entries.
    pub keys: u64,
    /// Sources with a state.
    pub sources: u64,
    /// Channels with a state.
    pub channels: u64,
    /// Disagreements in all.
    pub faults: u64,
    /// The first [`Census::TOLD_MAX`] disagreements, in words.
    pub told: Vec<String>,
}

impl Census {
    /// How many disagreements are told in words.
    pub const TOLD_MAX: usize = 100;

    /// Counts a disagreement.
    pub fn fault(&mut self, words: impl FnOnce() -> String) {
        self.faults += 1;
        if self.told.len() < Self::TOLD_MAX {
            self.told.push(words());
        }
    }
}
