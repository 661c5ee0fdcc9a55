//! When to poll next. Pure: the state of a source and what a poll came to make its next state.
//!
//! Never sooner than the publisher asked, never later than a day, and never given up.

use std::time::Duration;

use crate::model::{Digest, Failure, Outcome, Pace, Source, SourceState, State, Tally, Timestamp};

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
    source: &Source,
    outcome: &Outcome,
    now: Timestamp,
    chance: f64,
) -> SourceState {
    let mut after = SourceState { last_poll: Some(now), address: Some(address(source)), ..before.clone() };
    if moved(before, source) {
        // What came of the old address, and what its document asked for, says nothing of the new one.
        after.failures = 0;
        after.document_ttl = None;
    }
    if let Outcome::Unchanged(_, validators) = outcome {
        after.validators.clone_from(validators);
    }
    if let Outcome::Read(tally) = outcome {
        take(&mut after, tally, now);
    }
    if let Outcome::Failed(failure) = outcome {
        after.failures = after.failures.saturating_add(1);
        enter(&mut after, failure.state, &failure.reason, now);
    } else {
        after.failures = 0;
        after.last_success = Some(now);
        enter(&mut after, State::Ok, "", now);
    }
    let asked = asked(&after, outcome);
    after.not_before = asked.map(|asked| now + in_milliseconds(asked));
    let wait = own_wait(&after, &source.pace, now).max(asked.unwrap_or_default());
    after.next_poll = now + jittered(wait, chance);
    after
}

/// The state after a poll whose end, `concluded`, could not be kept, for this reason: `before` stands, and what the
/// publisher asked for stands too. The document is read again, but not sooner than it would have been.
#[must_use]
pub fn unkept(
    before: &SourceState,
    concluded: &SourceState,
    source: &Source,
    reason: Failure,
    now: Timestamp,
    chance: f64,
) -> SourceState {
    let after = conclude(before, source, &Outcome::Failed(reason), now, chance);
    SourceState {
        next_poll: after.next_poll.max(concluded.next_poll),
        not_before: after.not_before.max(concluded.not_before),
        ..after
    }
}

/// When a source is due, by its state and by what the admin says of it now: another address is due at once, and a
/// quicker pace takes effect at once, except for what the publisher asked for. Never more than [`LONGEST`] from now.
#[must_use]
pub fn due(state: &SourceState, source: &Source, now: Timestamp) -> Timestamp {
    if moved(state, source) {
        return now;
    }
    let Some(last_poll) = state.last_poll else {
        return state.next_poll.min(now + LONGEST);
    };
    let since_then = |at: Timestamp| (at - last_poll).to_std().unwrap_or_default();
    let asked = state.not_before.map(since_then).unwrap_or_default();
    // With all the jitter there may be: as long as nothing was changed, what was said to the millisecond holds.
    let longest = jittered(own_wait(state, &source.pace, last_poll).max(asked), 1.0);
    // A poll in the future was one by a clock that was set back since: how long ago it was nobody knows.
    last_poll.min(now) + since_then(state.next_poll).min(longest)
}

fn address(source: &Source) -> Digest {
    Digest::of(&[source.url.as_str().as_bytes()])
}

/// Whether the state is what came of another address.
fn moved(state: &SourceState, source: &Source) -> bool {
    state.address.is_some_and(|polled| polled != address(source))
}

fn take(state: &mut SourceState, tally: &Tally, now: Timestamp) {
    state.validators.clone_from(&tally.validators);
    state.body = Some(tally.body);
    state.reading = Some(tally.reading);
    state.document_ttl = tally.document_ttl.map(|ttl| ttl.as_secs());
    state.repairs.clone_from(&tally.repairs);
    state.warnings.clone_from(&tally.warnings);
    if tally.inserted > 0 {
        state.last_entry = Some(now);
    }
    if tally.inserted + tally.updated > 0 {
        state.last_change = Some(now);
    }
}

fn enter(state: &mut SourceState, entered: State, reason: &str, now: Timestamp) {
    if state.state != entered {
        state.state = entered;
        state.since = now;
    }
    reason.clone_into(&mut state.reason);
}

/// What the publisher asks for, at most [`LONGEST`].
fn asked(after: &SourceState, outcome: &Outcome) -> Option<Duration> {
    let asked = match outcome {
        Outcome::Failed(failure) => {
            // Of an error page `max-age` says nothing; here there was a document, and the fault is with its reading.
            let unread = matches!(failure.state, State::Unreadable | State::TooMuch | State::Internal);
            [failure.hints.retry_after, failure.hints.max_age.filter(|_| unread)]
        }
        Outcome::NotModified(hints) | Outcome::Unchanged(hints, _) | Outcome::Read(Tally { hints, .. }) => {
            [hints.max_age, after.document_ttl.map(Duration::from_secs)]
        }
    };
    asked.into_iter().flatten().max().map(|asked| asked.min(LONGEST))
}

/// The wait after the poll at `now` that led to this state, had the publisher asked for none.
fn own_wait(state: &SourceState, pace: &Pace, now: Timestamp) -> Duration {
    let first = pace.interval.unwrap_or(pace.min_interval);
    let wait = if state.failures > 0 {
        backed_off(state.failures, first, pace)
    } else {
        pace.interval.unwrap_or_else(|| adapted(state, pace, now))
    };
    // Room for jitter, unless the admin said that it must be longer.
    wait.min(LONGEST_OF_OURS.max(first)).min(LONGEST)
}

fn adapted(state: &SourceState, pace: &Pace, now: Timestamp) -> Duration {
    let quiet_since = state.last_entry.unwrap_or(state.since);
    let silence = (now - quiet_since).to_std().unwrap_or_default();
    (silence / SILENCE_SHARE).clamp(pace.min_interval, pace.max_interval.max(pace.min_interval))
}

/// Doubles from failure to failure, up to `max_interval`.
fn backed_off(failures: u32, first: Duration, pace: &Pace) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(pace.max_interval.max(first))
}

fn jittered(wait: Duration, chance: f64) -> Duration {
    // Near the longest wait the jitter is spread over what room there is: cut off, it would pile up at its end.
    let room = (wait / JITTER_SHARE).min(LONGEST.saturating_sub(wait));
    in_milliseconds(wait + room.mul_f64(chance.clamp(0.0, 1.0)))
}

/// Whole milliseconds, up: what is kept must be what was said.
fn in_milliseconds(wait: Duration) -> Duration {
    Duration::from_millis(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
