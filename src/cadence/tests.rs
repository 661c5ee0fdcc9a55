mod condition;
mod wishes;

use std::sync::Arc;

use super::*;
use crate::model::{Access, Hints, Limits, Pace, Reach, SourceId};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

pub(super) fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

pub(super) fn at(now: Timestamp, chance: f64) -> Circumstances<'static> {
    Circumstances { now, chance, offline: false, unconditional: false, moved: None }
}

fn conclude(
    before: &SourceState,
    source: &Source,
    outcome: &Outcome,
    now: Timestamp,
    chance: f64,
) -> SourceState {
    super::conclude(before, source, outcome, &at(now, chance))
}

pub(super) fn source(interval: Option<Duration>) -> Source {
    let second = Duration::from_secs(1);
    Source {
        id: SourceId::new("bao").unwrap(),
        title: "Báo".to_owned(),
        province: None,
        url: "https://bao.example/rss".parse().unwrap(),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval, min_interval: 15 * MINUTE, max_interval: 24 * HOUR, host_delay: 2 * second },
        limits: Limits { max_body: 1, connect_timeout: second, idle_timeout: second, total_timeout: second },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: crate::model::Republishing::default(),
        page: None,
        article: None,
    }
}

fn silent_for(silence: Duration) -> SourceState {
    SourceState { last_entry: Some(now() - silence), ..SourceState::default() }
}

fn wait(before: &SourceState, source: &Source, outcome: &Outcome) -> Duration {
    (conclude(before, source, outcome, now(), 0.0).next_poll - now()).to_std().unwrap()
}

fn failed(retry_after: Option<Duration>) -> Outcome {
    let hints = Hints { retry_after, ..Hints::default() };
    Outcome::Failed(Failure {
        state: State::Refused,
        reason: "500 Internal Server Error".to_owned(),
        hints,
        reach: Reach::Answered,
    })
}

pub(super) fn read(inserted: usize) -> Outcome {
    Outcome::Read(Tally {
        hints: Hints::default(),
        validators: Validators { etag: Some(b"\"1\"".to_vec()), last_modified: None },
        body: Digest([1; 16]),
        reading: Digest([2; 16]),
        document_ttl: None,
        skip: Skip::default(),
        rhythm: None,
        recognised: 0,
        inserted,
        updated: 0,
        rights: None,
        matched: None,
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
        (9999 * HOUR, Duration::from_secs(78_545)),
    ];
    for (silence, wanted) in table {
        assert_eq!(wait(&silent_for(silence), &source(None), &quiet), wanted, "{silence:?}");
    }
    assert_eq!(wait(&silent_for(9999 * HOUR), &source(None), &read(1)), 15 * MINUTE);
    assert_eq!(wait(&silent_for(9999 * HOUR), &source(Some(HOUR)), &quiet), HOUR);
}

#[test]
fn never_sooner_than_the_publisher_asks_and_never_later_than_a_day() {
    let fresh_for = |max_age| Outcome::NotModified(Hints { max_age: Some(max_age), retry_after: None });
    assert_eq!(wait(&silent_for(HOUR), &source(None), &fresh_for(3 * HOUR)), 3 * HOUR);
    assert_eq!(wait(&silent_for(HOUR), &source(None), &fresh_for(MINUTE)), 15 * MINUTE);
    assert_eq!(wait(&silent_for(HOUR), &source(None), &fresh_for(Duration::MAX)), LONGEST);
    let with_ttl = SourceState { document_ttl: Some(7200), ..silent_for(HOUR) };
    assert_eq!(wait(&with_ttl, &source(None), &fresh_for(MINUTE)), 2 * HOUR);
    assert_eq!(wait(&silent_for(HOUR), &source(None), &failed(Some(5 * HOUR))), 5 * HOUR);
    assert_eq!(wait(&silent_for(HOUR), &source(None), &failed(Some(Duration::MAX))), LONGEST);
}

#[test]
fn failures_back_off_to_a_cap_and_never_stop() {
    let after = |failures| wait(&SourceState { failures, ..silent_for(HOUR) }, &source(None), &failed(None));
    assert_eq!([after(0), after(1), after(2)], [15 * MINUTE, 30 * MINUTE, HOUR]);
    assert_eq!([after(7), after(31), after(32), after(u32::MAX)], [Duration::from_secs(78_545); 4]);
}

#[test]
fn jitter_only_delays() {
    let quiet = Outcome::NotModified(Hints::default());
    for (chance, wanted) in [(0.0, 60 * MINUTE), (0.5, 63 * MINUTE), (1.0, 66 * MINUTE), (-3.0, 60 * MINUTE)]
    {
        let after = conclude(&silent_for(HOUR), &source(Some(HOUR)), &quiet, now(), chance);
        assert_eq!(after.next_poll - now(), chrono::Duration::from_std(wanted).unwrap(), "{chance}");
    }
}

#[test]
fn sources_that_are_sick_together_drift_apart_also_at_the_longest_wait() {
    let sick = SourceState { failures: 99, ..silent_for(HOUR) };
    let seconds = |source: &Source, outcome: &Outcome, chance| {
        (conclude(&sick, source, outcome, now(), chance).next_poll - now()).num_seconds()
    };
    // Whether 500 or asked to wait longer than we would; what is asked leaves jitter the rest of the day.
    for (asked, wanted) in [
        (None, [78_545, 82_472, 86_399]),
        (Some(22 * HOUR), [79_200, 82_800, 86_400]),
        (Some(30 * HOUR), [86_400, 86_400, 86_400]),
    ] {
        let waits = [0.0, 0.5, 1.0].map(|chance| seconds(&source(None), &failed(asked), chance));
        assert_eq!(waits, wanted, "{asked:?}");
    }
    // An interval that the admin set is not shortened.
    assert_eq!(seconds(&source(Some(24 * HOUR)), &failed(None), 0.0), 86_400);
}

#[test]
fn validators_are_replaced_by_a_document_and_kept_over_everything_else() {
    let read = conclude(&SourceState::default(), &source(None), &read(3), now(), 0.0);
    assert_eq!(read.validators.etag.as_deref(), Some(&b"\"1\""[..]));
    assert_eq!((read.last_entry, read.last_change), (Some(now()), Some(now())));
    let kept = conclude(&read, &source(None), &failed(None), now(), 0.0);
    assert_eq!((&kept.validators, kept.body), (&read.validators, read.body));
    let kept = conclude(&kept, &source(None), &Outcome::NotModified(Hints::default()), now(), 0.0);
    assert_eq!(kept.validators, read.validators);
    let emptied = conclude(
        &kept,
        &source(None),
        &Outcome::Unchanged(Hints::default(), Validators::default()),
        now(),
        0.0,
    );
    assert_eq!(emptied.validators, Validators::default());
}

#[test]
fn a_state_is_dated_from_its_beginning() {
    let sick = conclude(&SourceState::default(), &source(None), &failed(None), now(), 0.0);
    assert_eq!(
        (sick.state, sick.since, sick.reason.as_str()),
        (State::Refused, now(), "500 Internal Server Error")
    );
    let later = conclude(&sick, &source(None), &failed(None), now() + HOUR, 0.0);
    assert_eq!((later.since, later.failures), (now(), 2));
    let well = conclude(&later, &source(None), &read(0), now() + 2 * HOUR, 0.0);
    assert_eq!(
        (well.state, well.since, well.failures, well.reason.as_str()),
        (State::Ok, now() + 2 * HOUR, 0, "")
    );
}

#[test]
fn a_clock_that_jumped_stops_nobody_for_more_than_a_day() {
    let state = SourceState { next_poll: now() + 1000 * HOUR, ..SourceState::default() };
    assert_eq!(due(&state, &source(None), now()), now() + LONGEST);
}

/// The minutes from the poll at `now()` that made this state until the source is due.
fn minutes_until_due(state: &SourceState, source: &Source) -> i64 {
    (due(state, source, now() + MINUTE) - now()).num_minutes()
}

#[test]
fn a_corrected_address_is_due_at_once_and_its_failures_count_from_nothing() {
    let wrong = source(Some(24 * HOUR));
    let right = Source { url: "https://bao.example/rss/home".parse().unwrap(), ..wrong.clone() };
    let sick = SourceState { failures: 6, ..silent_for(HOUR) };
    let gone = conclude(&sick, &wrong, &failed(Some(5 * HOUR)), now(), 0.0);
    assert_eq!((gone.failures, minutes_until_due(&gone, &wrong)), (7, 24 * 60));
    assert_eq!(minutes_until_due(&gone, &right), 1);
    let still_gone = conclude(&gone, &right, &failed(None), now(), 0.0);
    assert_eq!((still_gone.failures, minutes_until_due(&still_gone, &right)), (1, 24 * 60));
}

#[test]
fn what_the_document_of_another_address_asked_for_is_forgotten() {
    let right = source(None);
    let wrong = Source { url: "https://bao.example/old".parse().unwrap(), ..right.clone() };
    let before = SourceState { document_ttl: Some(7200), ..silent_for(HOUR) };
    let before = conclude(&before, &wrong, &Outcome::NotModified(Hints::default()), now(), 0.0);
    assert_eq!(before.next_poll, now() + 2 * HOUR);
    let quiet = Outcome::Unchanged(Hints::default(), Validators::default());
    assert_eq!(wait(&before, &right, &quiet), 15 * MINUTE);
}

#[test]
fn a_shortened_interval_takes_effect_at_once_but_not_before_the_publisher_asked() {
    let (hourly, daily) = (source(Some(HOUR)), source(Some(24 * HOUR)));
    let fresh_for = |max_age| Outcome::NotModified(Hints { max_age, retry_after: None });
    let quiet = |max_age| conclude(&silent_for(HOUR), &daily, &fresh_for(max_age), now(), 0.0);
    // With its jitter: 66 minutes at most.
    assert_eq!(minutes_until_due(&quiet(None), &hourly), 66);
    assert_eq!(minutes_until_due(&quiet(Some(3 * HOUR)), &hourly), 3 * 66);
    let throttled = conclude(&silent_for(HOUR), &daily, &failed(Some(5 * HOUR)), now(), 0.0);
    assert_eq!(minutes_until_due(&throttled, &hourly), 5 * 66);
    // No interval at all: the pace adapts. A longer one counts from the next poll on.
    assert_eq!(minutes_until_due(&quiet(None), &source(None)), 16);
    let lively = conclude(&silent_for(HOUR), &hourly, &fresh_for(None), now(), 0.0);
    assert_eq!(minutes_until_due(&lively, &daily), 60);
    // Back-off shortens with the interval it doubles.
    let sick = SourceState { failures: 2, ..silent_for(HOUR) };
    let sick = conclude(&sick, &daily, &failed(None), now(), 0.0);
    assert_eq!(minutes_until_due(&sick, &source(Some(MINUTE))), 4);
}

#[test]
fn while_nothing_is_changed_what_was_said_holds_to_the_millisecond() {
    let outcomes = [read(1), read(0), failed(None), failed(Some(3 * HOUR)), failed(Some(30 * HOUR))];
    for (outcome, interval) in outcomes.iter().flat_map(|outcome| [(outcome, None), (outcome, Some(HOUR))]) {
        for chance in [0.0, 0.3, 1.0] {
            let source = source(interval);
            let state = conclude(&silent_for(77 * HOUR), &source, outcome, now(), chance);
            assert_eq!(due(&state, &source, now() + MINUTE), state.next_poll, "{outcome:?} {chance}");
        }
    }
}

#[test]
fn a_poll_that_cannot_be_kept_forgets_nothing_that_the_publisher_asked() {
    let source = source(None);
    let disk_full = || Failure {
        state: State::Internal,
        reason: "the disk is full".to_owned(),
        hints: Hints::default(),
        reach: Reach::Answered,
    };
    let before = silent_for(HOUR);
    let fresh = Outcome::NotModified(Hints { max_age: Some(3 * HOUR), retry_after: None });
    for (outcome, minutes, asked) in [
        (failed(Some(5 * HOUR)), 5 * 60, Some(now() + 5 * HOUR)),
        (fresh, 3 * 60, Some(now() + 3 * HOUR)),
        (read(1), 15, None),
    ] {
        let concluded = conclude(&before, &source, &outcome, now(), 0.0);
        let after = unkept(&before, &concluded, &source, disk_full(), &at(now(), 0.0));
        assert_eq!((after.next_poll - now()).num_minutes(), minutes, "{outcome:?}");
        assert_eq!((after.not_before, after.state), (asked, State::Internal), "{outcome:?}");
        assert_eq!(
            (&after.validators, after.body, after.last_entry),
            (&before.validators, None, before.last_entry)
        );
    }
}

#[test]
fn a_document_that_could_not_be_read_is_fresh_for_as_long_as_one_that_could() {
    let hints = Hints { max_age: Some(3 * HOUR), retry_after: None };
    for (state, wanted) in [
        (State::Internal, 3 * HOUR),
        (State::Unreadable, 3 * HOUR),
        (State::TooMuch, 3 * HOUR),
        (State::Refused, 15 * MINUTE),
    ] {
        let outcome =
            Outcome::Failed(Failure { state, reason: String::new(), hints, reach: Reach::Answered });
        assert_eq!(wait(&silent_for(HOUR), &source(None), &outcome), wanted, "{state:?}");
    }
}

#[test]
fn after_a_clock_was_set_back_the_wait_that_was_left_counts_from_now() {
    let source = source(Some(HOUR));
    let polled_in = |hours: u32| conclude(&silent_for(HOUR), &source, &read(0), now() + hours * HOUR, 0.0);
    for (hours, left) in [(0, 60), (1, 60), (5, 60), (100_000, 60)] {
        let due = due(&polled_in(hours), &source, now());
        assert_eq!((due - now()).num_minutes(), left, "polled {hours} h from now");
    }
    // Set back by less than the poll is ago: what was said holds, and is at most the whole wait away.
    assert_eq!(due(&polled_in(0), &source, now() + MINUTE), now() + HOUR);
    let odd = SourceState { next_poll: now() + 2 * HOUR, ..polled_in(5) };
    assert_eq!(due(&odd, &source, now()), now());
    let asked = conclude(&silent_for(HOUR), &source, &failed(Some(99 * HOUR)), now() + 99 * HOUR, 1.0);
    assert_eq!(due(&asked, &source, now()), now() + LONGEST);
}
