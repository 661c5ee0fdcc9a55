use super::*;
use crate::model::{Digest, Tally, Validators};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn pace(interval: Option<Duration>) -> Pace {
    Pace { interval, min_interval: 15 * MINUTE, max_interval: 24 * HOUR, host_delay: Duration::from_secs(2) }
}

fn silent_for(silence: Duration) -> SourceState {
    SourceState { last_entry: Some(now() - silence), ..SourceState::default() }
}

fn wait(before: &SourceState, pace: &Pace, outcome: &Outcome) -> Duration {
    (conclude(before, pace, outcome, now(), 0.0).next_poll - now()).to_std().unwrap()
}

fn failed(retry_after: Option<Duration>) -> Outcome {
    let hints = Hints { retry_after, ..Hints::default() };
    Outcome::Failed(Failure { state: State::Refused, reason: "500 Internal Server Error".to_owned(), hints })
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
    })
}

#[test]
fn the_pace_follows_the_silence_between_its_bounds() {
    let quiet = Outcome::NotModified(Hints::default());
    let table = [
        (Duration::ZERO, 15 * MINUTE),
        (2 * HOUR, 15 * MINUTE),
        (8 * HOUR, HOUR),
        (9999 * HOUR, Duration::from_secs(78_545)),
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
    let after = |failures| wait(&SourceState { failures, ..silent_for(HOUR) }, &pace(None), &failed(None));
    assert_eq!([after(0), after(1), after(2)], [15 * MINUTE, 30 * MINUTE, HOUR]);
    assert_eq!([after(7), after(31), after(32), after(u32::MAX)], [Duration::from_secs(78_545); 4]);
}

#[test]
fn jitter_only_delays() {
    let quiet = Outcome::NotModified(Hints::default());
    for (chance, wanted) in [(0.0, 60 * MINUTE), (0.5, 63 * MINUTE), (1.0, 66 * MINUTE), (-3.0, 60 * MINUTE)]
    {
        let after = conclude(&silent_for(HOUR), &pace(Some(HOUR)), &quiet, now(), chance);
        assert_eq!(after.next_poll - now(), chrono::Duration::from_std(wanted).unwrap(), "{chance}");
    }
}

#[test]
fn sources_that_are_sick_together_drift_apart_also_at_the_longest_wait() {
    let sick = SourceState { failures: 99, ..silent_for(HOUR) };
    let seconds = |pace: &Pace, outcome: &Outcome, chance| {
        (conclude(&sick, pace, outcome, now(), chance).next_poll - now()).num_seconds()
    };
    // Whether 500 or asked to wait longer than we would; what is asked leaves jitter the rest of the day.
    for (asked, wanted) in [
        (None, [78_545, 82_472, 86_399]),
        (Some(22 * HOUR), [79_200, 82_800, 86_400]),
        (Some(30 * HOUR), [86_400, 86_400, 86_400]),
    ] {
        let waits = [0.0, 0.5, 1.0].map(|chance| seconds(&pace(None), &failed(asked), chance));
        assert_eq!(waits, wanted, "{asked:?}");
    }
    // An interval that the admin set is not shortened.
    assert_eq!(seconds(&pace(Some(24 * HOUR)), &failed(None), 0.0), 86_400);
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
