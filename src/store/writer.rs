//! The one thread that writes, and the one that watches it. Knows the engine only by its contract.

mod watchdog;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinError,
};

use crate::{
    metrics::StoreMetrics,
    model::{ChannelId, ChannelState, Commit, Committed, Seq},
};

use self::watchdog::Watch;
use super::{Engine, StoreError, notes::Notes};

/// Writes that share one fsync at most.
const GROUP_MAX: usize = 64;

/// A group takes milliseconds; one that takes this long never ends (sled after a failed write).
const GROUP_DEADLINE: Duration = Duration::from_mins(1);

/// How often the writer is looked at.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// What the writer is asked.
#[derive(Debug)]
pub(super) enum Request {
    /// To write, and to tell what came of it.
    Write(Work, oneshot::Sender<Result<Committed, StoreError>>),
    /// To write what was noted.
    Notes,
    /// To take no more.
    Close,
}

/// What is to be written.
#[derive(Debug)]
pub(super) enum Work {
    Commit(Box<Commit>),
    Channel(ChannelId, Box<ChannelState>),
    Bury(Vec<Seq>),
    Forget(Vec<Seq>),
    TakeDown(Vec<Seq>),
}

impl Work {
    /// Whether it must be on the disk before it is answered.
    fn needs_sync(&self) -> bool {
        match self {
            Self::Commit(commit) => commit.durable || !commit.changes.is_empty(),
            Self::Channel(..) => false,
            // Nobody waits for it, but so much log between two fsyncs was not measured to be safe.
            Self::Bury(_) | Self::Forget(_) | Self::TakeDown(_) => true,
        }
    }
}

/// Whether the store has failed, and why; once and for all.
#[derive(Debug, Clone)]
pub(super) struct Failure(Arc<watch::Sender<Option<String>>>);

impl Default for Failure {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Failure {
    /// Only the first reason is kept: it is the cause of the others.
    fn tell(&self, error: &StoreError) {
        self.0.send_if_modified(|reason| {
            let first = reason.is_none();
            reason.get_or_insert_with(|| error.in_words());
            first
        });
    }

    pub fn check(&self) -> Result<(), StoreError> {
        match &*self.0.borrow() {
            None => Ok(()),
            Some(reason) => Err(StoreError::Failed { reason: reason.clone() }),
        }
    }

    /// The reason, once there is one.
    pub fn reason(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Waits for a failure.
    pub async fn told(&self) -> String {
        let mut receiver = self.0.subscribe();
        let told = receiver.wait_for(Option::is_some).await;
        // `self` keeps the sender, so that there always is a reason.
        told.map(|reason| reason.clone().unwrap_or_default()).unwrap_or_default()
    }
}

/// Held for writing while something is applied that is not acknowledged yet: who shows entries to people holds it for
/// reading, so that nobody is shown what a power cut could still undo.
pub(super) type Gate = Arc<RwLock<()>>;

/// Tells the writer's end, once.
pub(super) type End = Receiver<Result<(), StoreError>>;

/// What the writer works with.
pub(super) struct Means {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) notes: Notes,
    pub(super) failure: Failure,
    pub(super) unacknowledged: Gate,
    pub(super) metrics: StoreMetrics,
}

/// Starts both threads. `queue` is where `requests` come from; it does not keep them coming.
pub(super) fn start(
    means: Means,
    requests: mpsc::Receiver<Request>,
    queue: mpsc::WeakSender<Request>,
) -> Result<End, StoreError> {
    let (ended, end) = sync_channel(1);
    let (alive, life) = sync_channel(0);
    let busy_since = Arc::new(Mutex::new(None));
    let Means { engine, notes, failure, unacknowledged, metrics } = means;
    let watch = Watch {
        engine: Arc::clone(&engine),
        busy_since: Arc::clone(&busy_since),
        failure: failure.clone(),
        notes: notes.clone(),
        queue,
        life,
        deadline: GROUP_DEADLINE,
        every: WATCH_EVERY,
    };
    let watch = thread_named("store-watch", move || watch.run())?;
    let mut writer =
        Writer { engine, requests, notes, failure, busy_since, unacknowledged, metrics, _alive: alive };
    thread_named("store-writer", move || {
        let outcome = writer.run();
        // Before telling: who waits for the end may want to open the database again.
        drop(writer);
        let _ = watch.join();
        let _ = ended.send(outcome);
    })?;
    Ok(end)
}

fn thread_named(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<thread::JoinHandle<()>, StoreError> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map_err(|source| StoreError::Engine {
        action: "starting the store's threads",
        source: Box::new(source),
    })
}

/// A blocking task that panicked, or was never run because the runtime is ending.
pub(super) fn ended_badly(action: &'static str, error: JoinError) -> StoreError {
    match error.try_into_panic() {
        Ok(payload) => StoreError::panicked(action, &*payload),
        Err(_) => StoreError::Closed,
    }
}

struct Writer {
    engine: Arc<dyn Engine>,
    requests: mpsc::Receiver<Request>,
    notes: Notes,
    failure: Failure,
    busy_since: Arc<Mutex<Option<Instant>>>,
    unacknowledged: Gate,
    metrics: StoreMetrics,
    /// Its end tells the watch to end.
    _alive: SyncSender<()>,
}

impl Writer {
    fn run(&mut self) -> Result<(), StoreError> {
        while let Some(first) = self.requests.blocking_recv() {
            let mut works = Vec::new();
            let mut waiting = Vec::new();
            let mut next = Some(first);
            while let Some(request) = next.take() {
                match request {
                    Request::Notes => {}
                    Request::Close => self.requests.close(),
                    Request::Write(work, done) => {
                        works.push(work);
                        waiting.push(done);
                    }
                }
                next = if works.len() < GROUP_MAX { self.requests.try_recv().ok() } else { None };
            }
            self.answer(self.guarded(|| self.write(&works)), waiting);
        }
        // Also what was not worth an fsync of its own.
        self.guarded(|| self.write_notes().and_then(|()| self.engine.sync()))
    }

    /// Writes what was noted so far. A refusal is no failure: its sources will be asked again, or noted again.
    fn write_notes(&self) -> Result<(), StoreError> {
        let noted = self.notes.take();
        if noted.is_empty() {
            return Ok(());
        }
        self.engine.keep_states(&noted).or_else(|error| if error.is_refusal() { Ok(()) } else { Err(error) })
    }

    /// Applies each, then syncs once. An error means that nothing of the group may be acknowledged.
    fn write(&self, works: &[Work]) -> Result<Vec<Result<Committed, StoreError>>, StoreError> {
        let mut outcomes = Vec::with_capacity(works.len());
        let mut sync = false;
        let _unacknowledged = self.unacknowledged.write().unwrap_or_else(PoisonError::into_inner);
        self.write_notes()?;
        for work in works {
            let done = |()| Committed::default();
            let outcome = match work {
                Work::Commit(commit) => self.engine.apply(commit),
                Work::Channel(id, state) => self.engine.keep_channel(id, state).map(done),
                Work::Bury(seqs) => self.engine.bury(seqs).map(done),
                Work::Forget(seqs) => self.engine.forget(seqs).map(done),
                Work::TakeDown(seqs) => self.engine.take_down(seqs),
            };
            match outcome {
                Err(error) if !error.is_refusal() => return Err(error),
                outcome => {
                    sync |= outcome.is_ok() && work.needs_sync();
                    outcomes.push(outcome);
                }
            }
        }
        if sync {
            self.engine.sync()?;
            self.metrics.flushed();
        }
        Ok(outcomes)
    }

    /// Runs what writes, unless the store has failed; marks it failed when this fails or panics.
    fn guarded<T>(&self, write: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.failure.check()?;
        self.set_busy(Some(Instant::now()));
        let caught = catch_unwind(AssertUnwindSafe(write));
        self.set_busy(None);
        let written =
            caught.unwrap_or_else(|payload| Err(StoreError::panicked("writing to the store", &*payload)));
        written.map_err(|error| {
            self.failure.tell(&error);
            StoreError::Failed { reason: error.in_words() }
        })
    }

    fn answer(
        &self,
        written: Result<Vec<Result<Committed, StoreError>>, StoreError>,
        waiting: Vec<oneshot::Sender<Result<Committed, StoreError>>>,
    ) {
        let mut outcomes = written.unwrap_or_default().into_iter();
        for done in waiting {
            let failed = || self.failure.check().map(|()| Committed::default());
            // Nobody may wait any more; what was written stays.
            let _ = done.send(outcomes.next().unwrap_or_else(failed));
        }
    }

    fn set_busy(&self, since: Option<Instant>) {
        *self.busy_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}
