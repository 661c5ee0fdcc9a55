//! Keeps entries and states: the contract of a database ([`Engine`]), and the handle by which the other rooms await it
//! ([`Store`]). Knows the vocabulary and nothing else of ours: not where entries come from, nor what becomes of them.

mod archive;
#[cfg(test)]
mod contract;
mod engine;
mod error;
pub mod export;
mod memory;
mod notes;
mod plan;
mod reading;
mod retention;
mod rows;
#[cfg(test)]
mod samples;
mod sled;
mod takedown;
#[cfg(test)]
mod trial;
mod work;
mod writer;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    metrics::{CommitEnd, StoreMetrics},
    model::{ChannelId, ChannelState, Commit, Committed, SourceId, SourceState},
};

pub use self::{
    engine::{ALIKE_MAX, Census, Compaction, Engine, Scope, Usage, Wanted},
    error::StoreError,
    memory::MemoryEngine,
    retention::{Keep, Pruned},
    rows::Sources,
    sled::{Options, Rescue, SledEngine, panics_are_expected},
    takedown::FOUND_MAX,
};

use self::{
    notes::Notes,
    writer::{End, Failure, Gate, Request, Work},
};

/// Writes that wait before the next one has to wait for room among them.
const QUEUE_MAX: usize = 64;

/// How long [`Store::close`] waits for the last writes.
const CLOSE_DEADLINE: Duration = Duration::from_secs(10);

/// The handle to the store; clones are cheap and mean the same store.
///
/// One thread owns all writes and shares one fsync among those that wait together. Reads run beside it on blocking
/// threads. After a write has failed, and it is unknown what reached the disk, the store is *failed*: reads go on as
/// far as the engine still can, writes give [`StoreError::Failed`] at once, and [`Store::failed`] tells, so that the
/// process can be ended and begin anew from what the disk holds.
///
/// When the last clone goes, waiting writes are still done, but nobody waits for them: end with [`Store::close`].
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    queue: mpsc::Sender<Request>,
    notes: Notes,
    failure: Failure,
    unacknowledged: Gate,
    metrics: StoreMetrics,
    /// Held while the database is made anew.
    compacting: Arc<Mutex<()>>,
    ended: Arc<Mutex<Option<End>>>,
}

impl Store {
    /// Opens the sled store in this folder, or makes one there, as usual.
    ///
    /// # Errors
    /// See [`SledEngine::open`].
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_with(path, Options::default()).await
    }

    /// Opens the sled store in this folder, or makes one there.
    ///
    /// # Errors
    /// See [`SledEngine::open`].
    pub async fn open_with(path: impl Into<PathBuf>, options: Options) -> Result<Self, StoreError> {
        let path = path.into();
        let opening = spawn_blocking(move || SledEngine::open_with(&path, options).and_then(Self::new));
        opening.await.map_err(|error| writer::ended_badly("opening the store", error))?
    }

    /// A store on this engine.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(engine: impl Engine) -> Result<Self, StoreError> {
        let engine: Arc<dyn Engine> = Arc::new(engine);
        let failure = Failure::default();
        let (queue, requests) = mpsc::channel(QUEUE_MAX);
        let unacknowledged = Gate::default();
        let notes = Notes::default();
        let metrics = StoreMetrics::default();
        metrics.set_rescued(engine.rescue().is_some());
        let writer = writer::Means {
            engine: Arc::clone(&engine),
            notes: notes.clone(),
            failure: failure.clone(),
            unacknowledged: Arc::clone(&unacknowledged),
            metrics: metrics.clone(),
        };
        let ended = writer::start(writer, requests, queue.downgrade())?;
        let ended = Arc::new(Mutex::new(Some(ended)));
        let compacting = Arc::default();
        Ok(Self { engine, queue, notes, failure, unacknowledged, metrics, compacting, ended })
    }

    /// Writes a poll's end, all of it or nothing. When this returns well, a commit with changes, or one that asks to
    /// be durable, is on the disk.
    ///
    /// A future that is dropped does not take its commit back.
    ///
    /// # Errors
    /// When nothing was written (a [refusal](StoreError::is_refusal)), when it is unknown whether it was (the store
    /// has failed), or when the store is closed.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.notes.forget(&commit.source);
        let asked = Instant::now();
        let outcome = self.write(Work::Commit(Box::new(commit))).await;
        let end = match &outcome {
            Ok(_) => CommitEnd::Kept,
            Err(error) if error.is_refusal() => CommitEnd::Refused,
            Err(_) => CommitEnd::Failed,
        };
        self.metrics.committed(end, asked.elapsed());
        outcome
    }

    /// Remembers the state of a source whose poll brought nothing new. It is written with the next commit, or within a
    /// second or so; [`Store::close`] writes it too.
    ///
    /// # Errors
    /// When the store has failed: the state will not be kept.
    pub fn note(&self, source: SourceId, state: SourceState) -> Result<(), StoreError> {
        self.failure.check()?;
        self.notes.note(source, state);
        Ok(())
    }

    /// Remembers a channel's state. It reaches the disk with the next commit that has changes, or soon after.
    ///
    /// # Errors
    /// As with [`Store::commit`].
    pub async fn keep_channel(&self, id: ChannelId, state: ChannelState) -> Result<(), StoreError> {
        self.write(Work::Channel(id, Box::new(state))).await.map(drop)
    }

    async fn write(&self, work: Work) -> Result<Committed, StoreError> {
        let asked = async {
            let (done, answer) = oneshot::channel();
            self.queue.send(Request::Write(work, done)).await.map_err(|_| StoreError::Closed)?;
            answer.await.unwrap_or(Err(StoreError::Closed))
        };
        tokio::select! {
            // An answer that is there counts, also when the store failed later.
            biased;
            answer = asked => answer,
            reason = self.failure.told() => Err(StoreError::Failed { reason }),
        }
    }

    /// What is counted of it; a clone counts on.
    #[must_use]
    pub fn metrics(&self) -> StoreMetrics {
        self.metrics.clone()
    }

    /// Waits until the store has failed, and says why. Ends never while all is well.
    pub async fn failed(&self) -> String {
        self.failure.told().await
    }

    /// Why the store has failed, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failure.reason()
    }

    /// Whether there is room on the disk to write; also asked of a store that has failed.
    ///
    /// # Errors
    /// When there is not, in words.
    pub fn room(&self) -> Result<(), StoreError> {
        self.engine.room()
    }

    /// What became of a store that was found damaged when it was opened; none where all was well.
    #[must_use]
    pub fn rescue(&self) -> Option<&Rescue> {
        self.engine.rescue()
    }

    /// Takes no more writes, does those that wait, brings them to the disk, and ends the writer. Clones can still
    /// read; the database itself is closed with the last of them.
    ///
    /// # Errors
    /// When the last writes failed or are not done after 10 s, when the database does not close in 10 s more, or when a
    /// clone has closed the store already.
    pub async fn close(self) -> Result<(), StoreError> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ended = ended.ok_or(StoreError::Closed)?;
        tokio::select! {
            biased;
            _ = self.queue.send(Request::Close) => {}
            // A writer that hangs takes nothing from a full queue.
            _ = self.failure.told() => {}
        }
        let closing = spawn_blocking(move || {
            let late = |_| StoreError::Unfinished { seconds: CLOSE_DEADLINE.as_secs() };
            let outcome = ended.recv_timeout(CLOSE_DEADLINE).map_err(late)?;
            // Dropped here, as closing the database blocks; of one that has failed it may do so for ever.
            drop(self);
            outcome
        });
        let late = |_| StoreError::Unfinished { seconds: 2 * CLOSE_DEADLINE.as_secs() };
        let closed = timeout(2 * CLOSE_DEADLINE, closing).await.map_err(late)?;
        closed.map_err(|error| writer::ended_badly("closing the store", error))?
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("failure", &self.failure).finish_non_exhaustive()
    }
}
