//! What the handle reads: beside the writes, or once those under way are acknowledged. Knows no database.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use tokio::task::spawn_blocking;

use crate::model::{
    Alike, ChannelId, ChannelState, Digest, EntryKey, Known, Row, Seq, SourceId, SourceState, StoredEntry,
    Timestamp,
};

use super::{Census, Engine, Sources, Store, StoreError, rows, writer};

impl Store {
    /// What is known under these keys of this source; keys that are not known are absent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known(&self, source: SourceId, keys: Vec<EntryKey>) -> Result<Known, StoreError> {
        self.read(move |engine| engine.known(&source, &keys)).await
    }

    /// The entries of this source that have these titles; see [`Engine::alike`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alike(&self, source: SourceId, titles: Vec<Digest>) -> Result<Alike, StoreError> {
        self.read(move |engine| engine.alike(&source, &titles)).await
    }

    /// Every source's state, also of sources that are no longer configured.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn source_states(&self) -> Result<HashMap<SourceId, SourceState>, StoreError> {
        self.read(Engine::source_states).await
    }

    /// A channel's state, if one was kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn channel_state(&self, id: ChannelId) -> Result<Option<ChannelState>, StoreError> {
        self.read(move |engine| engine.channel_state(&id)).await
    }

    /// The rows of these sources whose place is `since` or later, and beyond them older ones until there are
    /// `at_least` in all (or no more). Newest place first; of equal places the highest number first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn rows(
        &self,
        sources: Sources,
        since: Timestamp,
        at_least: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_acknowledged(move |engine| rows::gather(engine, &sources, since, at_least)).await
    }

    /// These entries, in the order asked; missing ones are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn entries(&self, seqs: Vec<Seq>) -> Result<Vec<StoredEntry>, StoreError> {
        self.read_acknowledged(move |engine| engine.entries(&seqs)).await
    }

    /// Walks everything that is kept, and counts. Slow.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn check(&self) -> Result<Census, StoreError> {
        self.read(Engine::check).await
    }

    /// Waits for the writes under way, so that only what was acknowledged is seen.
    pub(super) async fn read_acknowledged<T: Send + 'static>(
        &self,
        read: impl FnOnce(&(dyn Engine + 'static)) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let unacknowledged = Arc::clone(&self.unacknowledged);
        self.read(move |engine| {
            let _none = unacknowledged.read().unwrap_or_else(PoisonError::into_inner);
            read(engine)
        })
        .await
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&(dyn Engine + 'static)) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let engine = Arc::clone(&self.engine);
        let reading = spawn_blocking(move || read(&*engine));
        reading.await.map_err(|error| writer::ended_badly("reading the store", error))?
    }
}
