//! How sources fare over several polls: gone, throttled, silent, offline; and how that paces them.

use super::*;
use crate::model::Rhythm;

#[test]
fn what_is_missing_for_a_week_is_gone_and_asked_for_once_a_week() {
    let source = source(None);
    let of = |state| {
        let (hints, reach) = (Hints::default(), Reach::Answered);
        Outcome::Failed(Failure { state, reason: "the server answered 404".to_owned(), hints, reach })
    };
    let day = 24 * HOUR;
    let mut state = SourceState::default();
    let mut days = Vec::new();
    for (after, wanted) in
        [(0, State::Missing), (1, State::Missing), (6, State::Missing), (7, State::Gone), (14, State::Gone)]
    {
        state = conclude(&state, &source, &of(State::Missing), now() + after * day, 0.0);
        assert_eq!(state.state, wanted, "{after}");
        days.push((state.next_poll - now()).num_hours() / 24);
    }
    assert_eq!(days, [0, 1, 6, 14, 21]);
    assert_eq!(due(&state, &source, now() + 15 * day), now() + 21 * day);
    // Gone by its own word counts after a day.
    let mut state = SourceState::default();
    for (hours, wanted) in [(0, 15), (23, 30), (25, 7 * 24 * 60)] {
        let at = now() + hours * HOUR;
        state = conclude(&state, &source, &of(State::Gone), at, 0.0);
        assert_eq!((state.state, (state.next_poll - at).num_minutes()), (State::Gone, wanted), "{hours}");
    }
    let back = conclude(&state, &source, &read(1), now() + 40 * day, 0.0);
    assert_eq!(
        (back.state, back.next_poll - now()),
        (State::Ok, chrono::TimeDelta::days(40) + chrono::TimeDelta::minutes(15))
    );
}

#[test]
fn a_429_without_a_date_slows_down_and_the_pace_returns_by_and_by() {
    let source = source(Some(HOUR));
    let throttled = || {
        let (hints, reach) = (Hints::default(), Reach::Answered);
        Outcome::Failed(Failure { state: State::Throttled, reason: String::new(), hints, reach })
    };
    let quiet = Outcome::NotModified(Hints::default());
    let mut state = silent_for(HOUR);
    let mut minutes = Vec::new();
    for outcome in [&throttled(), &throttled(), &quiet, &quiet] {
        state = conclude(&state, &source, outcome, now(), 0.0);
        minutes.push((state.next_poll - now()).num_minutes());
    }
    assert_eq!(minutes, [120, 480, 220, 201]);
    for _ in 0..14 {
        state = conclude(&state, &source, &quiet, now(), 0.0);
    }
    assert_eq!(state.next_poll - now(), chrono::TimeDelta::hours(1));
    for _ in 0..1000 {
        state = conclude(&state, &source, &throttled(), now(), 0.0);
    }
    assert!(state.next_poll - now() <= chrono::TimeDelta::hours(24));
}

#[test]
fn a_304_that_says_nothing_of_freshness_leaves_what_the_document_said() {
    let fresh = |max_age: Option<Duration>| Hints { max_age, retry_after: None };
    let read = |max_age| {
        let Outcome::Read(tally) = read(1) else { unreachable!() };
        Outcome::Read(Tally { hints: fresh(max_age), ..tally })
    };
    let mut state = SourceState::default();
    let mut hours = Vec::new();
    for outcome in [
        read(Some(3 * HOUR)),
        Outcome::NotModified(fresh(None)),
        Outcome::NotModified(fresh(Some(5 * HOUR))),
        Outcome::NotModified(fresh(None)),
        failed(None),
        Outcome::NotModified(fresh(None)),
        read(None),
    ] {
        state = conclude(&state, &source(None), &outcome, now(), 0.0);
        hours.push((state.next_poll - now()).num_hours());
    }
    assert_eq!(hours, [3, 3, 5, 5, 0, 5, 0]);
}

#[test]
fn what_the_document_asks_holds_also_after_an_error_page() {
    let before = SourceState { document_ttl: Some(7200), ..silent_for(HOUR) };
    assert_eq!(wait(&before, &source(None), &failed(None)), 2 * HOUR);
    let unreached = Failure {
        state: State::Unreachable,
        reason: String::new(),
        hints: Hints::default(),
        reach: Reach::Silent,
    };
    assert_eq!(wait(&before, &source(None), &Outcome::Failed(unreached)), 15 * MINUTE);
    let skip = Skip { hours: 0b11 << 6, days: 0 };
    let before = SourceState { skip, ..silent_for(HOUR) };
    // It is six in the morning.
    assert_eq!(wait(&before, &source(None), &failed(None)), 2 * HOUR);
    let state = conclude(&before, &source(None), &failed(None), now(), 0.7);
    assert_eq!(due(&state, &source(None), now() + MINUTE), state.next_poll);
}

#[test]
fn our_own_outage_grows_no_back_off() {
    let unreached = || {
        let (hints, reach) = (Hints::default(), Reach::Silent);
        Outcome::Failed(Failure {
            state: State::Unreachable,
            reason: "a.vn was not found".to_owned(),
            hints,
            reach,
        })
    };
    let before = SourceState { failures: 3, failing_since: Some(now() - HOUR), ..silent_for(HOUR) };
    let circumstances = Circumstances { offline: true, ..at(now(), 0.0) };
    let after = super::super::conclude(&before, &source(None), &unreached(), &circumstances);
    assert_eq!(
        (after.state, after.failures, after.next_poll - now()),
        (State::Offline, 3, chrono::TimeDelta::seconds(15))
    );
    assert_eq!(after.reason, "nobody can be reached: our own network seems to be down (a.vn was not found)");
    // A server that answers is sick itself.
    let after = super::super::conclude(&before, &source(None), &failed(None), &circumstances);
    assert_eq!((after.state, after.failures), (State::Refused, 4));
}

#[test]
fn a_source_that_is_silent_for_longer_than_ever_is_called_so() {
    let quiet = Outcome::NotModified(Hints::default());
    let day = 24 * HOUR;
    // Its longest silence so far in days, its silence now, and whether that is unusual.
    for (longest, now_silent, wanted) in [
        (0, 3, State::Ok),
        (0, 4, State::Silent),
        (3, 6, State::Ok),
        (3, 7, State::Silent),
        (30, 59, State::Ok),
        (30, 61, State::Silent),
    ] {
        let newest = now() - now_silent * day;
        let rhythm = Rhythm { usual: 3600, longest: longest * day.as_secs(), newest };
        let before = SourceState { rhythm: Some(rhythm), ..SourceState::default() };
        let after = conclude(&before, &source(None), &quiet, now(), 0.0);
        assert_eq!(after.state, wanted, "{longest} {now_silent}");
    }
    let rhythm = Rhythm { usual: 3600, longest: 9 * HOUR.as_secs(), newest: now() - 12 * day };
    let before = SourceState { rhythm: Some(rhythm), ..SourceState::default() };
    let after = conclude(&before, &source(None), &quiet, now(), 0.0);
    assert_eq!(after.reason, "nothing new for 12 days; so far its silences lasted at most 9 hours");
    assert_eq!((after.failures, after.last_success), (0, Some(now())));
    let lively = conclude(&after, &source(None), &read(1), now() + HOUR, 0.0);
    assert_eq!((lively.state, lively.reason.as_str()), (State::Ok, ""));
}

#[test]
fn the_pace_follows_how_often_a_source_publishes() {
    let quiet = Outcome::NotModified(Hints::default());
    // Hours between entries, hours since the last one, and the wait in minutes.
    for (usual, silence, wanted) in [(0, 0, 15), (1, 1, 15), (24, 0, 180), (24, 48, 360), (8, 1, 60)] {
        let rhythm = Rhythm { usual: usual * 3600, longest: 900_000, newest: now() - silence * HOUR };
        let before = SourceState { rhythm: Some(rhythm), ..SourceState::default() };
        assert_eq!(wait(&before, &source(None), &quiet), wanted * MINUTE, "{usual} {silence}");
    }
}

#[test]
fn a_server_that_says_304_for_ever_is_asked_for_the_whole_once_a_week() {
    let quiet = Outcome::NotModified(Hints::default());
    let day = 24 * HOUR;
    let mut state = conclude(&SourceState::default(), &source(None), &read(3), now(), 0.0);
    let mut asked = Vec::new();
    for after in 1..=30 {
        let at_noon = now() + after * day;
        let unconditional = wants_whole(&state, at_noon);
        if unconditional {
            asked.push(after);
        }
        let circumstances = Circumstances { unconditional, ..at(at_noon, 0.0) };
        state = super::super::conclude(&state, &source(None), &quiet, &circumstances);
    }
    assert_eq!(asked, [7, 14, 21, 28]);
    // One that was not reached did not count.
    let unreached = Failure {
        state: State::Unreachable,
        reason: String::new(),
        hints: Hints::default(),
        reach: Reach::Silent,
    };
    let later = now() + 40 * day;
    let circumstances = Circumstances { unconditional: true, ..at(later, 0.0) };
    state = super::super::conclude(&state, &source(None), &Outcome::Failed(unreached), &circumstances);
    assert!(wants_whole(&state, later));
}
