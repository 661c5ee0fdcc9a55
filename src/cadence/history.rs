//! What a poll adds to a source's history: counts, costs, and whether it fell sick by it or is well again.

use std::{sync::Arc, time::Duration};

use crate::model::{Count, History, Outcome, SourceState, State, Timestamp, Turn};

/// So many failed polls in a row make a source sick: a lone one often mends itself, and nobody needs to be called.
const SICK_AFTER: u32 = 2;

/// What was measured of a poll.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// When it ended.
    pub now: Timestamp,
    /// How long it took to ask.
    pub took: Duration,
    /// What the document took on the network, in bytes; none where none came.
    pub length: Option<u64>,
    /// The dates of its new entries.
    pub dates: &'a [Timestamp],
}

/// Adds a poll to the history of a state that was concluded from it, and tells whether the source turned: from well to sick, or
/// back.
pub fn chronicle(after: &mut SourceState, outcome: &Outcome, measured: &Measured<'_>) -> bool {
    let now = measured.now;
    let turn = turn(after, now);
    let turned = turn.is_some();
    let history = Arc::make_mut(&mut after.history);
    if !matches!(outcome, Outcome::PutOff { .. }) {
        history.took = Some(u32::try_from(measured.took.as_millis()).unwrap_or(u32::MAX));
    }
    if matches!(outcome, Outcome::NotModified(_)) {
        history.saved = history.saved.saturating_add(history.length.unwrap_or_default());
    }
    history.length = measured.length.or(history.length);
    let failures = u32::from(matches!(outcome, Outcome::Failed(_)));
    count(history, measured.dates, failures, now);
    history.turns.extend(turn);
    let surplus = history.turns.len().saturating_sub(History::TURNS_MAX);
    history.turns.drain(..surplus);
    turned
}

/// Adds entries of these dates that were published since their poll to a source's history.
pub fn published(after: &mut SourceState, dates: &[Timestamp], now: Timestamp) {
    count(Arc::make_mut(&mut after.history), dates, 0, now);
}

fn count(history: &mut History, dates: &[Timestamp], failures: u32, now: Timestamp) {
    for (counts, slot, most) in [
        (&mut history.hours, History::hour as fn(Timestamp) -> u32, History::HOURS),
        (&mut history.days, History::day, History::DAYS),
    ] {
        let present = slot(now);
        add(counts, present, 0, failures);
        for date in dates {
            add(counts, slot(*date), 1, 0);
        }
        // What lies in the future by a clock that was set back since would stay for ever.
        counts.retain(|count| count.slot + most > present && count.slot <= present);
    }
}

fn add(counts: &mut Vec<Count>, slot: u32, entries: u32, failures: u32) {
    if entries + failures == 0 {
        return;
    }
    let place = counts.binary_search_by_key(&slot, |count| count.slot).unwrap_or_else(|place| {
        counts.insert(place, Count { slot, ..Count::default() });
        place
    });
    if let Some(count) = counts.get_mut(place) {
        count.entries = count.entries.saturating_add(entries);
        count.failures = count.failures.saturating_add(failures);
    }
}

/// That it fell sick, or is well again. Our own outage says nothing of a source.
fn turn(after: &SourceState, now: Timestamp) -> Option<Turn> {
    let was_sick = after.history.is_sick();
    let is_sick = match after.state {
        State::New | State::Offline => was_sick,
        State::Ok => false,
        State::Silent => true,
        _ => was_sick || after.failures >= SICK_AFTER,
    };
    (is_sick != was_sick).then(|| Turn { at: now, is_sick, state: after.state, reason: after.reason.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Failure, Hints, Reach};

    fn at(minutes: i64) -> Timestamp {
        "2026-11-23T06:10:00Z".parse::<Timestamp>().unwrap() + chrono::TimeDelta::minutes(minutes)
    }

    fn failed() -> Outcome {
        let reason = "timed out".to_owned();
        Outcome::Failed(Failure {
            state: State::Unreachable,
            reason,
            hints: Hints::default(),
            reach: Reach::Silent,
        })
    }

    fn polled(state: &mut SourceState, outcome: &Outcome, now: Timestamp, dates: &[Timestamp]) -> bool {
        let length = matches!(outcome, Outcome::Unchanged(..)).then_some(1_000);
        let measured = Measured { now, took: Duration::from_millis(250), length, dates };
        chronicle(state, outcome, &measured)
    }

    fn slots(counts: &[Count]) -> Vec<(u32, u32, u32)> {
        counts.iter().map(|count| (*count).into()).collect()
    }

    #[test]
    fn entries_are_counted_by_their_dates_and_failures_by_the_poll() {
        let mut state = SourceState { state: State::Ok, ..SourceState::default() };
        let whole = Outcome::Unchanged(Hints::default(), crate::model::Validators::default());
        let dates = [at(0), at(-5), at(-70), at(-60 * 40), at(-60 * 24 * 13), at(-60 * 24 * 14), at(60)];
        polled(&mut state, &whole, at(0), &dates);
        state.state = State::Unreachable;
        polled(&mut state, &failed(), at(1), &[]);
        let (hour, day) = (History::hour(at(0)), History::day(at(0)));
        assert_eq!(slots(&state.history.hours), [(hour - 40, 1, 0), (hour - 1, 1, 0), (hour, 2, 1)]);
        // The one of the next hour is of today.
        assert_eq!(slots(&state.history.days), [(day - 13, 1, 0), (day - 2, 1, 0), (day, 4, 1)]);
        assert_eq!(state.history.entries_in_a_day(at(0)), 3);
        assert_eq!(state.history.entries_in_a_day(at(60 * 23)), 2);
        assert_eq!(state.history.entries_in_a_day(at(60 * 24)), 0);
        // A day later only what is young enough is left.
        polled(&mut state, &whole, at(60 * 24), &[]);
        assert_eq!(slots(&state.history.hours), [(hour - 1, 1, 0), (hour, 2, 1)]);
    }

    #[test]
    fn each_304_saves_what_the_last_document_took() {
        let mut state = SourceState { state: State::Ok, ..SourceState::default() };
        let not_modified = Outcome::NotModified(Hints::default());
        polled(&mut state, &not_modified, at(0), &[]);
        assert_eq!((state.history.saved, state.history.length), (0, None));
        polled(
            &mut state,
            &Outcome::Unchanged(Hints::default(), crate::model::Validators::default()),
            at(1),
            &[],
        );
        polled(&mut state, &not_modified, at(2), &[]);
        polled(&mut state, &not_modified, at(3), &[]);
        assert_eq!((state.history.saved, state.history.length), (2_000, Some(1_000)));
        assert_eq!(state.history.took, Some(250));
        let put_off = Outcome::PutOff { wait: Duration::ZERO, reason: String::new() };
        let measured = Measured { now: at(4), took: Duration::ZERO, length: None, dates: &[] };
        chronicle(&mut state, &put_off, &measured);
        assert_eq!(state.history.took, Some(250));
    }

    #[test]
    fn a_source_turns_sick_at_its_second_failure_and_well_at_its_first_success() {
        let mut state = SourceState::default();
        let ok = Outcome::NotModified(Hints::default());
        let table = [
            (State::Ok, 0, &ok, false),
            (State::Unreachable, 1, &failed(), false),
            (State::Ok, 0, &ok, false),
            (State::Unreachable, 1, &failed(), false),
            (State::Offline, 1, &failed(), false),
            (State::Refused, 2, &failed(), true),
            (State::Gone, 3, &failed(), false),
            (State::Offline, 3, &failed(), false),
            (State::Ok, 0, &ok, true),
            (State::Silent, 0, &ok, true),
            (State::Unreachable, 1, &failed(), false),
            (State::Ok, 0, &ok, true),
        ];
        for (minute, (name, failures, outcome, wanted)) in (0..).zip(table) {
            (state.state, state.failures) = (name, failures);
            assert_eq!(polled(&mut state, outcome, at(minute), &[]), wanted, "minute {minute}");
        }
        let turns: Vec<_> = state.history.turns.iter().map(|turn| (turn.is_sick, turn.state)).collect();
        let wanted = [(true, State::Refused), (false, State::Ok), (true, State::Silent), (false, State::Ok)];
        assert_eq!(turns, wanted);
        for minute in 20..60 {
            state.state = if minute % 2 == 0 { State::Silent } else { State::Ok };
            polled(&mut state, &ok, at(minute), &[]);
        }
        assert_eq!(state.history.turns.len(), History::TURNS_MAX);
        assert_eq!(state.history.turns.last().map(|turn| turn.at), Some(at(59)));
    }
}
