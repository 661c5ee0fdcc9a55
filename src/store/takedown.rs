//! Finding an entry by what people have of it, and taking it down.

use crate::model::{Committed, EntryKey, Remembered, Seq, SourceId};

use super::{Store, StoreError, writer::Work};

/// How many entries and tombstones one question finds at most.
pub const FOUND_MAX: usize = 1_000;

impl Store {
    /// Entries and tombstones to which a wanted key leads, or that were first committed with a link of such a key; at
    /// most [`FOUND_MAX`]. A public guid is told by the key that it is made of, a link and a publisher's guid by
    /// [`EntryKey::new`]. Slow: all that is known is looked through, and writes go on beside it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(
        &self,
        wanted: impl Fn(&SourceId, EntryKey) -> bool + Send + 'static,
    ) -> Result<Vec<Remembered>, StoreError> {
        self.read(move |engine| engine.find(&wanted, FOUND_MAX)).await
    }

    /// Takes these down for ever, with their groups; see [`Engine::take_down`](super::Engine::take_down). When this
    /// returns well it is on the disk. Tells what went, and which sources' channels showed it.
    ///
    /// # Errors
    /// As with [`Store::commit`].
    pub async fn take_down(&self, seqs: Vec<Seq>) -> Result<Committed, StoreError> {
        self.write(Work::TakeDown(seqs)).await
    }
}
