//! Polls that an admin asks for: whether politeness permits one now, and who waits to hear what came of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{mpsc, oneshot, watch};

use super::{clock, polling::held_until, reloading::Verdict};
use crate::{
    board::Board,
    cadence,
    config::Config,
    hosts::Hosts,
    model::{Source, SourceId, Timestamp},
    poll::{self, Polled},
    scheduler::Pulse,
};

/// So many may wait to hear of one source,
const WAITING_MAX: usize = 16;
/// and of all: half of the admins' connections.
const WAITING_IN_ALL_MAX: usize = 32;

/// Who waits for the end of the next poll of which source.
#[derive(Default)]
pub(super) struct Waiting {
    answers: Mutex<HashMap<SourceId, Vec<oneshot::Sender<Verdict>>>>,
}

impl Waiting {
    /// Tells what came of a poll to who waits for it.
    pub(super) fn tell(&self, id: &SourceId, polled: &Polled, board: &Board) {
        let waiting = self.answers.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        for answer in waiting.unwrap_or_default() {
            // Who has hung up does not want to know.
            let _ = answer.send(verdict(id, polled, board));
        }
    }

    /// Whether anybody waits to hear of this source.
    pub(super) fn is_for(&self, id: &SourceId) -> bool {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(id).is_some_and(|waiting| waiting.iter().any(|answer| !answer.is_closed()))
    }

    /// None where too many wait already.
    fn wait(&self, id: &SourceId) -> Option<oneshot::Receiver<Verdict>> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // Who has hung up takes no place.
        answers.retain(|_, waiting| {
            waiting.retain(|answer| !answer.is_closed());
            !waiting.is_empty()
        });
        let in_all: usize = answers.values().map(Vec::len).sum();
        let waiting = answers.entry(id.clone()).or_default();
        let (answer, told) = oneshot::channel();
        (waiting.len() < WAITING_MAX && in_all < WAITING_IN_ALL_MAX).then(|| {
            waiting.push(answer);
            told
        })
    }
}

fn verdict(id: &SourceId, polled: &Polled, board: &Board) -> Verdict {
    let state = board.state(id);
    let next = format!("next poll {}", written(state.next_poll));
    let Polled { outcome, inserted, updated, .. } = polled;
    if *outcome == poll::PUT_OFF {
        let words = format!("{id} was not asked: a host on its way wants to be left alone; {next}");
        return Verdict { well: false, words };
    }
    if state.failures > 0 {
        return Verdict { well: false, words: format!("{id}: {outcome}: {}; {next}", state.reason) };
    }
    Verdict { well: true, words: format!("{id}: {outcome}, {inserted} new, {updated} updated; {next}") }
}

/// What comes of asking for a poll.
pub(super) enum Hastened {
    /// It is polled as soon as it is its turn at its host, and here one hears of it.
    Waits(oneshot::Receiver<Verdict>),
    /// Why it is not polled now, for people.
    Refused(String),
    /// Why nobody can wait for it now, for people.
    Busy(&'static str),
}

/// What it takes to have a source polled.
#[derive(Clone)]
pub(super) struct Hastening {
    pub(super) config: watch::Receiver<Arc<Config>>,
    pub(super) board: Arc<Board>,
    pub(super) hosts: Arc<Hosts>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) waiting: Arc<Waiting>,
    pub(super) wishes: mpsc::Sender<SourceId>,
}

impl Hastening {
    /// Has the source of this id polled, if politeness permits.
    pub(super) fn hasten(&self, id: &str) -> Hastened {
        let config = self.config.borrow().clone();
        let Some(source) = config.sources.iter().find(|source| source.id.as_str() == id) else {
            let words =
                format!("`{id}` is no feed of the file that is in force; `tintinh status` names them all");
            return Hastened::Refused(words);
        };
        if let Some(why) = self.forbidden(source, clock::now()) {
            return Hastened::Refused(format!("{id} is not polled now: {why}"));
        }
        let Some(told) = self.waiting.wait(&source.id) else {
            return Hastened::Busy("too many wait for polls already: see `tintinh status` later");
        };
        if self.wishes.try_send(source.id.clone()).is_err() {
            return Hastened::Busy("too many sources are to be polled already: ask again later");
        }
        Hastened::Waits(told)
    }

    /// Why it would not be polite, or of no use, to poll the source now.
    fn forbidden(&self, source: &Source, now: Timestamp) -> Option<String> {
        if !source.enabled {
            return Some("it rests (enabled = false): take that out of feeds.toml first".to_owned());
        }
        if let Some(until) = held_until(&self.hosts, &self.board, source) {
            return Some(format!("its host asks to be left alone until {}", written(until)));
        }
        if self.pulse.offline_since().is_some() {
            return Some("nobody can be reached: our own network seems to be down; see whether it and its name servers work".to_owned());
        }
        let until = cadence::asked_until(&self.board.state(&source.id), source, now)?;
        Some(format!("its publisher asks for no request before {}", written(until)))
    }
}

fn written(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        hosts::Host,
        model::{SourceState, State},
    };

    #[test]
    fn a_poll_that_asked_nobody_is_told_as_none_and_not_by_a_failure_before_it() {
        let id = SourceId::new("bao").unwrap();
        let failed = SourceState {
            failures: 2,
            state: State::Missing,
            reason: "the server answered 404".to_owned(),
            ..SourceState::default()
        };
        let cases = [
            ("put-off", SourceState::default(), false, "bao was not asked: a host on its way "),
            ("put-off", failed.clone(), false, "bao was not asked: a host on its way "),
            ("missing", failed, false, "bao: missing: the server answered 404; "),
            ("read", SourceState::default(), true, "bao: read, 3 new, 1 updated; "),
        ];
        for (outcome, state, well, words) in cases {
            let board = Board::new([(id.clone(), state)].into());
            let polled = Polled {
                next: clock::now(),
                host: Host::new("bao.example", 443),
                asking: Duration::ZERO,
                parsing: None,
                received: None,
                reach: None,
                outcome,
                inserted: 3,
                updated: 1,
                restated: false,
                touched: vec![],
            };
            let told = verdict(&id, &polled, &board);
            assert_eq!(told.well, well, "{outcome}");
            assert!(told.words.starts_with(words), "{}", told.words);
        }
    }
}
