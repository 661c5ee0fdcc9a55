//! What is known of each source right now: the store's record in memory, so that looking costs no disk.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tokio::sync::{Notify, OwnedMutexGuard};

use crate::model::{Articles, SourceId, SourceState, Timestamp};

/// The last acknowledged state of every source ever polled.
#[derive(Debug, Default)]
pub struct Board {
    states: RwLock<HashMap<SourceId, SourceState>>,
    /// Sources with articles still to be read whose state was put up since somebody looked.
    waiting: Mutex<HashSet<SourceId>>,
    waited: Notify,
    /// Whose state is being changed.
    changing: Mutex<HashMap<SourceId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Board {
    /// A board that begins with what the store holds.
    #[must_use]
    pub fn new(states: HashMap<SourceId, SourceState>) -> Self {
        let waiting = states.iter().filter(|(_, state)| !state.articles.waiting.is_empty());
        let waiting = Mutex::new(waiting.map(|(id, _)| id.clone()).collect());
        Self { states: RwLock::new(states), waiting, ..Self::default() }
    }

    /// The state of a source; that of a source never polled, if it is not known.
    #[must_use]
    pub fn state(&self, id: &SourceId) -> SourceState {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(id).cloned().unwrap_or_default()
    }

    /// When what readers see of a source last changed.
    #[must_use]
    pub fn last_change(&self, id: &SourceId) -> Option<Timestamp> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(id).and_then(|state| state.last_change)
    }

    /// Under whose rights its entries are, where its publisher says so.
    #[must_use]
    pub fn rights(&self, id: &SourceId) -> Option<String> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(id).and_then(|state| state.rights.clone())
    }

    /// The articles of a source.
    #[must_use]
    pub fn articles(&self, id: &SourceId) -> Articles {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.get(id).map(|state| state.articles.clone()).unwrap_or_default()
    }

    /// How many articles of all sources are still to be read.
    #[must_use]
    pub fn articles_waiting(&self) -> usize {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.values().map(|state| state.articles.waiting.len()).sum()
    }

    /// The sources with articles still to be read, of those whose state was put up since this was last asked.
    pub fn waiting(&self) -> HashSet<SourceId> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends when [`Board::waiting`] may have something to tell.
    pub async fn waited(&self) {
        self.waited.notified().await;
    }

    /// Makes the next state of a source from the present one, keeps it and puts it up, alone until the guard is dropped:
    /// a poll's end and an article's would each undo what the other changed.
    pub async fn alone(&self, id: &SourceId) -> OwnedMutexGuard<()> {
        let own = {
            let mut changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            changing.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(changing.entry(id.clone()).or_default())
        };
        own.lock_owned().await
    }

    /// Puts up a new state.
    pub fn set(&self, id: &SourceId, state: SourceState) {
        if !state.articles.waiting.is_empty() {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
            self.waited.notify_one();
        }
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        states.insert(id.clone(), state);
    }
}
