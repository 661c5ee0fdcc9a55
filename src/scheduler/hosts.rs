//! Whose turn it is at each host: one request at a time, and a pause between two.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use tokio::time::{Duration, Instant};

use crate::model::{Source, SourceId};

/// No host pauses longer, whatever `host_delay` says.
const PAUSE_MAX: Duration = Duration::from_hours(24);

/// A host and port: what a publisher sees as one visitor's target.
pub(super) type Host = (String, u16);

/// All hosts that are busy, pausing, or waited for.
#[derive(Default)]
pub(super) struct Hosts {
    queues: HashMap<Host, Queue>,
    /// The hosts that pause, by when their pause ends: not on the wall, where the clock may be set.
    pausing: BinaryHeap<Reverse<(Instant, Host)>>,
    /// Whose poll occupies which host, and the pause it asks for afterwards.
    held: HashMap<SourceId, (Host, Duration)>,
}

#[derive(Default)]
struct Queue {
    busy: bool,
    waiting: VecDeque<SourceId>,
}

/// An answer to who asks for a host.
pub(super) enum Turn {
    /// It is yours until released.
    Now,
    /// You are in its queue.
    Queued,
}

impl Hosts {
    /// Takes the source's host for it, or queues it there.
    pub(super) fn claim(&mut self, source: &Source) -> Turn {
        let host = host_of(source);
        let queue = self.queues.entry(host.clone()).or_default();
        if queue.busy {
            queue.waiting.push_back(source.id.clone());
            return Turn::Queued;
        }
        queue.busy = true;
        self.held.insert(source.id.clone(), (host, source.pace.host_delay.min(PAUSE_MAX)));
        Turn::Now
    }

    /// The source's request is over: its host pauses.
    pub(super) fn release(&mut self, id: &SourceId, now: Instant) {
        if let Some((host, pause)) = self.held.remove(id) {
            self.pausing.push(Reverse((now + pause, host)));
        }
    }

    /// The first in the queue of a host whose pause is over, of those that still wait there. It has to claim the host
    /// at once. Hosts that nobody waits for are forgotten.
    pub(super) fn freed(
        &mut self,
        now: Instant,
        waits: impl Fn(&SourceId, &Host) -> bool,
    ) -> Option<SourceId> {
        while self.pausing.peek().is_some_and(|Reverse((free, _))| *free <= now) {
            let Reverse((_, host)) = self.pausing.pop()?;
            let Some(queue) = self.queues.get_mut(&host) else { continue };
            queue.busy = false;
            while let Some(id) = queue.waiting.pop_front() {
                if waits(&id, &host) {
                    return Some(id);
                }
            }
            self.queues.remove(&host);
        }
        None
    }

    /// When the next pause ends.
    pub(super) fn first_free(&self) -> Option<Instant> {
        self.pausing.peek().map(|Reverse((free, _))| *free)
    }
}

/// The host and port that a source's polls go to.
pub(super) fn host_of(source: &Source) -> Host {
    let host = source.url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    (host, source.url.port_or_known_default().unwrap_or_default())
}
