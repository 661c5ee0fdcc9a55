//! Whose article is read next: one at a host at a time, so many in all, and who has wanted it longest goes first. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    hosts::Host,
    model::{SourceId, Timestamp},
};

/// Who wants a turn since when, and at which host.
type Wish = (Timestamp, SourceId, Host);

/// See the module.
pub(super) struct Turns {
    /// So many at once.
    most: usize,
    /// Where an article is read.
    taken: HashSet<Host>,
    wishes: BTreeSet<Wish>,
    /// Whose host was taken when it was their turn: they wish anew when it is free.
    behind: HashMap<Host, BTreeSet<Wish>>,
}

impl Turns {
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: HashSet::new(), wishes: BTreeSet::new(), behind: HashMap::new() }
    }

    pub(super) fn wish(&mut self, since: Timestamp, id: SourceId, host: Host) {
        self.wishes.insert((since, id, host));
    }

    /// Whether somebody wishes who may have a turn.
    pub(super) fn is_wished(&self) -> bool {
        self.taken.len() < self.most && !self.wishes.is_empty()
    }

    /// Whose turn it is, where there is room; its host is taken until it [is given back](Turns::give_back).
    pub(super) fn next(&mut self) -> Option<(SourceId, Host)> {
        while self.is_wished() {
            let wish = self.wishes.pop_first()?;
            if self.taken.insert(wish.2.clone()) {
                return Some((wish.1, wish.2));
            }
            self.behind.entry(wish.2.clone()).or_default().insert(wish);
        }
        None
    }

    pub(super) fn give_back(&mut self, host: &Host) {
        self.taken.remove(host);
        if let Some(behind) = self.behind.get_mut(host) {
            self.wishes.extend(behind.pop_first());
            if behind.is_empty() {
                self.behind.remove(host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn wished(turns: &mut Turns, second: i64, id: &str, host: &str) {
        turns.wish(at(second), SourceId::new(id).unwrap(), Host::new(host, 80));
    }

    fn next(turns: &mut Turns) -> Option<String> {
        turns.next().map(|(id, _)| id.to_string())
    }

    #[test]
    fn sources_of_one_host_take_turns() {
        let mut turns = Turns::new(9);
        let mut order = String::new();
        for id in ["a", "b", "c"] {
            wished(&mut turns, 0, id, "h");
        }
        for second in 1..=7 {
            let id = next(&mut turns).unwrap();
            assert_eq!(next(&mut turns), None);
            order.push_str(&id);
            turns.give_back(&Host::new("h", 80));
            wished(&mut turns, second, &id, "h");
        }
        assert_eq!(order, "abcabca");
    }

    #[test]
    fn hosts_take_turns_where_there_are_more_than_places() {
        let mut turns = Turns::new(2);
        for (second, id) in ["a", "b", "c", "d"].iter().enumerate() {
            wished(&mut turns, i64::try_from(second).unwrap(), id, id);
        }
        assert_eq!((next(&mut turns), next(&mut turns)), (Some("a".to_owned()), Some("b".to_owned())));
        assert!(!turns.is_wished());
        turns.give_back(&Host::new("a", 80));
        wished(&mut turns, 9, "a", "a");
        assert_eq!((next(&mut turns), next(&mut turns)), (Some("c".to_owned()), None));
        turns.give_back(&Host::new("b", 80));
        turns.give_back(&Host::new("c", 80));
        assert_eq!((next(&mut turns), next(&mut turns)), (Some("d".to_owned()), Some("a".to_owned())));
    }

    #[test]
    fn who_waits_behind_a_taken_host_takes_no_place_from_others_and_keeps_its_own() {
        let mut turns = Turns::new(2);
        wished(&mut turns, 0, "a", "h");
        wished(&mut turns, 1, "b", "h");
        wished(&mut turns, 2, "c", "g");
        assert_eq!((next(&mut turns), next(&mut turns)), (Some("a".to_owned()), Some("c".to_owned())));
        wished(&mut turns, 3, "d", "f");
        turns.give_back(&Host::new("h", 80));
        assert_eq!((next(&mut turns), next(&mut turns)), (Some("b".to_owned()), None));
        assert!(turns.behind.is_empty());
    }
}
