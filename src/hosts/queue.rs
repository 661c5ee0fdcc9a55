//! The queues themselves: who has a host, who waits for it, and when its pause ends.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use tokio::{sync::oneshot, time::Instant};

use super::{Host, Visit};
use crate::model::SourceId;

/// Visitors that wait for one host at once: each takes up room among the polls under way. Where a hundred feeds are
/// redirected to one host the others come later.
const VISITORS_MAX: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Queues {
    at: HashMap<Host, Queue>,
    /// The hosts that pause, by when their pause ends.
    pausing: BinaryHeap<Reverse<(Instant, Host)>>,
    /// The hosts whose pause is over and that a source is to have, since when.
    ready: VecDeque<(Instant, Host)>,
}

#[derive(Debug, Default)]
struct Queue {
    busy: bool,
    waiting: VecDeque<Waiting>,
    /// How many of those are visitors.
    visitors: usize,
}

#[derive(Debug)]
enum Waiting {
    Source(SourceId),
    /// A poll under way that was redirected here.
    Visitor(Visit, oneshot::Sender<Visit>),
}

impl Queues {
    /// Whether the source has the host now; else it is queued.
    pub(super) fn claim(&mut self, id: &SourceId, host: &Host) -> bool {
        let queue = self.at.entry(host.clone()).or_default();
        if queue.busy {
            queue.waiting.push_back(Waiting::Source(id.clone()));
            return false;
        }
        queue.busy = true;
        true
    }

    /// Gives the visit back, begun, when it is its turn: at once, if the host is free. None where too many visitors wait
    /// already.
    pub(super) fn await_turn(&mut self, visit: Visit) -> Option<oneshot::Receiver<Visit>> {
        let (turn, awaited) = oneshot::channel();
        let queue = self.at.entry(visit.host().clone()).or_default();
        if queue.busy {
            if queue.visitors >= VISITORS_MAX {
                return None;
            }
            queue.visitors += 1;
            queue.waiting.push_back(Waiting::Visitor(visit, turn));
        } else {
            queue.busy = visit.begin(turn);
        }
        Some(awaited)
    }

    /// Whoever had the host is done: it pauses until then.
    pub(super) fn release(&mut self, host: &Host, until: Instant) {
        self.pausing.push(Reverse((until, host.clone())));
    }

    /// Ends the pauses that are over: a visitor in front of the queue gets its turn, a source in front will get it from
    /// [`Queues::freed`].
    pub(super) fn settle(&mut self, now: Instant) {
        while self.pausing.peek().is_some_and(|Reverse((free, _))| *free <= now) {
            if let Some(Reverse((free, host))) = self.pausing.pop() {
                self.pass_on(free, host);
            }
        }
    }

    /// The host is free since then: the next in its queue is to have it. A host that nobody waits for is forgotten.
    fn pass_on(&mut self, free: Instant, host: Host) {
        while let Some(queue) = self.at.get_mut(&host) {
            match queue.waiting.pop_front() {
                // A visitor that is gone gave up waiting.
                Some(Waiting::Visitor(visit, turn)) => {
                    queue.visitors -= 1;
                    if visit.begin(turn) {
                        return;
                    }
                }
                Some(source) => {
                    queue.waiting.push_front(source);
                    self.ready.push_back((free, host));
                    return;
                }
                None => drop(self.at.remove(&host)),
            }
        }
    }

    /// See [`super::Hosts::freed`].
    pub(super) fn freed(
        &mut self,
        now: Instant,
        waits: impl Fn(&SourceId, &Host) -> bool,
    ) -> Option<SourceId> {
        self.settle(now);
        while let Some((free, host)) = self.ready.pop_front() {
            let Some(queue) = self.at.get_mut(&host) else { continue };
            if let Some(Waiting::Source(id)) =
                queue.waiting.pop_front_if(|next| matches!(next, Waiting::Source(_)))
                && waits(&id, &host)
            {
                queue.busy = false;
                return Some(id);
            }
            self.pass_on(free, host);
        }
        None
    }

    /// See [`super::Hosts::dismiss`].
    pub(super) fn dismiss(&mut self, host: &Host) -> Vec<SourceId> {
        let Some(queue) = self.at.get_mut(host) else { return Vec::new() };
        let waiting = std::mem::take(&mut queue.waiting);
        queue.visitors = 0;
        if !queue.busy {
            self.at.remove(host);
        }
        let id = |next| match next {
            Waiting::Source(id) => Some(id),
            // Its end of the channel tells it.
            Waiting::Visitor(..) => None,
        };
        waiting.into_iter().filter_map(id).collect()
    }

    pub(super) fn first_free(&self) -> Option<Instant> {
        let pausing = self.pausing.peek().map(|Reverse((free, _))| *free);
        self.ready.front().map(|(free, _)| *free).or(pausing)
    }

    /// Whether nobody has, awaits or pauses anything.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.at.is_empty() && self.pausing.is_empty() && self.ready.is_empty()
    }
}
