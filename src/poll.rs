//! One source, once: fetch, parse, normalize, reconcile, conclude, commit. Every path ends in a commit.

mod readers;
mod reading;

use std::{sync::Arc, time::Duration};

use tracing::{debug, info, warn};

use crate::{
    board::Board,
    cadence,
    fetch::{self, Body, Fetched, Fetcher},
    model::{
        Alike, Changes, Commit, Digest, Failure, Hints, Known, Outcome, Reach, Source, SourceId, SourceState,
        State, Tally, Timestamp, Validators,
    },
    normalize::{self, Arrival, Candidate},
    store::{Store, StoreError},
};
use readers::{ReadError, Readers};
use reading::reading_digest;

/// Everything a poll needs.
pub struct Poller<Clock> {
    fetcher: Fetcher,
    store: Store,
    board: Arc<Board>,
    readers: Readers,
    clock: Clock,
}

/// What a poll came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// When the source is due again.
    pub next: Timestamp,
    /// Whether readers see a difference.
    pub changed: bool,
}

/// A document that was read, and what it changes.
struct Reading {
    outcome: Outcome,
    changes: Changes,
}

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// A poller that keeps `board` in step with `store`.
    pub fn new(fetcher: Fetcher, store: Store, board: Arc<Board>, clock: Clock) -> Self {
        Self { fetcher, store, board, readers: Readers::new(), clock }
    }

    /// Polls the source. `window` is the live window: entries of a first document older than it are no news.
    pub async fn poll(&self, source: &Arc<Source>, window: Duration) -> Polled {
        let before = self.board.state(&source.id);
        let reading = match self.ask(source, &before, window).await {
            Ok(reading) => reading,
            Err(failure) => Reading { outcome: Outcome::Failed(failure), changes: Changes::default() },
        };
        let now = (self.clock)();
        let after = cadence::conclude(&before, source, &reading.outcome, now, chance(&source.id, now));
        tell(&source.id, &reading.outcome, &after, now);
        tell_notes(&source.id, &before, &after);
        let changed = !(reading.changes.inserted.is_empty() && reading.changes.updated.is_empty());
        match self.commit(source, reading, after.clone(), now).await {
            Ok(()) => {
                let next = after.next_poll;
                self.board.set(&source.id, after);
                Polled { next, changed }
            }
            Err(error) => {
                // The old validators stand, so nothing is lost: the document is read again next time.
                let failure = internal(
                    &format!("could not keep what was read: {}", error.in_words()),
                    Hints::default(),
                );
                let chance = chance(&source.id, now);
                let after = cadence::unkept(&before, &after, source, failure, now, chance);
                warn!(source = %source.id, error = error.in_words(), "a poll could not be kept");
                let next = after.next_poll;
                self.board.set(&source.id, after);
                Polled { next, changed: false }
            }
        }
    }

    async fn ask(
        &self,
        source: &Arc<Source>,
        before: &SourceState,
        window: Duration,
    ) -> Result<Reading, Failure> {
        let reading = reading_digest(source);
        let known = before.reading == Some(reading);
        // What the last reading depended on has changed: the same document would be read differently now.
        let validators = if known { before.validators.clone() } else { Validators::default() };
        let request = fetch::Request {
            url: &source.url,
            validators: &validators,
            limits: &source.limits,
            access: &source.access,
            feed: Some(source),
        };
        let fetched = self.fetcher.fetch(&request, (self.clock)()).await.map_err(|error| error.failure())?;
        let outcome = match fetched {
            Fetched::NotModified { hints, .. } => Outcome::NotModified(hints),
            Fetched::Body(body) => {
                let digest = Digest::of(&[&body.bytes]);
                if !known || before.body != Some(digest) {
                    return self.read(source, before, window, body, digest, reading).await;
                }
                Outcome::Unchanged(body.hints, body.validators)
            }
        };
        Ok(Reading { outcome, changes: Changes::default() })
    }

    async fn read(
        &self,
        source: &Arc<Source>,
        before: &SourceState,
        window: Duration,
        body: Body,
        digest: Digest,
        reading: Digest,
    ) -> Result<Reading, Failure> {
        let (hints, validators) = (body.hints, body.validators.clone());
        let document = self.readers.read(body, Arc::clone(source), (self.clock)()).await;
        let document = document.map_err(|error| unreadable(&error, hints))?;
        let recalled = self.recall(&source.id, &document.entries).await;
        let (known, alike) = recalled.map_err(|error| {
            // What the document says of its pace holds for us too, though we could not take it.
            let hints = Hints { max_age: hints.max_age.max(document.ttl), ..hints };
            internal(&format!("could not look up what is kept: {}", error.in_words()), hints)
        })?;
        let reread = before.reading.is_some_and(|last| last != reading);
        let arrival = Arrival { now: (self.clock)(), first: before.reading.is_none(), reread, window };
        let entries = document.entries;
        // Digests of every text: not for the async threads, however long the document is.
        let reconcile = move || normalize::reconcile(entries, &known, &alike, &arrival);
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
            inserted: changes.inserted.len(),
            updated: changes.updated.len(),
            repairs: document.repairs,
            warnings: document.warnings,
        };
        Ok(Reading { outcome: Outcome::Read(tally), changes })
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
        at: Timestamp,
    ) -> Result<(), StoreError> {
        // A deadline that the publisher set must survive a crash; other states cost at most a repeated request.
        let durable =
            matches!(&reading.outcome, Outcome::Failed(failure) if failure.hints.retry_after.is_some());
        let commit = Commit { source: source.id.clone(), at, changes: reading.changes, state, durable };
        self.store.commit(commit).await.map(drop)
    }
}

fn unreadable(error: &ReadError, hints: Hints) -> Failure {
    let state = match error {
        ReadError::Parse(_) => State::Unreadable,
        ReadError::Overran | ReadError::Straying => State::TooMuch,
        ReadError::Choked | ReadError::Died | ReadError::NoThread(_) => State::Internal,
    };
    Failure {
        state,
        reason: error.to_string().chars().take(Failure::REASON_MAX).collect(),
        hints,
        reach: Reach::Answered,
    }
}

fn internal(reason: &str, hints: Hints) -> Failure {
    let reason = reason.chars().take(Failure::REASON_MAX).collect();
    Failure { state: State::Internal, reason, hints, reach: Reach::Answered }
}

/// A number in 0..1 that differs from source to source and from poll to poll, and needs no generator.
fn chance(id: &SourceId, now: Timestamp) -> f64 {
    let Digest(bytes) = Digest::of(&[id.as_str().as_bytes(), &now.timestamp_millis().to_le_bytes()]);
    f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / f64::from(u32::MAX)
}

/// One line for each poll that is worth one: news, and failures; the rest only for who asks for it.
fn tell(id: &SourceId, outcome: &Outcome, after: &SourceState, now: Timestamp) {
    let next = (after.next_poll - now).num_seconds();
    match outcome {
        Outcome::Read(tally) if tally.inserted + tally.updated > 0 => {
            info!(source = %id, new = tally.inserted, updated = tally.updated, next_s = next, "polled");
        }
        Outcome::Failed(failure) => {
            let state = failure.state;
            warn!(source = %id, ?state, failures = after.failures, next_s = next, "poll failed: {}", failure.reason);
        }
        Outcome::Read(_) | Outcome::Unchanged(..) | Outcome::NotModified(_) => {
            debug!(source = %id, next_s = next, "polled, nothing new");
        }
    }
}

/// What had to be put right, and what the publisher should know: once, not at every poll.
fn tell_notes(id: &SourceId, before: &SourceState, after: &SourceState) {
    for repair in after.repairs.iter().filter(|repair| !before.repairs.contains(repair)) {
        info!(source = %id, "repaired: {repair}");
    }
    for warning in after.warnings.iter().filter(|warning| !before.warnings.contains(warning)) {
        info!(source = %id, "{warning}");
    }
}
