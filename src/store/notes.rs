//! States that need not reach the disk at once: those of polls that brought nothing new. They are written together,
//! within a second or so or beside the next commit. A crash before that costs at most that their sources are asked
//! again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::model::{SourceId, SourceState};

/// The states not written yet, the latest of each source.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(Arc<Mutex<HashMap<SourceId, SourceState>>>);

impl Notes {
    pub(super) fn note(&self, source: SourceId, state: SourceState) {
        self.held().insert(source, state);
    }

    /// A later state of the source is about to be written.
    pub(super) fn forget(&self, source: &SourceId) {
        self.held().remove(source);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// All of them; they are no longer here.
    pub(super) fn take(&self) -> Vec<(SourceId, SourceState)> {
        std::mem::take(&mut *self.held()).into_iter().collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<SourceId, SourceState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
