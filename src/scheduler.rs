//! The loop: when each source is polled. It gets `poll` as a function and knows nothing of what one does.
//!
//! One task for all sources: a heap of due times, a queue for each host, and a bound on the polls under way. A poll
//! says when its source is due next; the loop sees to it that a host (host and port) has one request at a time, and
//! `host_delay` between them.

mod hosts;
mod pulse;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    future::Future,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tracing::{debug, error};

use crate::model::{Source, SourceId, Timestamp};
use hosts::{Host, Hosts, Turn, host_of};
pub use pulse::Pulse;

/// Polls under way at once: each may hold a whole body in memory.
pub const POLLS_MAX: usize = 32;
/// The longest sleep: the wall clock may be set while we sleep, and the watchdog wants to see us alive.
const NAP_MAX: Duration = Duration::from_secs(5);
/// The wait after a poll that panicked: our own fault, which is no reason to ask the publisher again soon.
const AFTER_PANIC: Duration = Duration::from_hours(1);

/// What the loop is built from.
pub struct Scheduler<Poll, FirstDue, Clock> {
    /// The sources, and whatever becomes of them: changes take effect at once.
    pub sources: watch::Receiver<Arc<Vec<Arc<Source>>>>,
    /// Polls one source once and says when it is due again.
    pub poll: Poll,
    /// When a source is due that the loop did not know before, or knew with other settings.
    pub first_due: FirstDue,
    /// What time it is.
    pub clock: Clock,
    /// Where to show that it is alive.
    pub pulse: Arc<Pulse>,
}

impl<Poll, Polled, FirstDue, Clock> Scheduler<Poll, FirstDue, Clock>
where
    Poll: Fn(Arc<Source>) -> Polled,
    Polled: Future<Output = Timestamp> + Send + 'static,
    FirstDue: Fn(&Source) -> Timestamp,
    Clock: Fn() -> Timestamp,
{
    /// Polls until `stop` turns true or is dropped, then waits for the polls under way.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut plan = Plan::default();
        let mut polls = JoinSet::new();
        self.take_sources(&mut plan);
        loop {
            let now = (self.clock)();
            while let Some(source) = plan.next(now) {
                let task = polls.spawn((self.poll)(Arc::clone(&source)));
                plan.underway.insert(task.id(), source);
            }
            self.pulse.beat(plan.first());
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                changed = self.sources.changed() => match changed {
                    Ok(()) => self.take_sources(&mut plan),
                    Err(_) => break,
                },
                Some(ended) = polls.join_next_with_id() => self.ended(&mut plan, ended),
                () = sleep_until(plan.wake(now)) => {}
            }
        }
        while polls.join_next().await.is_some() {
            self.pulse.beat(plan.first());
        }
    }

    fn take_sources(&mut self, plan: &mut Plan) {
        let sources = self.sources.borrow_and_update().clone();
        plan.take(&sources, &self.first_due);
        debug!(sources = plan.slots.len(), "scheduling");
    }

    fn ended(&self, plan: &mut Plan, ended: Result<(Id, Timestamp), JoinError>) {
        let now = (self.clock)();
        let (task, due) = match ended {
            Ok(ended) => ended,
            Err(panicked) => {
                let source = plan.underway.get(&panicked.id()).map(|source| &source.id);
                error!(?source, "a poll panicked: {panicked}");
                (panicked.id(), now + AFTER_PANIC)
            }
        };
        plan.ended(task, due, now, &self.first_due);
    }
}

/// Who is due when, and who waits for what. No clock and no tasks in it.
#[derive(Default)]
struct Plan {
    slots: HashMap<SourceId, Slot>,
    due: BinaryHeap<Reverse<(Timestamp, SourceId)>>,
    hosts: Hosts,
    underway: HashMap<Id, Arc<Source>>,
    polling: usize,
}

struct Slot {
    source: Arc<Source>,
    phase: Phase,
}

#[derive(PartialEq, Eq)]
enum Phase {
    /// In the heap, with this time; entries with other times are stale.
    Due(Timestamp),
    /// In this host's queue; in those of other hosts it may have left its name behind.
    Waiting(Host),
    Polling,
    /// Polling still, but no longer wanted.
    Leaving,
}

impl Plan {
    fn take(&mut self, sources: &[Arc<Source>], first_due: impl Fn(&Source) -> Timestamp) {
        let mut before = std::mem::take(&mut self.slots);
        for source in sources.iter().filter(|source| source.enabled) {
            let id = &source.id;
            let phase = match before.remove(id) {
                // One poll of a source at a time, also when it goes and comes back meanwhile.
                Some(Slot { phase: Phase::Polling | Phase::Leaving, .. }) => Phase::Polling,
                Some(slot) if stays(&slot, source) => slot.phase,
                _ => {
                    let due = first_due(source);
                    self.due.push(Reverse((due, id.clone())));
                    Phase::Due(due)
                }
            };
            self.slots.insert(id.clone(), Slot { source: Arc::clone(source), phase });
        }
        for (id, slot) in before {
            if matches!(slot.phase, Phase::Polling | Phase::Leaving) {
                self.slots.insert(id, Slot { phase: Phase::Leaving, ..slot });
            }
        }
    }

    /// The next source that may be polled now; it counts as polling from here on.
    fn next(&mut self, now: Timestamp) -> Option<Arc<Source>> {
        while self.polling < POLLS_MAX {
            let slots = &self.slots;
            let waits = |id: &SourceId, host: &Host| {
                slots.get(id).is_some_and(|slot| matches!(&slot.phase, Phase::Waiting(at) if at == host))
            };
            let id = self.hosts.freed(now, waits).or_else(|| self.pop_due(now))?;
            let Some(slot) = self.slots.get_mut(&id) else { continue };
            match self.hosts.claim(&slot.source) {
                Turn::Now => {
                    slot.phase = Phase::Polling;
                    self.polling += 1;
                    return Some(Arc::clone(&slot.source));
                }
                Turn::Queued => slot.phase = Phase::Waiting(host_of(&slot.source)),
            }
        }
        None
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<SourceId> {
        while self.due.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Reverse((due, id)) = self.due.pop()?;
            if self.slots.get(&id).is_some_and(|slot| slot.phase == Phase::Due(due)) {
                return Some(id);
            }
        }
        None
    }

    fn ended(&mut self, task: Id, due: Timestamp, now: Timestamp, first_due: impl Fn(&Source) -> Timestamp) {
        let Some(polled) = self.underway.remove(&task) else { return };
        let id = polled.id.clone();
        self.polling -= 1;
        self.hosts.release(&id, now);
        match self.slots.get_mut(&id) {
            Some(slot) if slot.phase == Phase::Polling => {
                // What the poll says is by the settings that it began with.
                let due = if is_timed_alike(&polled, &slot.source) { due } else { first_due(&slot.source) };
                slot.phase = Phase::Due(due);
                self.due.push(Reverse((due, id)));
            }
            _ => drop(self.slots.remove(&id)),
        }
    }

    /// The earliest moment at which there may be something to do.
    fn first(&self) -> Option<Timestamp> {
        let due = self.due.peek().map(|Reverse((due, _))| *due);
        due.into_iter().chain(self.hosts.first_free()).min()
    }

    fn wake(&self, now: Timestamp) -> Instant {
        let full = self.polling >= POLLS_MAX;
        let until =
            self.first().filter(|_| !full).map_or(NAP_MAX, |at| (at - now).to_std().unwrap_or_default());
        Instant::now() + until.min(NAP_MAX)
    }
}

/// Whether a source that waits, with these settings from now on, waits on as it did.
fn stays(slot: &Slot, source: &Source) -> bool {
    match &slot.phase {
        Phase::Waiting(host) => *host == host_of(source),
        _ => is_timed_alike(&slot.source, source),
    }
}

/// Whether all that decides when to poll is the same.
fn is_timed_alike(one: &Source, other: &Source) -> bool {
    one.url == other.url && one.pace == other.pace
}

#[cfg(test)]
mod tests;
