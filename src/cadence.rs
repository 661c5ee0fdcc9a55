//! When to poll next. Pure: the state of a source and what a poll came to make its next state.
//!
//! Never sooner than the publisher asked, never later than a day, and never given up.

use std::time::Duration;

use crate::model::{Failure, Hints, Outcome, Pace, SourceState, State, Timestamp};

/// No wait is longer, whatever anybody asks: a source heard of once a day is alive.
pub const LONGEST: Duration = Duration::from_hours(24);

/// Where the admin set no interval, a source is asked again after this part of its silence so far: news of a source
/// that has been silent for two hours is then at most a quarter of an hour late, whatever its habits.
const SILENCE_SHARE: u32 = 8;
/// Jitter is at most this part of the wait, so that sources polled together drift apart.
const JITTER_SHARE: u32 = 10;
/// The longest wait that nobody asked for: with all its jitter it is [`LONGEST`]. Were it longer, sources that are
/// sick together would all wait exactly a day, and stay in step.
const LONGEST_OF_OURS: Duration = Duration::from_secs(LONGEST.as_secs() * 10 / 11);

/// The state after a poll that ended at `now`. `chance` in 0..1 decides the jitter, which only ever delays.
#[must_use]
pub fn conclude(
    before: &SourceState,
    pace: &Pace,
    outcome: &Outcome,
    now: Timestamp,
    chance: f64,
) -> SourceState {
    let mut after = SourceState { last_poll: Some(now), ..before.clone() };
    match outcome {
        Outcome::NotModified(_) | Outcome::Failed(_) => {}
        Outcome::Unchanged(_, validators) => after.validators.clone_from(validators),
        Outcome::Read(tally) => {
            after.validators.clone_from(&tally.validators);
            after.body = Some(tally.body);
            after.reading = Some(tally.reading);
            after.document_ttl = tally.document_ttl.map(|ttl| ttl.as_secs());
            after.repairs.clone_from(&tally.repairs);
            after.warnings.clone_from(&tally.warnings);
            if tally.inserted > 0 {
                after.last_entry = Some(now);
            }
            if tally.inserted + tally.updated > 0 {
                after.last_change = Some(now);
            }
        }
    }
    let wait = match outcome {
        Outcome::Failed(failure) => {
            after.failures = before.failures.saturating_add(1);
            enter(&mut after, failure.state, &failure.reason, now);
            after_failure(after.failures, pace, failure)
        }
        Outcome::NotModified(hints) | Outcome::Unchanged(hints, _) => {
            after_success(&mut after, pace, hints, now)
        }
        Outcome::Read(tally) => after_success(&mut after, pace, &tally.hints, now),
    };
    after.next_poll = now + jittered(wait, chance);
    after
}

/// When a source is due, by its state as read after a restart: a clock that jumped stops nobody for more than a day.
#[must_use]
pub fn due(state: &SourceState, now: Timestamp) -> Timestamp {
    state.next_poll.min(now + LONGEST)
}

fn enter(state: &mut SourceState, entered: State, reason: &str, now: Timestamp) {
    if state.state != entered {
        state.state = entered;
        state.since = now;
    }
    reason.clone_into(&mut state.reason);
}

fn after_success(after: &mut SourceState, pace: &Pace, hints: &Hints, now: Timestamp) -> Duration {
    after.failures = 0;
    after.last_success = Some(now);
    enter(after, State::Ok, "", now);
    let quiet_since = after.last_entry.unwrap_or(after.since);
    let silence = (now - quiet_since).to_std().unwrap_or_default();
    let adapted =
        (silence / SILENCE_SHARE).clamp(pace.min_interval, pace.max_interval.max(pace.min_interval));
    let asked = [hints.max_age, after.document_ttl.map(Duration::from_secs)];
    let wait = ours(pace.interval.unwrap_or(adapted), pace);
    asked.into_iter().flatten().fold(wait, Duration::max).min(LONGEST)
}

/// Doubles from failure to failure, up to `max_interval`.
fn after_failure(failures: u32, pace: &Pace, failure: &Failure) -> Duration {
    let first = first_wait(pace);
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let backed_off = doubled.min(pace.max_interval.max(first));
    ours(backed_off, pace).max(failure.hints.retry_after.unwrap_or_default()).min(LONGEST)
}

fn first_wait(pace: &Pace) -> Duration {
    pace.interval.unwrap_or(pace.min_interval)
}

/// A wait that leaves room for jitter, unless the admin said that it must be longer.
fn ours(wait: Duration, pace: &Pace) -> Duration {
    wait.min(LONGEST_OF_OURS.max(first_wait(pace)))
}

fn jittered(wait: Duration, chance: f64) -> Duration {
    // Near the longest wait the jitter is spread over what room there is: cut off, it would pile up at its end.
    let room = (wait / JITTER_SHARE).min(LONGEST.saturating_sub(wait));
    let jittered = wait + room.mul_f64(chance.clamp(0.0, 1.0));
    // Whole milliseconds, up: what is kept must be what was said.
    Duration::from_millis(u64::try_from(jittered.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
