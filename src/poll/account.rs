//! What is noted of a poll: in its source's history, which is kept, and on the board, which is not.

use std::time::Duration;

use tokio::time::Instant;

use super::{Reading, words};
use crate::{
    cadence::{self, Measured},
    fetch::Fetched,
    model::{Attempt, NewEntry, Outcome, SourceState, State, Timestamp},
};

/// What asking took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) took: Duration,
    pub(super) length: Option<u64>,
}

impl Cost {
    /// What it took to get this answer, from when it was asked for.
    pub(super) fn of<Error>(asked: Instant, answer: &Result<Fetched, Error>) -> Self {
        let length = match answer {
            Ok(Fetched::Body(body)) => Some(body.length),
            Ok(Fetched::NotModified { .. }) | Err(_) => None,
        };
        Self { took: asked.elapsed(), length }
    }

    /// Adds the poll to the history of the state that was concluded from it, and tells whether its source turned sick or well.
    pub(super) fn chronicle(self, after: &mut SourceState, reading: &Reading, now: Timestamp) -> bool {
        let dates: Vec<Timestamp> = shown(reading).map(|new| new.date).collect();
        let measured = Measured { now, took: self.took, length: self.length, dates: &dates };
        cadence::chronicle(after, &reading.outcome, &measured)
    }

    /// The poll as a line of its source's page. `state` is the one that it left its source in.
    pub(super) fn attempt(self, reading: &Reading, state: State, now: Timestamp) -> Attempt {
        let words = match &reading.outcome {
            Outcome::Failed(failure) => failure.reason.clone(),
            Outcome::PutOff { reason, .. } => reason.clone(),
            Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::Read(_) => String::new(),
        };
        Attempt {
            first: now,
            last: now,
            times: 1,
            outcome: words::outcome(&reading.outcome, state),
            words,
            took: u32::try_from(self.took.as_millis()).unwrap_or(u32::MAX),
            length: self.length,
            inserted: shown(reading).count(),
            updated: reading.changes.updated.len(),
        }
    }
}

/// The entries that are new and that readers see.
fn shown(reading: &Reading) -> impl Iterator<Item = &NewEntry> {
    reading.changes.inserted.iter().filter(|new| new.dropped.is_none())
}

/// The poll as one whose end could not be kept, for this reason.
pub(super) fn unkept(attempt: &Attempt, words: String) -> Attempt {
    Attempt { outcome: State::Internal.name(), words, inserted: 0, updated: 0, ..*attempt }
}
