//! Whether it is our own network that is down: told by nobody being reached any more. Pure.

use std::collections::HashSet;

use tokio::time::{Duration, Instant};

use super::POLLS_MAX;
use crate::{
    hosts::Host,
    model::{Reach, SourceId},
};

/// When so many hosts in a row were not reached, and none between them, it is not they who are down. Where three of ten
/// are down for good, that comes by chance once in fifteen thousand times; and one that is reached then ends it.
const HOSTS_MAX: usize = 8;
/// Fewer hosts than this may be down together; then only what never left this machine tells.
const HOSTS_MIN: usize = 3;
/// While nobody can be reached so many polls try, so far apart: enough to know within a minute that somebody can.
const TRIES: usize = 3;
const TRY_EVERY: Duration = Duration::from_secs(5);
/// So many of the first to notice are remembered.
const STRUCK_MAX: usize = 1000;

#[derive(Default)]
pub(super) struct Outage {
    /// The hosts that were not reached since one was.
    silent: HashSet<Host>,
    /// Of those, the ones whose request did not even leave this machine.
    local: HashSet<Host>,
    /// Whose polls those were.
    struck: Vec<SourceId>,
    /// The hosts that were not reached while another was, until they answer: that they are silent says nothing of us.
    dead: HashSet<Host>,
    /// When somebody last was reached.
    answered: Option<Instant>,
    /// Since when nobody is reached any more.
    on: Option<Instant>,
    last_try: Option<Instant>,
}

/// A poll that has ended.
pub(super) struct Heard<'a> {
    pub(super) id: &'a SourceId,
    pub(super) host: &'a Host,
    pub(super) reach: Reach,
    pub(super) began: Instant,
    pub(super) ended: Instant,
}

/// What a poll's end changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// Nobody is reached any more; these noticed it when they still seemed to be alone.
    Struck(Vec<SourceId>),
    Ended,
}

impl Outage {
    /// A poll has ended; `hosts` are known in all.
    pub(super) fn heard(&mut self, poll: &Heard<'_>, hosts: usize) -> Change {
        let &Heard { id, host, reach, began, ended } = poll;
        if reach == Reach::Answered {
            let was_on = self.is_on();
            let mut dead = std::mem::take(&mut self.dead);
            dead.remove(host);
            *self = Self { dead, answered: Some(ended), ..Self::default() };
            return if was_on { Change::Ended } else { Change::None };
        }
        if let Some(since) = self.on {
            // Those that began before did not know that they would fail for our sake.
            return if began <= since { Change::Struck(vec![id.clone()]) } else { Change::None };
        }
        // Hosts that never answer are told of when their time is over, all at once. Whoever was reached since they were
        // asked shows that it is they who are down.
        if self.answered.is_some_and(|answered| began <= answered) {
            self.dead.insert(host.clone());
            return Change::None;
        }
        let Some(hosts) = self.telling(host, hosts) else { return Change::None };
        if reach == Reach::Local {
            self.local.insert(host.clone());
        }
        self.silent.insert(host.clone());
        if self.struck.len() < STRUCK_MAX {
            self.struck.push(id.clone());
        }
        let (all, few) = (hosts.clamp(1, HOSTS_MAX), hosts.clamp(1, HOSTS_MIN));
        let together = self.silent.len() >= all && self.silent.len() >= HOSTS_MIN;
        if together || (self.local.len() >= few && self.local.len() == self.silent.len()) {
            self.on = Some(ended);
            return Change::Struck(std::mem::take(&mut self.struck));
        }
        Change::None
    }

    /// How many hosts can tell of an outage, if this is one of them; where all are dead, all can.
    fn telling(&self, host: &Host, hosts: usize) -> Option<usize> {
        match hosts.saturating_sub(self.dead.len()) {
            0 => Some(hosts),
            living => (!self.dead.contains(host)).then_some(living),
        }
    }

    /// Whether it is worth trying this host while nobody can be reached: not one that was silent before.
    pub(super) fn is_hopeful(&self, host: &Host, hosts: usize) -> bool {
        !self.is_on() || self.telling(host, hosts).is_some()
    }

    pub(super) fn is_on(&self) -> bool {
        self.on.is_some()
    }

    /// How many polls may be under way.
    pub(super) fn room(&self) -> usize {
        if self.is_on() { TRIES } else { POLLS_MAX }
    }

    /// A poll begins.
    pub(super) fn begun(&mut self, now: Instant) {
        self.last_try = self.on.map(|_| now);
    }

    /// When the next poll may begin, if there is reason to wait.
    pub(super) fn next_try(&self) -> Option<Instant> {
        self.last_try.filter(|_| self.is_on()).map(|last| last + TRY_EVERY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What changes with this poll, which was under way in these seconds.
    fn hear(outage: &mut Outage, name: &str, reach: Reach, seconds: (u64, u64), hosts: usize) -> Change {
        let start = Instant::now();
        let [began, ended] = [seconds.0, seconds.1].map(|seconds| start + Duration::from_secs(seconds));
        let host = Host::of(&format!("http://{name}.vn/").parse().unwrap());
        let id = SourceId::new(name).unwrap();
        outage.heard(&Heard { id: &id, host: &host, reach, began, ended }, hosts)
    }

    /// The outage after these polls, one after the other, each a host and how far it came, among so many hosts; and who
    /// was struck.
    fn after(polls: &[(&str, Reach)], hosts: usize) -> (bool, Vec<String>) {
        let mut outage = Outage::default();
        let mut struck = Vec::new();
        for (second, (host, reach)) in (0..).step_by(2).zip(polls) {
            if let Change::Struck(first) = hear(&mut outage, host, *reach, (second, second + 1), hosts) {
                struck = first.iter().map(ToString::to_string).collect();
            }
        }
        (outage.is_on(), struck)
    }

    #[test]
    fn nobody_being_reached_is_our_own_fault_and_some_not_being_reached_is_not() {
        use Reach::{Answered, Local, Silent};
        let silent = |names: &[&'static str]| names.iter().map(|name| (*name, Silent)).collect::<Vec<_>>();
        let three = silent(&["a", "b", "c"]);
        let eight = silent(&["a", "b", "c", "d", "e", "f", "g", "h"]);
        let table = [
            (silent(&["a", "b"]), 2, false),
            (three.clone(), 3, true),
            (three.clone(), 4, false),
            (silent(&["a", "a", "a", "a", "a", "a", "a", "a", "b"]), 40, false),
            (eight[..7].to_vec(), 3000, false),
            (eight.clone(), 3000, true),
            ([vec![("x", Silent)], vec![("y", Answered)], eight[..7].to_vec()].concat(), 3000, false),
            ([eight.clone(), vec![("y", Answered)]].concat(), 3000, false),
            // What never left this machine tells sooner, and also for one or two.
            (vec![("a", Local)], 1, true),
            (vec![("a", Silent)], 1, false),
            (vec![("a", Local)], 2, false),
            (vec![("a", Local), ("b", Local)], 2, true),
            (vec![("a", Local), ("b", Local), ("c", Local)], 3000, true),
            (vec![("a", Silent), ("b", Local), ("c", Local), ("d", Local)], 3000, false),
        ];
        for (polls, hosts, wanted) in table {
            assert_eq!(after(&polls, hosts).0, wanted, "{polls:?} of {hosts}");
        }
        assert_eq!(after(&three, 3).1, ["a", "b", "c"]);
    }

    #[test]
    fn hosts_that_were_asked_before_somebody_was_reached_are_down_by_themselves() {
        let mut outage = Outage::default();
        hear(&mut outage, "y", Reach::Answered, (10, 11), 40);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            assert_eq!(hear(&mut outage, name, Reach::Silent, (10, 30), 40), Change::None);
        }
        assert!(!outage.is_on());
    }

    #[test]
    fn who_was_under_way_when_the_network_went_down_is_struck_too() {
        let mut outage = Outage::default();
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            hear(&mut outage, name, Reach::Silent, (10, 30), 40);
        }
        let late = SourceId::new("late").unwrap();
        assert_eq!(hear(&mut outage, "late", Reach::Silent, (20, 40), 40), Change::Struck(vec![late]));
        assert_eq!(hear(&mut outage, "knowing", Reach::Silent, (40, 50), 40), Change::None);
    }

    #[test]
    fn hosts_that_were_silent_while_others_answered_tell_nothing_until_they_answer() {
        use Reach::{Answered, Silent};
        let mut outage = Outage::default();
        let dead: Vec<String> = (0..9).map(|number| format!("dead{number}")).collect();
        // All asked at once; the living answer before the others' time is over.
        for name in ["a", "b", "c"] {
            hear(&mut outage, name, Answered, (0, 1), 12);
        }
        for name in &dead {
            hear(&mut outage, name, Silent, (0, 30), 12);
        }
        for name in &dead {
            hear(&mut outage, name, Silent, (100, 130), 12);
        }
        assert!(!outage.is_on());
        for name in ["a", "b"] {
            hear(&mut outage, name, Silent, (200, 230), 12);
        }
        assert!(!outage.is_on());
        hear(&mut outage, "c", Silent, (200, 230), 12);
        assert!(outage.is_on());
        let host = |name: &str| Host::of(&format!("http://{name}.vn/").parse().unwrap());
        assert!(outage.is_hopeful(&host("a"), 12) && !outage.is_hopeful(&host("dead0"), 12));
        hear(&mut outage, "dead0", Answered, (300, 301), 12);
        hear(&mut outage, "a", Silent, (400, 430), 12);
        assert!(outage.telling(&host("dead0"), 12).is_some() && outage.telling(&host("dead1"), 12).is_none());
    }

    #[test]
    fn while_it_lasts_a_few_try_now_and_then() {
        let start = Instant::now();
        let mut outage = Outage::default();
        assert_eq!((outage.room(), outage.next_try()), (POLLS_MAX, None));
        hear(&mut outage, "a", Reach::Local, (0, 1), 1);
        assert_eq!((outage.room(), outage.next_try()), (3, None));
        outage.begun(start);
        assert_eq!((outage.room(), outage.next_try()), (3, Some(start + Duration::from_secs(5))));
        assert_eq!(hear(&mut outage, "a", Reach::Answered, (6, 7), 1), Change::Ended);
        assert_eq!((outage.room(), outage.next_try()), (POLLS_MAX, None));
    }
}
