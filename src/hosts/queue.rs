//! The queues themselves: who has a host, who waits for it, and when its pause ends.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use tokio::{sync::oneshot, time::Instant};

use super::{Host, visit::Visit};
use crate::model::SourceId;

#[derive(Debug, Default)]
pub(super) struct Queues {
    queues: HashMap<Host, Queue>,
    /// The hosts that pause, by when their pause ends.
    pausing: BinaryHeap<Reverse<(Instant, Host)>>,
}

#[derive(Debug, Default)]
struct Queue {
    busy: bool,
    waiting: VecDeque<Waiting>,
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
        let queue = self.queues.entry(host.clone()).or_default();
        if queue.busy {
            queue.waiting.push_back(Waiting::Source(id.clone()));
            return false;
        }
        queue.busy = true;
        true
    }

    /// Gives the visit back, begun, when it is its turn: at once, if the host is free.
    pub(super) fn await_turn(&mut self, visit: Visit) -> oneshot::Receiver<Visit> {
        let (turn, awaited) = oneshot::channel();
        let queue = self.queues.entry(visit.host().clone()).or_default();
        if queue.busy {
            queue.waiting.push_back(Waiting::Visitor(visit, turn));
        } else {
            queue.busy = visit.begin(turn);
        }
        awaited
    }

    /// Whoever had the host is done: it pauses until then.
    pub(super) fn release(&mut self, host: &Host, until: Instant) {
        self.pausing.push(Reverse((until, host.clone())));
    }

    /// See [`super::Hosts::freed`]. Visitors in front of the source get their turns on the way.
    pub(super) fn freed(
        &mut self,
        now: Instant,
        waits: impl Fn(&SourceId, &Host) -> bool,
    ) -> Option<SourceId> {
        while self.pausing.peek().is_some_and(|Reverse((free, _))| *free <= now) {
            let Reverse((_, host)) = self.pausing.pop()?;
            let Some(queue) = self.queues.get_mut(&host) else { continue };
            queue.busy = false;
            while let Some(next) = queue.waiting.pop_front() {
                match next {
                    Waiting::Source(id) if waits(&id, &host) => return Some(id),
                    Waiting::Source(_) => {}
                    // A visitor that is gone gave up waiting.
                    Waiting::Visitor(visit, turn) => {
                        queue.busy = visit.begin(turn);
                        if queue.busy {
                            break;
                        }
                    }
                }
            }
            if !queue.busy {
                self.queues.remove(&host);
            }
        }
        None
    }

    /// See [`super::Hosts::dismiss`].
    pub(super) fn dismiss(&mut self, host: &Host) -> Vec<SourceId> {
        let Some(queue) = self.queues.get_mut(host) else { return Vec::new() };
        let waiting = std::mem::take(&mut queue.waiting);
        if !queue.busy {
            self.queues.remove(host);
        }
        let id = |next| match next {
            Waiting::Source(id) => Some(id),
            // Its end of the channel tells it.
            Waiting::Visitor(..) => None,
        };
        waiting.into_iter().filter_map(id).collect()
    }

    pub(super) fn first_free(&self) -> Option<Instant> {
        self.pausing.peek().map(|Reverse((free, _))| *free)
    }
}
