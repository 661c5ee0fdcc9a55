//! Who is due when, and who waits for what. No clock and no tasks in it.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
};

use tokio::{task::Id, time::Instant};

use super::{
    NAP_MAX, POLLS_MAX,
    hosts::{Host, Hosts, Turn, host_of},
    moment::Moment,
};
use crate::model::{Source, SourceId, Timestamp};

/// See the module.
#[derive(Default)]
pub(super) struct Plan {
    slots: HashMap<SourceId, Slot>,
    due: BinaryHeap<Reverse<(Timestamp, SourceId)>>,
    hosts: Hosts,
    underway: HashMap<Id, Underway>,
    polling: usize,
}

struct Underway {
    /// As it was when the poll began.
    source: Arc<Source>,
    /// Whether the clock was set back since: what the poll says may be by the clock as it was.
    outdated: bool,
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
    /// These sources from now on, and no others.
    pub(super) fn take(&mut self, sources: &[Arc<Source>], first_due: impl Fn(&Source) -> Timestamp) {
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

    /// The clock was set back: what is known of due times may lie in a far future.
    pub(super) fn ask_anew(&mut self, first_due: impl Fn(&Source) -> Timestamp) {
        self.due.clear();
        for (id, slot) in &mut self.slots {
            if matches!(slot.phase, Phase::Due(_)) {
                let due = first_due(&slot.source);
                slot.phase = Phase::Due(due);
                self.due.push(Reverse((due, id.clone())));
            }
        }
        for underway in self.underway.values_mut() {
            underway.outdated = true;
        }
    }

    /// How many sources there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// This task polls the source that [`Plan::next`] gave.
    pub(super) fn begun(&mut self, task: Id, source: Arc<Source>) {
        self.underway.insert(task, Underway { source, outdated: false });
    }

    /// The source that this task polls.
    pub(super) fn polled_by(&self, task: Id) -> Option<&SourceId> {
        self.underway.get(&task).map(|underway| &underway.source.id)
    }

    /// The next source that may be polled now; it counts as polling from here on.
    pub(super) fn next(&mut self, now: Moment) -> Option<Arc<Source>> {
        while self.polling < POLLS_MAX {
            let slots = &self.slots;
            let waits = |id: &SourceId, host: &Host| {
                slots.get(id).is_some_and(|slot| matches!(&slot.phase, Phase::Waiting(at) if at == host))
            };
            let id = self.hosts.freed(now.tick, waits).or_else(|| self.pop_due(now.wall))?;
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

    /// A poll has ended, and says when its source is due next.
    pub(super) fn ended(
        &mut self,
        task: Id,
        due: Timestamp,
        now: Instant,
        first_due: impl Fn(&Source) -> Timestamp,
    ) {
        let Some(polled) = self.underway.remove(&task) else { return };
        let id = polled.source.id.clone();
        self.polling -= 1;
        self.hosts.release(&id, now);
        match self.slots.get_mut(&id) {
            Some(slot) if slot.phase == Phase::Polling => {
                // What the poll says is by the settings that it began with.
                let holds = !polled.outdated && is_timed_alike(&polled.source, &slot.source);
                let due = if holds { due } else { first_due(&slot.source) };
                slot.phase = Phase::Due(due);
                self.due.push(Reverse((due, id)));
            }
            _ => drop(self.slots.remove(&id)),
        }
    }

    /// The earliest moment at which there may be something to do.
    pub(super) fn first(&self, now: Moment) -> Option<Timestamp> {
        let due = self.due.peek().map(|Reverse((due, _))| *due);
        let free = self.hosts.first_free().map(|free| now.wall + free.saturating_duration_since(now.tick));
        due.into_iter().chain(free).min()
    }

    /// When to look again.
    pub(super) fn wake(&self, now: Moment) -> Instant {
        let full = self.polling >= POLLS_MAX;
        let first = self.first(now).filter(|_| !full);
        let until = first.map_or(NAP_MAX, |at| (at - now.wall).to_std().unwrap_or_default());
        now.tick + until.min(NAP_MAX)
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
