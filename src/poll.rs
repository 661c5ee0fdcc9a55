//! One source, once: fetch, parse, normalize, reconcile, conclude, commit. Every path ends in a commit. And one article,
//! once, in the same way.

mod account;
mod article;
mod attempt;
mod failures;
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
use tracing::{info, warn};
use url::Url;

use crate::{
    board::Board,
    cadence::{self, Circumstances},
    fetch::{self, Body, Fetched, Fetcher},
    filter,
    hosts::{Host, Itinerary, Visit},
    model::{
        Alike, Attempt, Changes, Commit, Digest, Failure, Hints, Known, Outcome, Reach, Source, SourceId,
        SourceState, State, Tally, Timestamp, Validators,
    },
    normalize::{self, Arrival, Candidate},
    store::{Store, StoreError},
};
use account::Cost;
use article::enqueue;
use failures::{internal, unreadable};
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
    /// What reading the document took.
    took: Option<Duration>,
}

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// A poller that keeps `board` in step with `store`.
    pub fn new(fetcher: Fetcher, store: Store, board: Arc<Board>, clock: Clock) -> Self {
        Self { fetcher, store, board, readers: Readers::new(), robots: RobotsOfHosts::default(), clock }
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
        let mut reading =
            reading.unwrap_or_else(|outcome| Reading { outcome, changes: Changes::default(), took: None });
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
        let present = self.board.state(id);
        // Documents are known by it: two changes are never of one instant.
        let later = present.last_change.map(|at| at + TimeDelta::milliseconds(1));
        let is_changed = after.last_change != before.last_change;
        after.last_change = if is_changed { after.last_change.max(later) } else { present.last_change };
        after.history = present.history;
        after.articles = present.articles;
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
        Ok(Reading { outcome, changes: Changes::default(), took: None })
    }

    async fn read(
        &self,
        asked: &Asked<'_>,
        way: &mut Itinerary,
        body: Body,
        digest: Digest,
    ) -> Result<Reading, Failure> {
        let Asked { source, before, window, question } = *asked;
        let (hints, validators) = (body.hints, body.validators.clone());
        let (asked, matched) = (question.url.clone(), before.matched);
        let began = Instant::now();
        let document = self.readers.read(body, Arc::clone(source), (self.clock)(), asked, matched).await;
        let took = began.elapsed();
        let mut document = document.map_err(|error| unreadable(&error, hints))?;
        if before.reading.is_none() {
            self.read_on(source, way, &mut document).await;
        }
        let reading = question.reading;
        let recalled = self.recall(&source.id, &document.entries).await;
        let (known, alike) = recalled.map_err(|error| {
            // What the document says of its pace holds for us too, though we could not take it.
            let hints = Hints { max_age: hints.max_age.max(document.ttl), ..hints };
            internal(&format!("could not look up what is kept: {}", error.in_words()), hints)
        })?;
        let recognised = known.len();
        let reread = before.reading.is_some_and(|last| last != reading);
        let arrival = Arrival { now: (self.clock)(), first: before.last_entry.is_none(), reread, window };
        let entries = document.entries;
        // Digests of every text: not for the async threads, however long the document is.
        let republishing = source.republishing.clone();
        let reconcile = move || {
            let mut changes = normalize::reconcile(entries, &known, &alike, &arrival);
            filter::judge(&mut changes, &republishing);
            changes
        };
        let changes = tokio::task::spawn_blocking(reconcile).await;
        let changes = changes.map_err(|error| internal(&format!("could not reconcile: {error}"), hints))?;
        if changes.rekeyed > 0 {
            let entries = changes.rekeyed;
            info!(source = %source.id, entries, "the publisher gave entries that are known new ids");
        }
        let tally = Tally {
            hints,
            validators,
            body: digest,
            reading,
            document_ttl: document.ttl,
            skip: document.skip,
            rhythm: document.rhythm,
            recognised,
            inserted: changes.inserted.len(),
            updated: changes.updated.len(),
            rights: document.rights,
            matched: document.matched,
            repairs: document.repairs,
            warnings: document.warnings,
        };
        Ok(Reading { outcome: Outcome::Read(tally), changes, took: Some(took) })
    }

    /// What is kept of a document's entries.
    async fn recall(&self, id: &SourceId, entries: &[Candidate]) -> Result<(Known, Alike), StoreError> {
        let mut known = self.store.known(id.clone(), normalize::keys(entries)).await?;
        let doubts = normalize::doubts(entries, &known);
        let mut alike = Alike::new();
        if !doubts.keys.is_empty() {
            known.extend(self.store.known(id.clone(), doubts.keys).await?);
        }
        if !doubts.titles.is_empty() {
            alike = self.store.alike(id.clone(), doubts.titles).await?;
        }
        Ok((known, alike))
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
        let commit = Commit { source: source.id.clone(), at, changes: reading.changes, state, durable };
        self.store.commit(commit).await.map(|committed| committed.touched)
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
