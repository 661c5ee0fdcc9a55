//! Long work on a store that goes on being read and written: exports, and making the database anew. Decides not when.

use std::{
    io::Write,
    path::PathBuf,
    sync::{
        Arc, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task::spawn_blocking;

use super::{Compaction, Store, StoreError, Usage, export, writer};

impl Store {
    /// What the store's files and its data take. Slow.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn usage(&self) -> Result<Usage, StoreError> {
        self.read(super::Engine::usage).await
    }

    /// Makes the database anew; see [`Engine::compact`](super::Engine::compact). Given up once the future is dropped.
    ///
    /// # Errors
    /// As with [`Store::compact_now`].
    pub async fn compact(&self) -> Result<Compaction, StoreError> {
        let (store, wish) = (self.clone(), Wish::default());
        let dropped = Arc::clone(&wish.0);
        let compacting = spawn_blocking(move || store.compact_now(&|| !dropped.load(Ordering::Relaxed)));
        compacting.await.map_err(|error| writer::ended_badly("compacting the store", error))?
    }

    /// As [`Store::compact`], on this thread, which it blocks. `go_on` is asked many times; given up once it says no.
    ///
    /// # Errors
    /// As with [`Engine::compact`](super::Engine::compact); or when it is made anew already.
    pub fn compact_now(&self, go_on: &dyn Fn() -> bool) -> Result<Compaction, StoreError> {
        // What a panic left behind is swept by the next.
        let _alone = match self.compacting.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
            Ok(alone) => alone,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        let compacted = self.engine.compact(go_on);
        self.metrics.compacted(compacted.is_ok());
        compacted
    }

    /// Writes all that is kept to this file; see [`export::to_file`]. Commits go on beside it. Given up once the future is
    /// dropped.
    ///
    /// # Errors
    /// When the store cannot be read, or the file not be written.
    pub async fn export(&self, file: PathBuf) -> Result<export::Summary, export::ExportError> {
        let (store, wish) = (self.clone(), Wish::default());
        let dropped = Arc::clone(&wish.0);
        let exporting = spawn_blocking(move || {
            let exported = export::to_file(&*store.engine, &file, &mut |_| !dropped.load(Ordering::Relaxed));
            store.metrics.exported(exported.is_ok());
            exported
        });
        exporting.await.map_err(|error| writer::ended_badly("exporting the store", error))?
    }

    /// Writes all that is kept as lines of JSON, on this thread, which it blocks; see [`export::write`]. Commits go on
    /// beside it.
    ///
    /// # Errors
    /// When the store cannot be read, or the lines not be written.
    pub fn export_now(&self, to: &mut dyn Write) -> Result<export::Summary, export::ExportError> {
        let exported = export::write(&*self.engine, to, &mut |_| true);
        self.metrics.exported(exported.is_ok());
        exported
    }
}

/// Tells blocking work, once it is dropped, that nobody waits for it any more.
#[derive(Default)]
struct Wish(Arc<AtomicBool>);

impl Drop for Wish {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
