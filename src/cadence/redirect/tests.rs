use std::time::Duration;

use super::super::{conclude, tests as shared};
use super::*;
use crate::model::{Access, Failure, Hints, Outcome, Reach, Secret, State, Timestamp, Validators};

const HOUR: Duration = Duration::from_hours(1);

fn unchanged() -> Outcome {
    Outcome::Unchanged(Hints::default(), Validators::default())
}

fn failed(state: State) -> Outcome {
    let reach = if state == State::Unreachable { Reach::Silent } else { Reach::Answered };
    Outcome::Failed(Failure { state, reason: String::new(), hints: Hints::default(), reach })
}

/// What is adopted after polls at these hours that each came to this, being redirected there.
fn adopted(source: &Source, polls: &[(u32, Outcome, Option<&str>)]) -> Option<String> {
    let state = polls.iter().fold(SourceState::default(), |state, (hour, outcome, to)| {
        let moved = to.map(|to| to.parse().unwrap());
        let now: Timestamp = shared::now() + *hour * HOUR;
        conclude(&state, source, outcome, &Circumstances { moved: moved.as_ref(), ..shared::at(now, 0.0) })
    });
    state.adopted
}

#[test]
fn a_permanent_redirect_is_adopted_only_after_days_of_the_same_feed() {
    let (to, other) = (Some("https://bao.example/rss"), Some("https://portal.example/"));
    let at = |hours: &[u32], outcome: &dyn Fn() -> Outcome, to| {
        hours.iter().map(|hour| (*hour, outcome(), to)).collect::<Vec<_>>()
    };
    let days = [0, 24, 48, 72];
    let unread = || failed(State::Unreadable);
    let new_feed = || shared::read(5);
    let mut interrupted = at(&days, &unchanged, to);
    interrupted[2].2 = None;
    let mut elsewhere = at(&days, &unchanged, to);
    elsewhere[1].2 = other;
    let mut with_failures = at(&[0, 24, 48, 60, 73], &unchanged, to);
    with_failures[2] = (48, failed(State::Unreachable), None);
    let mut with_errors = at(&[0, 24, 48, 60, 73], &unchanged, to);
    with_errors[2] = (48, failed(State::Refused), None);
    let mut with_304 = at(&days, &|| Outcome::NotModified(Hints::default()), to);
    with_304[1].1 = unchanged();
    let table = [
        ("days", at(&days, &unchanged, to), to),
        ("304 to anybody", at(&days, &|| Outcome::NotModified(Hints::default()), to), None),
        ("304 after the whole", with_304, to),
        ("hours", at(&[0, 1, 2, 3, 4, 5, 71], &unchanged, to), None),
        ("few polls", at(&[0, 48, 96], &unchanged, to), None),
        ("a page, as captive portals serve", at(&days, &unread, to), None),
        ("a feed of which nothing is known", at(&days, &new_feed, to), None),
        ("not every time", interrupted, None),
        ("not the same place", elsewhere, None),
        ("no answer between", with_failures, to),
        ("an error between", with_errors, None),
    ];
    for (name, polls, wanted) in table {
        assert_eq!(adopted(&shared::source(None), &polls).as_deref(), wanted, "{name}");
    }
}

#[test]
fn an_adopted_address_is_asked_and_given_up_when_it_fails() {
    let source = shared::source(None);
    let to = "https://bao.example/rss";
    let state = SourceState { adopted: Some(to.to_owned()), ..SourceState::default() };
    assert_eq!(target(&state, &source).as_str(), to);
    assert_eq!(target(&SourceState::default(), &source), source.url);
    let mut polls = state;
    for (failures, wanted) in [(1, Some(to)), (2, Some(to)), (3, None)] {
        polls = conclude(&polls, &source, &failed(State::Missing), &shared::at(shared::now(), 0.0));
        assert_eq!((polls.failures, polls.adopted.as_deref()), (failures, wanted));
    }
    // Another address in the file is asked, whatever became of the one before.
    let polled = conclude(&SourceState::default(), &source, &unchanged(), &shared::at(shared::now(), 0.0));
    let state = SourceState { adopted: Some(to.to_owned()), ..polled };
    let corrected = Source { url: "https://other.example/".parse().unwrap(), ..source };
    assert_eq!(target(&state, &corrected), corrected.url);
    let after = conclude(&state, &corrected, &unchanged(), &shared::at(shared::now(), 0.0));
    assert_eq!(after.adopted, None);
}

#[test]
fn no_address_is_adopted_that_is_less_safe_or_not_trusted_with_what_the_old_one_was() {
    let polls = |to| [0, 24, 48, 72].map(|hour| (hour, unchanged(), Some(to)));
    let plain = Source { url: "http://bao.example/rss".parse().unwrap(), ..shared::source(None) };
    let trusted = Access { authorization: Some(Secret::new("Basic x")), ..Access::default() };
    let trusted = Source { access: trusted, ..plain.clone() };
    let (http, https) = ("http://new.example/", "https://new.example/");
    assert_eq!(adopted(&shared::source(None), &polls(http)), None);
    assert_eq!(adopted(&plain, &polls(http)).as_deref(), Some(http));
    assert_eq!(adopted(&plain, &polls(https)).as_deref(), Some(https));
    assert_eq!(adopted(&trusted, &polls(https)), None);
}
