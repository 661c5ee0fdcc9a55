//! How a source fares after a poll: the state's name, its reason in words, and since when.

use chrono::TimeDelta;

use super::Circumstances;
use crate::model::{Failure, Outcome, Reach, SourceState, State, Timestamp};

/// 404 for so long means that it is gone.
const MISSING_MAX: TimeDelta = TimeDelta::days(7);
/// Nobody is called silent sooner, whatever the habit.
const SILENCE_MIN: TimeDelta = TimeDelta::days(3);
/// So many times the longest silence so far is unusual.
const UNUSUAL: i32 = 2;
/// Eight doublings of slowness are more than from a minute to the longest wait.
const SLOWNESS_MAX: u8 = 64;
/// See [`SourceState::slowness`].
const DOUBLING: u8 = 8;

/// Notes how the poll went.
pub(super) fn enter(state: &mut SourceState, outcome: &Outcome, circumstances: &Circumstances<'_>) {
    let now = circumstances.now;
    match outcome {
        Outcome::Failed(failure) if circumstances.offline && failure.reach != Reach::Answered => {
            let reason =
                format!("nobody can be reached: our own network seems to be down ({})", failure.reason);
            name(state, State::Offline, &reason, now);
        }
        Outcome::PutOff { reason, .. } => name(state, state.state, reason, now),
        Outcome::Failed(failure) => fail(state, failure, now),
        Outcome::NotModified(_) | Outcome::Unchanged(..) | Outcome::Read(_) => {
            state.failures = 0;
            state.failing_since = None;
            state.slowness = state.slowness.saturating_sub(1);
            state.last_success = Some(now);
            match silence(state, now) {
                None => name(state, State::Ok, "", now),
                Some(reason) => name(state, State::Silent, &reason, now),
            }
        }
    }
}

fn fail(state: &mut SourceState, failure: &Failure, now: Timestamp) {
    state.failures = state.failures.saturating_add(1);
    state.failing_since.get_or_insert(now);
    if matches!(failure.state, State::Throttled | State::Unavailable) {
        state.slowness = state.slowness.saturating_add(DOUBLING).min(SLOWNESS_MAX);
    }
    let entered = match failure.state {
        State::Missing if state.state == State::Gone => State::Gone,
        State::Missing if state.state == State::Missing && now - state.since >= MISSING_MAX => State::Gone,
        other => other,
    };
    name(state, entered, &failure.reason, now);
}

fn name(state: &mut SourceState, entered: State, reason: &str, now: Timestamp) {
    if state.state != entered {
        state.state = entered;
        state.since = now;
    }
    state.reason = reason.chars().take(Failure::REASON_MAX).collect();
}

/// That nothing new has come for longer than ever before, in words.
fn silence(state: &SourceState, now: Timestamp) -> Option<String> {
    let rhythm = state.rhythm?;
    let quiet = now - state.last_entry.map_or(rhythm.newest, |last| last.max(rhythm.newest));
    let longest = i64::try_from(rhythm.longest).ok().and_then(TimeDelta::try_seconds)?;
    if quiet <= (longest * UNUSUAL).max(SILENCE_MIN) {
        return None;
    }
    let longest = if longest.num_days() > 0 {
        format!("{} days", longest.num_days())
    } else {
        format!("{} hours", longest.num_hours())
    };
    Some(format!("nothing new for {} days; so far its silences lasted at most {longest}", quiet.num_days()))
}
