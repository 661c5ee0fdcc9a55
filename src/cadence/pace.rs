//! How long we would wait, had the publisher asked for nothing: the admin's interval, the source's own rhythm, back-off,
//! and the chance that keeps sources apart.

use std::time::Duration;

use crate::model::{Pace, SourceState, State, Timestamp};

/// No wait is longer, whatever anybody asks: a source heard of once a day is alive.
pub const LONGEST: Duration = Duration::from_hours(24);

/// Where the admin set no interval, a source is asked again after this part of its silence so far, or of the time that
/// usually passes between its entries: news is then late by at most an eighth of that, whatever the source's habits.
const SILENCE_SHARE: u32 = 8;
/// Jitter is at most this part of the wait, so that sources polled together drift apart.
const JITTER_SHARE: u32 = 10;
/// The longest wait that nobody asked for: with all its jitter it is [`LONGEST`]. Were it longer, sources that are
/// sick together would all wait exactly a day, and stay in step.
const LONGEST_OF_OURS: Duration = Duration::from_secs(LONGEST.as_secs() * 10 / 11);
/// How often what is gone is asked for.
const GONE: Duration = Duration::from_hours(7 * 24);
/// 410 must have held for so long before it counts: a server that is being moved says it too.
const GONE_FOR_GOOD: chrono::TimeDelta = chrono::TimeDelta::days(1);
/// Until a source is tried again that our own network did not reach. The scheduler tries only a few at a time.
const OFFLINE: Duration = Duration::from_secs(15);
/// See [`SourceState::slowness`].
const EIGHTHS: u8 = 8;

/// The wait after the poll at `now` that led to this state, had the publisher asked for none.
pub(super) fn own_wait(state: &SourceState, pace: &Pace, now: Timestamp) -> Duration {
    let first = pace.interval.unwrap_or(pace.min_interval);
    match state.state {
        State::Offline => return OFFLINE,
        State::Gone if state.failing_since.is_some_and(|since| now - since >= GONE_FOR_GOOD) => return GONE,
        _ => {}
    }
    let wait = if state.failures > 0 {
        backed_off(state.failures, first, pace)
    } else {
        pace.interval.unwrap_or_else(|| adapted(state, pace, now))
    };
    let wait = slowed(wait, state.slowness).min(pace.max_interval.max(wait));
    // Room for jitter, unless the admin said that it must be longer.
    wait.min(LONGEST_OF_OURS.max(first)).min(LONGEST)
}

fn adapted(state: &SourceState, pace: &Pace, now: Timestamp) -> Duration {
    let newest = state.rhythm.map(|rhythm| rhythm.newest.min(now));
    let quiet_since = state.last_entry.max(newest).unwrap_or(state.since);
    let silence = (now - quiet_since).to_std().unwrap_or_default();
    let usual = state.rhythm.map_or(Duration::ZERO, |rhythm| Duration::from_secs(rhythm.usual));
    (silence.max(usual) / SILENCE_SHARE).clamp(pace.min_interval, pace.max_interval.max(pace.min_interval))
}

/// Doubles from failure to failure, up to `max_interval`.
fn backed_off(failures: u32, first: Duration, pace: &Pace) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(pace.max_interval.max(first))
}

fn slowed(wait: Duration, slowness: u8) -> Duration {
    // At most 2^32 days, which a Duration holds.
    wait.min(LONGEST).mul_f64((f64::from(slowness) / f64::from(EIGHTHS)).exp2())
}

pub(super) fn jittered(wait: Duration, chance: f64) -> Duration {
    // Near the longest wait the jitter is spread over what room there is: cut off, it would pile up at its end.
    let left = LONGEST.checked_sub(wait).unwrap_or(wait);
    let room = (wait / JITTER_SHARE).min(left);
    in_milliseconds(wait + room.mul_f64(chance.clamp(0.0, 1.0)))
}

/// Whole milliseconds, up: what is kept must be what was said.
pub(super) fn in_milliseconds(wait: Duration) -> Duration {
    Duration::from_millis(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}
