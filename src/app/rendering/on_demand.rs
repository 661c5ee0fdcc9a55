//! Documents that are made when somebody asks for them: each once, however many ask, a few at a time, and kept while
//! there is room. Knows nothing of what is in them.

use std::{
    collections::{HashMap, hash_map::Entry},
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use quick_cache::sync::Cache;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::{
    RenderError,
    cache::{BySize, CacheKey},
};
use crate::publish::Edition;

/// What the documents may take, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// Roughly how many documents that is.
const CACHE_DOCUMENTS: usize = 1_000;
/// Documents made at once; who comes later waits.
const RENDERS_MAX: usize = 2;

/// How a making ended; the same for all who waited.
pub(in super::super) type Made = Result<Edition, Arc<RenderError>>;

type Makings = HashMap<CacheKey, Arc<watch::Sender<Option<Made>>>>;

/// The documents, and those in the making.
pub(super) struct OnDemand {
    cache: Cache<CacheKey, Edition, BySize>,
    makings: Mutex<Makings>,
    turns: Semaphore,
    tasks: Mutex<JoinSet<()>>,
}

impl OnDemand {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::with_weighter(CACHE_DOCUMENTS, CACHE_BYTES, BySize),
            makings: Mutex::default(),
            turns: Semaphore::new(RENDERS_MAX),
            tasks: Mutex::default(),
        })
    }

    /// Drops what is kept.
    pub(super) fn clear(&self) {
        self.cache.clear();
    }

    /// The document, if it is kept.
    pub(super) fn kept(&self, key: &CacheKey) -> Option<Edition> {
        self.cache.get(key)
    }

    /// Keeps what was made beside another document.
    pub(super) fn keep(&self, key: CacheKey, edition: Edition) {
        self.cache.insert(key, edition);
    }

    /// The document: kept, in the making, or made by `make`. Making begins when its turn comes, unless all who asked have
    /// gone by then; once begun it goes on to its end, and what it made is kept.
    pub(super) async fn get(
        self: &Arc<Self>,
        key: CacheKey,
        make: impl Future<Output = Result<Edition, RenderError>> + Send + 'static,
    ) -> Made {
        if let Some(edition) = self.kept(&key) {
            return Ok(edition);
        }
        let mut told = self.join(key, make);
        match told.wait_for(Option::is_some).await.map(|outcome| outcome.clone()) {
            Ok(Some(outcome)) => outcome,
            // Its task has panicked.
            Ok(None) | Err(_) => Err(Arc::new(RenderError::Lost)),
        }
    }

    /// Where the making of this document tells its end. It is begun if nobody else has.
    fn join(
        self: &Arc<Self>,
        key: CacheKey,
        make: impl Future<Output = Result<Edition, RenderError>> + Send + 'static,
    ) -> watch::Receiver<Option<Made>> {
        let mut makings = self.makings();
        let making = match makings.entry(key) {
            Entry::Occupied(known) => return known.get().subscribe(),
            Entry::Vacant(new) => {
                // It may have been made since we looked.
                if let Some(edition) = self.kept(new.key()) {
                    return watch::channel(Some(Ok(edition))).1;
                }
                let sender = Arc::new(watch::Sender::new(None));
                let key = new.key().clone();
                new.insert(Arc::clone(&sender));
                Making { all: Arc::clone(self), key, sender }
            }
        };
        let told = making.sender.subscribe();
        drop(makings);
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(making.run(make));
        told
    }

    fn makings(&self) -> MutexGuard<'_, Makings> {
        self.makings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A document in the making. Whoever asks from its end on begins anew, also where it ended in a panic.
struct Making {
    all: Arc<OnDemand>,
    key: CacheKey,
    sender: Arc<watch::Sender<Option<Made>>>,
}

impl Making {
    async fn run(self, make: impl Future<Output = Result<Edition, RenderError>>) {
        let _turn = tokio::select! {
            // Never closed; were it, making without a turn would be the lesser evil.
            turn = self.all.turns.acquire() => turn.ok(),
            () = self.unwanted() => return,
        };
        let outcome = make.await;
        if let Ok(edition) = &outcome {
            self.all.cache.insert(self.key.clone(), edition.clone());
        }
        self.sender.send_replace(Some(outcome.map_err(Arc::new)));
    }

    /// Ends when nobody waits any more; nobody can join from then on.
    async fn unwanted(&self) {
        loop {
            self.sender.closed().await;
            let mut makings = self.all.makings();
            if self.sender.receiver_count() == 0 {
                self.leave(&mut makings);
                return;
            }
        }
    }

    /// Unless another making has taken its place.
    #[allow(
        clippy::mutable_key_type,
        reason = "a configuration is told from others by where it lies, not by what is in it"
    )]
    fn leave(&self, makings: &mut Makings) {
        if makings.get(&self.key).is_some_and(|known| Arc::ptr_eq(known, &self.sender)) {
            makings.remove(&self.key);
        }
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        let all = Arc::clone(&self.all);
        self.leave(&mut all.makings());
    }
}

#[cfg(test)]
mod tests;
