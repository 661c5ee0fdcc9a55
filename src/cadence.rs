//! When to poll next, and how a source fares. Pure: the state of a source and what a poll came to make its next state.
//!
//! Never sooner than the publisher asked, never later than a day (a week for what is gone), and never given up.

mod condition;
mod history;
mod pace;
mod redirect;
mod rhythm;
mod skip;

use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use crate::model::{
    Digest, Failure, Outcome, Reach, Skip, Source, SourceState, State, Tally, Timestamp, Validators,
};

pub use history::{Measured, chronicle, published};
pub use pace::LONGEST;
pub use redirect::target;
pub use rhythm::rhythm;

/// A server that has answered nothing but 304 for so long is asked for the whole document once: some never stop.
const NOTHING_BUT_304: TimeDelta = TimeDelta::days(7);

/// A whole host is left alone for so long at most where it did not say for how long: the back-off of one source is its
/// own, and grows to a day.
const HELD_UNASKED: Duration = Duration::from_hours(1);

/// What a poll's end depends on beside the source and its outcome.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// When it ended.
    pub now: Timestamp,
    /// In 0..1: decides the jitter, which only ever delays.
    pub chance: f64,
    /// Whether nobody at all can be reached.
    pub offline: bool,
    /// Whether the request sent no validators.
    pub unconditional: bool,
    /// Where all the redirects led, if there were any and each was permanent.
    pub moved: Option<&'a Url>,
}

/// The state after a poll that ended.
#[must_use]
pub fn conclude(
    before: &SourceState,
    source: &Source,
    outcome: &Outcome,
    circumstances: &Circumstances<'_>,
) -> SourceState {
    let now = circumstances.now;
    let mut after = SourceState { last_poll: Some(now), address: Some(address(source)), ..before.clone() };
    if readdressed(before, source) {
        forget_address(&mut after);
    }
    match outcome {
        Outcome::Read(tally) => take(&mut after, tally, now),
        Outcome::Unchanged(hints, validators) => {
            after.validators.clone_from(validators);
            after.max_age = hints.max_age.map(|age| age.as_secs());
        }
        Outcome::NotModified(hints) => {
            after.max_age = hints.max_age.map(|age| age.as_secs()).or(after.max_age);
        }
        Outcome::PutOff { .. } | Outcome::Failed(_) => {}
    }
    let answered = match outcome {
        Outcome::Failed(failure) => failure.reach == Reach::Answered,
        Outcome::PutOff { .. } => false,
        Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::Read(_) => true,
    };
    let whole = matches!(outcome, Outcome::Read(_) | Outcome::Unchanged(..));
    if whole || (circumstances.unconditional && answered) || after.last_whole.is_none() {
        after.last_whole = Some(now);
    }
    condition::enter(&mut after, outcome, circumstances);
    if after.state != State::Throttled {
        after.throttled_at = None;
    }
    redirect::remember(&mut after, source, outcome, circumstances);
    let asked = asked(&after, outcome);
    after.not_before = asked.map(|asked| now + pace::in_milliseconds(asked));
    after.next_poll = match outcome {
        Outcome::PutOff { wait, .. } => now + pace::jittered((*wait).min(LONGEST), circumstances.chance),
        _ => placed(&after, source, asked.unwrap_or_default(), now, circumstances.chance),
    };
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
    circumstances: &Circumstances<'_>,
) -> SourceState {
    let circumstances = Circumstances { moved: None, unconditional: false, ..*circumstances };
    let after = conclude(before, source, &Outcome::Failed(reason), &circumstances);
    SourceState {
        next_poll: after.next_poll.max(concluded.next_poll),
        not_before: after.not_before.max(concluded.not_before),
        ..after
    }
}

/// When a source is due, by its state and by what the admin says of it now: another address is due at once, and a
/// quicker pace takes effect at once, except for what the publisher asked for. Never more from now than the longest
/// wait.
#[must_use]
pub fn due(state: &SourceState, source: &Source, now: Timestamp) -> Timestamp {
    if readdressed(state, source) {
        return now;
    }
    let Some(last_poll) = state.last_poll else {
        return state.next_poll.min(now + LONGEST);
    };
    let since_then = |at: Timestamp| (at - last_poll).to_std().unwrap_or_default();
    let asked = state.not_before.map(since_then).unwrap_or_default();
    // With all the jitter there may be: as long as nothing was changed, what was said to the millisecond holds.
    let latest = placed(state, source, asked, last_poll, 1.0);
    let latest = if state.skip == Skip::default() { latest } else { latest + skip::SPREAD };
    // A poll in the future was one by a clock that was set back since: how long ago it was nobody knows.
    last_poll.min(now) + since_then(state.next_poll.min(latest))
}

/// Until when the publisher asks for no request, whatever the admin wishes; none where it would take one now.
#[must_use]
pub fn asked_until(state: &SourceState, source: &Source, now: Timestamp) -> Option<Timestamp> {
    if readdressed(state, source) {
        return None;
    }
    let latest = now + LONGEST;
    let asked = state.not_before.map_or(now, |asked| asked.clamp(now, latest));
    let until = skip::past(state.skip, asked, latest, 0.0);
    (until > now).then_some(until)
}

/// For how long the source's whole host wants to be left alone, after a 429.
#[must_use]
pub fn held_for(state: &SourceState, now: Timestamp) -> Option<Duration> {
    let unasked = state.last_poll.map_or(state.next_poll, |last| state.next_poll.min(last + HELD_UNASKED));
    let until = state.not_before.unwrap_or(unasked);
    let wait = (until - now).to_std().ok()?;
    (state.state == State::Throttled).then(|| wait.min(LONGEST))
}

/// Whether to ask for the whole document although there are validators: at most once a week, and only where nothing
/// but 304 has come for so long.
#[must_use]
pub fn wants_whole(state: &SourceState, now: Timestamp) -> bool {
    state.last_whole.is_some_and(|last| now - last >= NOTHING_BUT_304)
}

/// The moment that this state, after a poll at `now`, leads to.
fn placed(state: &SourceState, source: &Source, asked: Duration, now: Timestamp, chance: f64) -> Timestamp {
    let wait = pace::own_wait(state, &source.pace, now).max(asked);
    skip::past(state.skip, now + pace::jittered(wait, chance), now + LONGEST, chance)
}

fn address(source: &Source) -> Digest {
    Digest::of(&[source.url.as_str().as_bytes()])
}

/// Whether the state is what came of another address than the admin says now.
fn readdressed(state: &SourceState, source: &Source) -> bool {
    state.address.is_some_and(|polled| polled != address(source))
}

/// What came of the old address, and what its document asked for, says nothing of the new one.
fn forget_address(state: &mut SourceState) {
    *state = SourceState {
        failures: 0,
        failing_since: None,
        last_whole: None,
        max_age: None,
        document_ttl: None,
        skip: Skip::default(),
        slowness: 0,
        moved: None,
        adopted: None,
        validators: Validators::default(),
        ..std::mem::take(state)
    };
}

fn take(state: &mut SourceState, tally: &Tally, now: Timestamp) {
    state.validators.clone_from(&tally.validators);
    state.body = Some(tally.body);
    state.reading = Some(tally.reading);
    state.max_age = tally.hints.max_age.map(|age| age.as_secs());
    state.document_ttl = tally.document_ttl.map(|ttl| ttl.as_secs());
    state.skip = tally.skip;
    state.rhythm = rhythm::merged(state.rhythm, tally.rhythm);
    let restated = state.rights != tally.rights;
    state.rights.clone_from(&tally.rights);
    state.matched = tally.matched;
    state.repairs.clone_from(&tally.repairs);
    state.warnings.clone_from(&tally.warnings);
    if tally.inserted > 0 {
        state.last_entry = Some(now);
    }
    if tally.inserted + tally.updated > 0 || restated {
        state.last_change = Some(now);
    }
}

/// What the publisher asks for, at most [`LONGEST`].
fn asked(after: &SourceState, outcome: &Outcome) -> Option<Duration> {
    let ttl = after.document_ttl.map(Duration::from_secs);
    let asked = match outcome {
        // Of an error page `max-age` says nothing; here there was a document, and the fault is with its reading.
        Outcome::Failed(failure)
            if matches!(failure.state, State::Unreadable | State::TooMuch | State::Internal) =>
        {
            [failure.hints.retry_after, failure.hints.max_age, ttl]
        }
        Outcome::Failed(failure) => {
            [failure.hints.retry_after, None, ttl.filter(|_| failure.reach == Reach::Answered)]
        }
        Outcome::PutOff { wait, .. } => [Some(*wait), None, None],
        Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::Read(_) => {
            [None, after.max_age.map(Duration::from_secs), ttl]
        }
    };
    asked.into_iter().flatten().max().map(|asked| asked.min(LONGEST))
}

#[cfg(test)]
mod tests;
