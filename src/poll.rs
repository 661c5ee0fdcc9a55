//! One source, once: fetch, parse, normalize, reconcile, conclude, commit. Every path ends in a commit. And one article,
//! once, in the same way.

mod account;
mod article;
mod attempt;
mod document;
mod failures;
mod memory;
mod pages;
mod polled;
mod question;
mod readers;
mod reading;
mod robots;
mod words;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::TimeDelta;
use tokio::time::Instant;
use tracing::warn;
use url::Url;

use crate::{
    board::Board,
    cadence::{self, Circumstances},
    fetch::{self, Fetched, Fetcher},
    hosts::{Host, Itinerary, Visit},
    model::{
        Attempt, Changes, Commit, Committed, Digest, EntryKey, Failure, Hints, Outcome, Reach, Source,
        SourceId, SourceState, State, Timestamp, Validators,
    },
    normalize::{self, Sighting},
    store::{Store, StoreError},
};
use account::Cost;
use article::enqueue;
use failures::internal;
use memory::Memory;
pub use polled::{Polled, Settled};
use question::Question;
use readers::Readers;
use robots::RobotsOfHosts;
pub use words::PUT_OFF;
use words::{tell, tell_notes};

/// A longer body's digest takes more than a tenth of a millisecond.
const DIGEST_INLINE: usize = 64 << 10;

/// Everything a poll needs.
pub struct Poller<Clock> {
    fetcher: Fetcher,
    store: Store,
    board: Arc<Board>,
    readers: Readers,
    robots: RobotsOfHosts,
    memory: Memory,
    clock: Clock,
}

/// What a poll has to go by once it has asked.
struct Asked<'a> {
    source: &'a Arc<Source>,
    before: &'a SourceState,
    window: Duration,
    question: &'a Question,
}

/// Why the end of a poll must be on the disk before it counts.
#[derive(Clone, Copy)]
struct Weight {
    /// An entry waits in the state alone for its article.
    durable: bool,
    /// Its source turned sick or well, which the health feed tells.
    turned: bool,
}

/// What the answer came to, and what it changes.
struct Reading {
    outcome: Outcome,
    changes: Changes,
    /// What a document held.
    sightings: Vec<Sighting>,
    /// What reading the document took.
    took: Option<Duration>,
}

impl Reading {
    /// Of an answer that changes nothing.
    fn without_changes(outcome: Outcome) -> Self {
        Self { outcome, changes: Changes::default(), sightings: Vec::new(), took: None }
    }
}

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// A poller that keeps `board` in step with `store`.
    pub fn new(fetcher: Fetcher, store: Store, board: Arc<Board>, clock: Clock) -> Self {
        let (readers, robots) = (Readers::new(), RobotsOfHosts::default());
        Self { fetcher, store, board, readers, robots, memory: Memory::default(), clock }
    }

    /// Polls the source, whose turn it is at its host. `window` is the live window: entries of a first document older
    /// than it are no news. `offline` tells that nobody can be reached.
    pub async fn poll(&self, source: &Arc<Source>, visit: Visit, window: Duration, offline: bool) -> Polled {
        let before = self.board.state(&source.id);
        let question = Question::now(source, &before, (self.clock)());
        let mut way = Itinerary::new(visit);
        let mut moved = None;
        let asked = Instant::now();
        let answer = self.ask(source, &question, &mut way, &mut moved).await;
        let cost = Cost::of(asked, &answer);
        let reading = match answer {
            Ok(fetched) => {
                let asked = Asked { source, before: &before, window, question: &question };
                self.take(&asked, &mut way, fetched).await.map_err(Outcome::Failed)
            }
            Err(outcome) => Err(outcome),
        };
        let mut reading = reading.unwrap_or_else(Reading::without_changes);
        let now = (self.clock)();
        let circumstances = Circumstances {
            now,
            chance: chance(&source.id, now),
            offline,
            unconditional: question.validators == Validators::default(),
            moved: moved.as_ref(),
        };
        let mut after = cadence::conclude(&before, source, &reading.outcome, &circumstances);
        if matches!(reading.outcome, Outcome::Failed(_))
            && let Some(wait) = cadence::held_for(&after, now)
        {
            way.hold(wait);
            after.throttled_at = way.host().map(|host| (host.name().to_owned(), host.port()));
        }
        drop(way);
        tell(&source.id, &reading.outcome, &before, &after, now);
        tell_notes(&source.id, &before, &after);
        let reach = reach(&reading.outcome);
        let _alone = self.board.alone(&source.id).await;
        self.catch_up(&source.id, &before, &mut after);
        let holds = enqueue(source, &before, &mut after, &mut reading.changes, now);
        // Without those that wait for their articles, which are counted when they are published.
        let turned = cost.chronicle(&mut after, &reading, now);
        let (attempt, parsing) = (cost.attempt(&reading, after.state, now), reading.took);
        let weight = Weight { durable: holds, turned };
        let kept = self.commit(source, reading, after.clone(), weight, now).await;
        let (after, attempt, touched) = match kept {
            Ok(touched) => (after, attempt, touched),
            Err(error) => {
                // The old validators stand, so nothing is lost: the document is read again next time.
                let words = format!("could not keep what was read: {}", error.in_words());
                let failure = internal(&words, Hints::default());
                warn!(source = %source.id, error = error.in_words(), "a poll could not be kept");
                let mut after = cadence::unkept(&before, &after, source, failure, &circumstances);
                self.catch_up(&source.id, &before, &mut after);
                (after, account::unkept(&attempt, words), Vec::new())
            }
        };
        let restated = after.rights != before.rights;
        let (next, host) = (after.next_poll, Host::of(&cadence::target(&after, source)));
        let Attempt { outcome, inserted, updated, .. } = attempt;
        self.board.set(&source.id, after);
        self.board.note(&source.id, attempt);
        let (asking, received) = (cost.took, cost.length);
        Polled { next, host, asking, parsing, received, reach, outcome, inserted, updated, restated, touched }
    }

    /// Takes over what articles have changed since the poll began.
    fn catch_up(&self, id: &SourceId, before: &SourceState, after: &mut SourceState) {
        self.board.look(id, |present| {
            // Documents are known by it: two changes are never of one instant.
            let later = present.last_change.map(|at| at + TimeDelta::milliseconds(1));
            let is_changed = after.last_change != before.last_change;
            after.last_change = if is_changed { after.last_change.max(later) } else { present.last_change };
            after.history = Arc::clone(&present.history);
            after.articles.clone_from(&present.articles);
        });
    }

    async fn ask(
        &self,
        source: &Arc<Source>,
        question: &Question,
        way: &mut Itinerary,
        moved: &mut Option<Url>,
    ) -> Result<Fetched, Outcome> {
        let request = fetch::Request {
            url: &question.url,
            validators: &question.validators,
            limits: &source.limits,
            access: &source.access,
            feed: Some(source),
        };
        let fetched = self.fetcher.fetch(&request, way, (self.clock)()).await;
        let fetched = fetched.map_err(|error| match error.unwelcome() {
            Some(wait) => Outcome::PutOff { wait, reason: error.to_string() },
            None => Outcome::Failed(error.failure()),
        })?;
        *moved = fetched.moved().cloned();
        Ok(fetched)
    }

    /// Makes of an answer what it changes.
    async fn take(
        &self,
        asked: &Asked<'_>,
        way: &mut Itinerary,
        fetched: Fetched,
    ) -> Result<Reading, Failure> {
        let outcome = match fetched {
            Fetched::NotModified { hints, .. } => Outcome::NotModified(hints),
            Fetched::Body(body) => {
                let digest = digest(&body.bytes).await;
                if asked.question.anew || asked.before.body != Some(digest) {
                    return self.read(asked, way, body, digest).await;
                }
                Outcome::Unchanged(body.hints, body.validators)
            }
        };
        Ok(Reading::without_changes(outcome))
    }

    async fn commit(
        &self,
        source: &Source,
        reading: Reading,
        state: SourceState,
        weight: Weight,
        at: Timestamp,
    ) -> Result<Vec<SourceId>, StoreError> {
        // A deadline that the publisher set must survive a crash; other states cost at most a repeated request.
        let (quiet, durable) = match &reading.outcome {
            Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::PutOff { .. } => (true, false),
            Outcome::Failed(failure) => {
                let asked = failure.hints.retry_after.is_some();
                let durable = asked || matches!(failure.state, State::Throttled | State::Unavailable);
                (!durable, durable)
            }
            // An entry that waits for its article is kept in the state alone.
            Outcome::Read(_) => (false, weight.durable),
        };
        // Who reads of a turn in the health feed must not read of it again after a crash.
        let (quiet, durable) = (quiet && !weight.turned, durable || weight.turned);
        if quiet {
            return self.store.note(source.id.clone(), state).map(|()| Vec::new());
        }
        let Reading { outcome, changes, sightings, .. } = reading;
        let new: Vec<EntryKey> = changes.inserted.iter().map(|new| new.entry.identity.key()).collect();
        let commit = Commit { source: source.id.clone(), at, changes, state, durable };
        let Committed { inserted, touched, .. } = self.store.commit(commit).await?;
        if let Outcome::Read(tally) = outcome {
            // Where some were left out nobody can tell which.
            let known = if new.len() == inserted.len() { inserted } else { Vec::new() };
            let familiar = normalize::acquaint(&sightings, new.into_iter().zip(known));
            self.memory.keep(&source.id, tally.body, familiar);
        }
        Ok(touched)
    }
}

/// The body's digest; that of a long one not on the async threads.
async fn digest(bytes: &Bytes) -> Digest {
    if bytes.len() > DIGEST_INLINE {
        let shared = bytes.clone();
        if let Ok(digest) = tokio::task::spawn_blocking(move || Digest::of(&[&shared])).await {
            return digest;
        }
    }
    Digest::of(&[bytes])
}

/// How far a poll came; none where nothing was asked.
fn reach(outcome: &Outcome) -> Option<Reach> {
    match outcome {
        Outcome::Failed(failure) if matches!(failure.state, State::Forbidden | State::Internal) => None,
        Outcome::Failed(failure) => Some(failure.reach),
        Outcome::PutOff { .. } => None,
        Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::Read(_) => Some(Reach::Answered),
    }
}

/// A number in 0..1 that differs from source to source and from poll to poll, and needs no generator.
fn chance(id: &SourceId, now: Timestamp) -> f64 {
    let Digest(bytes) = Digest::of(&[id.as_str().as_bytes(), &now.timestamp_millis().to_le_bytes()]);
    f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / f64::from(u32::MAX)
}
