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
    let wait = pace.interval.unwrap_or(adapted);
    asked.into_iter().flatten().fold(wait, Duration::max).min(LONGEST)
}

/// Doubles from failure to failure, up to `max_interval`.
fn after_failure(failures: u32, pace: &Pace, failure: &Failure) -> Duration {
    let first = pace.interval.unwrap_or(pace.min_interval);
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let backed_off = doubled.min(pace.max_interval.max(first));
    backed_off.max(failure.hints.retry_after.unwrap_or_default()).min(LONGEST)
}

fn jittered(wait: Duration, chance: f64) -> Duration {
    let jittered = (wait + (wait / JITTER_SHARE).mul_f64(chance.clamp(0.0, 1.0))).min(LONGEST);
    // Whole milliseconds, up: what is kept must be what was said.
    Duration::from_millis(u64::try_from(jittered.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Tally, Validators};

    const MINUTE: Duration = Duration::from_mins(1);
    const HOUR: Duration = Duration::from_hours(1);

    fn now() -> Timestamp {
        "2026-11-23T06:00:00Z".parse().unwrap()
    }

    fn pace(interval: Option<Duration>) -> Pace {
        Pace {
            interval,
            min_interval: 15 * MINUTE,
            max_interval: 24 * HOUR,
            host_delay: Duration::from_secs(2),
        }
    }

    fn silent_for(silence: Duration) -> SourceState {
        SourceState { last_entry: Some(now() - silence), ..SourceState::default() }
    }

    fn wait(before: &SourceState, pace: &Pace, outcome: &Outcome) -> Duration {
        (conclude(before, pace, outcome, now(), 0.0).next_poll - now()).to_std().unwrap()
    }

    fn failed(retry_after: Option<Duration>) -> Outcome {
        let hints = Hints { retry_after, ..Hints::default() };
        Outcome::Failed(Failure {
            state: State::Refused,
            reason: "500 Internal Server Error".to_owned(),
            hints,
        })
    }

    fn read(inserted: usize) -> Outcome {
        Outcome::Read(Tally {
            hints: Hints::default(),
            validators: Validators { etag: Some(b"\"1\"".to_vec()), last_modified: None },
            body: Digest([1; 16]),
            reading: Digest([2; 16]),
            document_ttl: None,
            inserted,
            updated: 0,
            repairs: vec!["closed 2 unclosed tags".to_owned()],
            warnings: vec![],
        })
    }

    #[test]
    fn the_pace_follows_the_silence_between_its_bounds() {
        let quiet = Outcome::NotModified(Hints::default());
        let table = [
            (Duration::ZERO, 15 * MINUTE),
            (2 * HOUR, 15 * MINUTE),
            (8 * HOUR, HOUR),
            (9999 * HOUR, 24 * HOUR),
        ];
        for (silence, wanted) in table {
            assert_eq!(wait(&silent_for(silence), &pace(None), &quiet), wanted, "{silence:?}");
        }
        assert_eq!(wait(&silent_for(9999 * HOUR), &pace(None), &read(1)), 15 * MINUTE);
        assert_eq!(wait(&silent_for(9999 * HOUR), &pace(Some(HOUR)), &quiet), HOUR);
    }

    #[test]
    fn never_sooner_than_the_publisher_asks_and_never_later_than_a_day() {
        let fresh_for = |max_age| Outcome::NotModified(Hints { max_age: Some(max_age), retry_after: None });
        assert_eq!(wait(&silent_for(HOUR), &pace(None), &fresh_for(3 * HOUR)), 3 * HOUR);
        assert_eq!(wait(&silent_for(HOUR), &pace(None), &fresh_for(MINUTE)), 15 * MINUTE);
        assert_eq!(wait(&silent_for(HOUR), &pace(None), &fresh_for(Duration::MAX)), LONGEST);
        let with_ttl = SourceState { document_ttl: Some(7200), ..silent_for(HOUR) };
        assert_eq!(wait(&with_ttl, &pace(None), &fresh_for(MINUTE)), 2 * HOUR);
        assert_eq!(wait(&silent_for(HOUR), &pace(None), &failed(Some(5 * HOUR))), 5 * HOUR);
        assert_eq!(wait(&silent_for(HOUR), &pace(None), &failed(Some(Duration::MAX))), LONGEST);
    }

    #[test]
    fn failures_back_off_to_a_cap_and_never_stop() {
        let after =
            |failures| wait(&SourceState { failures, ..silent_for(HOUR) }, &pace(None), &failed(None));
        assert_eq!([after(0), after(1), after(2)], [15 * MINUTE, 30 * MINUTE, HOUR]);
        assert_eq!([after(7), after(31), after(32), after(u32::MAX)], [LONGEST; 4]);
    }

    #[test]
    fn jitter_only_delays() {
        let quiet = Outcome::NotModified(Hints::default());
        for (chance, wanted) in
            [(0.0, 60 * MINUTE), (0.5, 63 * MINUTE), (1.0, 66 * MINUTE), (-3.0, 60 * MINUTE)]
        {
            let after = conclude(&silent_for(HOUR), &pace(Some(HOUR)), &quiet, now(), chance);
            assert_eq!(after.next_poll - now(), chrono::Duration::from_std(wanted).unwrap(), "{chance}");
        }
    }

    #[test]
    fn validators_are_replaced_by_a_document_and_kept_over_everything_else() {
        let read = conclude(&SourceState::default(), &pace(None), &read(3), now(), 0.0);
        assert_eq!(read.validators.etag.as_deref(), Some(&b"\"1\""[..]));
        assert_eq!((read.last_entry, read.last_change), (Some(now()), Some(now())));
        let kept = conclude(&read, &pace(None), &failed(None), now(), 0.0);
        assert_eq!((&kept.validators, kept.body), (&read.validators, read.body));
        let kept = conclude(&kept, &pace(None), &Outcome::NotModified(Hints::default()), now(), 0.0);
        assert_eq!(kept.validators, read.validators);
        let emptied = conclude(
            &kept,
            &pace(None),
            &Outcome::Unchanged(Hints::default(), Validators::default()),
            now(),
            0.0,
        );
        assert_eq!(emptied.validators, Validators::default());
    }

    #[test]
    fn a_state_is_dated_from_its_beginning() {
        let sick = conclude(&SourceState::default(), &pace(None), &failed(None), now(), 0.0);
        assert_eq!(
            (sick.state, sick.since, sick.reason.as_str()),
            (State::Refused, now(), "500 Internal Server Error")
        );
        let later = conclude(&sick, &pace(None), &failed(None), now() + HOUR, 0.0);
        assert_eq!((later.since, later.failures), (now(), 2));
        let well = conclude(&later, &pace(None), &read(0), now() + 2 * HOUR, 0.0);
        assert_eq!(
            (well.state, well.since, well.failures, well.reason.as_str()),
            (State::Ok, now() + 2 * HOUR, 0, "")
        );
    }

    #[test]
    fn a_clock_that_jumped_stops_nobody_for_more_than_a_day() {
        let state = SourceState { next_poll: now() + 1000 * HOUR, ..SourceState::default() };
        assert_eq!(due(&state, now()), now() + LONGEST);
    }
}
