//! What is known of each source right now: the store's record in memory, so that looking costs no disk.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use crate::model::{SourceId, SourceState, Timestamp};

/// The last acknowledged state of every source ever polled.
#[derive(Debug, Default)]
pub struct Board {
    states: RwLock<HashMap<SourceId, SourceState>>,
}

impl Board {
    /// A board that begins with what the store holds.
    #[must_use]
    pub fn new(states: HashMap<SourceId, SourceState>) -> Self {
        Self { states: RwLock::new(states) }
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

    /// Puts up a new state.
    pub fn set(&self, id: &SourceId, state: SourceState) {
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        states.insert(id.clone(), state);
    }
}
