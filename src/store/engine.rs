//! What a database must promise to keep our entries. Knows no database, no thread and no clock.

mod figures;
mod scope;

use std::{
    collections::HashMap,
    ops::{ControlFlow, Range},
};

use crate::model::{
    Alike, ChannelId, ChannelState, Commit, Committed, Digest, EntryKey, Known, Record, Remembered, Row, Seq,
    SourceId, SourceState, StoredEntry, Timestamp,
};

pub use self::{
    figures::{Census, Compaction, Usage},
    scope::{Scope, Wanted},
};

use super::{Rescue, StoreError};

/// A database that keeps entries. Its methods block.
///
/// An engine that lacks what pruning, carrying elsewhere and compaction ask for says [`StoreError::Unable`]; it then
/// keeps everything, where it is.
///
/// **One writer.** `apply`, `keep_channel`, `bury`, `forget`, `take_down`, `restore` and `sync` are called by one thread, one at a
/// time; reads come from any thread at any time, also while a write goes on, and so does `compact`, once at a time.
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
/// **Pruned is not forgotten.** What is buried loses its contents and its places: no scan shows it any more. Its
/// *tombstone* stays known under all its keys and its title, takes aliases, and keeps a repeat from being inserted, until
/// it is forgotten. Each tombstone says whether its source's document may list it still, or since when not.
///
/// **One story.** The entries of several sources that were first committed with one canonical link are a group. The
/// first of them is its lead, for ever: an update changes no group, nor does pruning, and what is known of the link
/// outlives the lead for as long as anything of the group is known, tombstones included. Entries of one source make no
/// group, and what was dropped is in none. The link of what was taken down is barred: what is new and comes with it, of
/// whichever source, never is an entry, but at once a tombstone that was taken down.
///
/// **After an error** from a write that is not a [refusal](StoreError::is_refusal) it is unknown what was written:
/// none of the writing methods may be called again, by anybody, until the store is opened anew. Reads may go
/// on. After a refusal nothing was written.
pub trait Engine: Send + Sync + 'static {
    /// What is known under these keys of this source. Keys that are not known are absent.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn known(&self, source: &SourceId, keys: &[EntryKey]) -> Result<Known, StoreError>;

    /// The entries and tombstones of this source that have these titles ([`title`](crate::model::Likeness::title)), of each title the [`ALIKE_MAX`] with
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
    /// the place of the former. An update of a tombstone is ignored.
    ///
    /// An article completes the entry that it comes for: what its source knows it by stays as it is, and an update later
    /// on leaves what is the article's.
    ///
    /// Where the commit says what its document lists, tombstones among it are listed from now on, and others of the
    /// source have left at the commit's instant: at once where they are few, with later commits where they are many.
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

    /// Shows the rows of a scope, without what was dropped, newest place first and of equal places the highest number first, until `visit`
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

    /// The number that the next new entry gets.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn next(&self) -> Result<Seq, StoreError> {
        Err(StoreError::Unable)
    }

    /// Entries with numbers above `after`, lowest first, at most so many. Tombstones are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn oldest(&self, _after: Seq, _most: usize) -> Result<Vec<StoredEntry>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Tombstones that left their source's document before this instant, the first to leave first, at most so many.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn left_before(&self, _before: Timestamp, _most: usize) -> Result<Vec<Seq>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Tombstones of this source that its document may list still, lowest number first, at most so many.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn listed(&self, _source: &SourceId, _most: usize) -> Result<Vec<Seq>, StoreError> {
        Err(StoreError::Unable)
    }

    /// The rows of these numbers, lowest first. What is pruned, taken down or dropped is left out. In the time that its
    /// rows take, whatever else is kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn numbered(&self, _range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        Err(StoreError::Unable)
    }

    /// The highest number below this one that has a row in this scope. In logarithmic time.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn last_below(&self, _scope: &Scope, _seq: Seq) -> Result<Option<Seq>, StoreError> {
        Err(StoreError::Unable)
    }

    /// The lowest number, this one or above, that has a row in this scope. In logarithmic time.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn first_from(&self, _scope: &Scope, _seq: Seq) -> Result<Option<Seq>, StoreError> {
        Err(StoreError::Unable)
    }

    /// The rows of the group that each of these numbers belongs to, lowest number first; where it belongs to none, its
    /// own. The number of a lead that is gone finds its group too. What has no row is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn groups(&self, _seqs: &[Seq]) -> Result<Vec<Vec<Row>>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Entries and tombstones to which a wanted key leads, or that were first committed with a link of such a key;
    /// lowest number first, at most so many. Walks everything that is known, in steps that no write waits long for:
    /// seconds for a million entries.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn find(&self, _wanted: Wanted<'_>, _most: usize) -> Result<Vec<Remembered>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Takes these entries and tombstones down, all of them or none, and with them whatever has a link in common with
    /// one of them: contents and rows go, keys stay, and no `forget` takes them away. Every link that one of them had is barred
    /// from now on. What is unknown is passed over; what was taken down before stays so.
    ///
    /// A database that only appends has the contents in its files still, where nothing but a salvage finds them, until
    /// the room is used again or `compact` makes the files anew.
    ///
    /// # Errors
    /// As with `apply`.
    fn take_down(&self, _seqs: &[Seq]) -> Result<Committed, StoreError> {
        Err(StoreError::Unable)
    }

    /// Makes tombstones of these entries, all of them or none; its document may list each of them still. What is no
    /// entry is passed over.
    ///
    /// # Errors
    /// As with `apply`.
    fn bury(&self, _seqs: &[Seq]) -> Result<(), StoreError> {
        Err(StoreError::Unable)
    }

    /// Takes these tombstones away, all of them or none, with all that leads to them. What is none, or was taken down, is
    /// passed over.
    ///
    /// # Errors
    /// As with `apply`.
    fn forget(&self, _seqs: &[Seq]) -> Result<(), StoreError> {
        Err(StoreError::Unable)
    }

    /// Entries and tombstones with numbers above `after`, lowest first, at most so many, with all that leads to them.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn remembered(&self, _after: Seq, _most: usize) -> Result<Vec<Remembered>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Every channel's state.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn channel_states(&self) -> Result<HashMap<ChannelId, ChannelState>, StoreError> {
        Err(StoreError::Unable)
    }

    /// Puts these back as another engine gave them, all of them or none. For a store that knows none of them; whoever
    /// restores all that a store held has an equal store. At most some hundred at once. Of what tells nothing of groups
    /// they are found out, in this order.
    ///
    /// # Errors
    /// As with `apply`; a record that contradicts itself is refused.
    fn restore(&self, _records: &[Record]) -> Result<(), StoreError> {
        Err(StoreError::Unable)
    }

    /// What became of a store that was found damaged when it was opened; none where all was well.
    fn rescue(&self) -> Option<&Rescue> {
        None
    }

    /// What its files and its data take. Walks everything, in steps that no write waits long for. Slow.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn usage(&self) -> Result<Usage, StoreError> {
        Err(StoreError::Unable)
    }

    /// Makes the database anew, so that its files take no more than its data need, and puts it in the place of the old
    /// one: after a crash at any instant there is one of the two, whole, with all that was durable. Reads and writes go
    /// on beside it. Slow; given up, with nothing changed, once `go_on` says no.
    ///
    /// # Errors
    /// When it was given up, or could not be done.
    fn compact(&self, _go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        Err(StoreError::Unable)
    }

    /// Whether there is room on the disk to write. May be asked after a failure too, when all else may hang; must not block.
    ///
    /// # Errors
    /// When there is not.
    fn room(&self) -> Result<(), StoreError> {
        Ok(())
    }

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
