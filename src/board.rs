//! What is known of each source right now: the store's record in memory, so that looking costs no disk; and what its last
//! polls came to, which is forgotten when the daemon ends.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    mem,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use tokio::sync::{Notify, OwnedMutexGuard};

use crate::model::{Articles, Attempt, SourceId, SourceState, Timestamp};

/// Of older polls of a source nothing is remembered; polls in a row that came to the same count once.
pub const ATTEMPTS_MAX: usize = 12;

/// The last acknowledged state of every source ever polled.
#[derive(Debug, Default)]
pub struct Board {
    states: RwLock<HashMap<SourceId, SourceState>>,
    /// Sources with articles still to be read whose state was put up since somebody looked.
    waiting: Mutex<HashSet<SourceId>>,
    waited: Notify,
    /// Whose state is being changed.
    changing: Mutex<HashMap<SourceId, Arc<tokio::sync::Mutex<()>>>>,
    attempts: RwLock<HashMap<SourceId, VecDeque<Attempt>>>,
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
        read(&self.states).get(id).cloned().unwrap_or_default()
    }

    /// What `look` finds in the state of a source, which is not copied for that; in that of a source never polled, if it is
    /// not known.
    pub fn look<T>(&self, id: &SourceId, look: impl FnOnce(&SourceState) -> T) -> T {
        match read(&self.states).get(id) {
            Some(state) => look(state),
            None => look(&SourceState::default()),
        }
    }

    /// When what readers see of a source last changed.
    #[must_use]
    pub fn last_change(&self, id: &SourceId) -> Option<Timestamp> {
        self.look(id, |state| state.last_change)
    }

    /// Under whose rights its entries are, where its publisher says so.
    #[must_use]
    pub fn rights(&self, id: &SourceId) -> Option<String> {
        self.look(id, |state| state.rights.clone())
    }

    /// The articles of a source.
    #[must_use]
    pub fn articles(&self, id: &SourceId) -> Articles {
        self.look(id, |state| state.articles.clone())
    }

    /// How many articles of all sources are still to be read.
    #[must_use]
    pub fn articles_waiting(&self) -> usize {
        read(&self.states).values().map(|state| state.articles.waiting.len()).sum()
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
        let waits = !state.articles.waiting.is_empty();
        write(&self.states).insert(id.clone(), state);
        // Only now: whoever is woken looks at the state.
        if waits {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
            self.waited.notify_one();
        }
    }

    /// The last polls of a source since the daemon started, newest first.
    #[must_use]
    pub fn attempts(&self, id: &SourceId) -> Vec<Attempt> {
        let attempts = read(&self.attempts);
        attempts.get(id).map(|attempts| attempts.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// Remembers a poll that ended.
    pub fn note(&self, id: &SourceId, attempt: Attempt) {
        let mut all = write(&self.attempts);
        let attempts = all.entry(id.clone()).or_default();
        if let Some(last) = attempts.back_mut().filter(|last| last.is_like(&attempt)) {
            *last = Attempt { first: last.first, times: last.times.saturating_add(1), ..attempt };
            return;
        }
        if attempts.len() == ATTEMPTS_MAX {
            attempts.pop_front();
        }
        attempts.push_back(attempt);
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(second: i64, outcome: &'static str, words: &str, inserted: usize) -> Attempt {
        let at = Timestamp::from_timestamp(second, 0).unwrap();
        let words = words.to_owned();
        Attempt { first: at, last: at, times: 1, outcome, words, took: 7, length: None, inserted, updated: 0 }
    }

    #[test]
    fn polls_that_come_to_the_same_are_remembered_as_one_and_news_apart() {
        let (board, id) = (Board::default(), SourceId::new("a").unwrap());
        let polls = [
            attempt(1, "read", "", 2),
            attempt(2, "not-modified", "", 0),
            attempt(3, "not-modified", "", 0),
            attempt(4, "unreachable", "timed out", 0),
            attempt(5, "unreachable", "refused", 0),
            attempt(6, "read", "", 0),
            attempt(7, "read", "", 1),
            attempt(8, "read", "", 1),
        ];
        for poll in polls {
            board.note(&id, poll);
        }
        let told = board.attempts(&id);
        let told: Vec<_> =
            told.iter().map(|it| (it.first.timestamp(), it.last.timestamp(), it.times, it.outcome)).collect();
        let wanted = [
            (8, 8, 1, "read"),
            (7, 7, 1, "read"),
            (6, 6, 1, "read"),
            (5, 5, 1, "unreachable"),
            (4, 4, 1, "unreachable"),
            (2, 3, 2, "not-modified"),
            (1, 1, 1, "read"),
        ];
        assert_eq!(told, wanted);
        assert!(board.attempts(&SourceId::new("b").unwrap()).is_empty());
    }

    #[test]
    fn of_a_source_only_the_last_are_remembered() {
        let (board, id) = (Board::default(), SourceId::new("a").unwrap());
        for second in 0..100 {
            board.note(&id, attempt(second, "read", "", 1));
        }
        let told = board.attempts(&id);
        assert_eq!((told.len(), told[0].last.timestamp(), told[11].last.timestamp()), (12, 99, 88));
    }
}
