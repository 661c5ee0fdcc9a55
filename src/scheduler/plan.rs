//! Who is due when, and who waits for what. No clock and no tasks in it.

mod slot;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    sync::Arc,
    time::Duration,
};

use tokio::{task::Id, time::Instant};

use self::slot::{Phase, Slot, is_timed_alike, returns_within};
use super::{
    Due, Ended, NAP_MAX,
    moment::Moment,
    outage::{Change, Heard, Outage},
};
use crate::{
    hosts::{Host, Hosts, Turn, Visit},
    model::{Source, SourceId, Timestamp},
};

/// While nobody can be reached, hosts that were silent before leave the tries to others.
const HOPELESS: Duration = Duration::from_mins(1);
/// Who was not reached because our network is down is tried again within this time, a few at a time.
const HASTENED_WITHIN: Duration = Duration::from_secs(15);

/// See the module.
pub(super) struct Plan {
    slots: HashMap<SourceId, Slot>,
    due: BinaryHeap<Reverse<(Timestamp, SourceId)>>,
    hosts: Arc<Hosts>,
    /// How many hosts the sources are at.
    hosts_known: usize,
    underway: HashMap<Id, Underway>,
    polling: usize,
    outage: Outage,
}

struct Underway {
    /// As it was when the poll began.
    source: Arc<Source>,
    /// The host that it was given.
    host: Host,
    began: Instant,
    /// Whether the clock was set back since: what the poll says may be by the clock as it was.
    outdated: bool,
}

impl Plan {
    pub(super) fn new(hosts: Arc<Hosts>) -> Self {
        Self {
            slots: HashMap::new(),
            due: BinaryHeap::new(),
            hosts,
            hosts_known: 0,
            underway: HashMap::new(),
            polling: 0,
            outage: Outage::default(),
        }
    }

    /// These sources from now on, and no others.
    pub(super) fn take(&mut self, sources: &[Arc<Source>], first_due: impl Fn(&Source) -> Due) {
        let mut before = std::mem::take(&mut self.slots);
        for source in sources.iter().filter(|source| source.enabled) {
            let id = &source.id;
            let slot = match before.remove(id) {
                // One poll of a source at a time, also when it goes and comes back meanwhile.
                Some(slot) if slot.is_polled() => {
                    Slot { source: Arc::clone(source), phase: Phase::Polling, ..slot }
                }
                Some(slot) if slot.stays(source) => Slot { source: Arc::clone(source), ..slot },
                _ => {
                    let Due { at, host } = first_due(source);
                    self.due.push(Reverse((at, id.clone())));
                    Slot { source: Arc::clone(source), host, phase: Phase::Due(at) }
                }
            };
            self.slots.insert(id.clone(), slot);
        }
        for (id, slot) in before {
            if slot.is_polled() {
                self.slots.insert(id, Slot { phase: Phase::Leaving, ..slot });
            }
        }
        self.hosts_known = self.slots.values().map(|slot| &slot.host).collect::<HashSet<_>>().len();
    }

    /// The clock was set back: what is known of due times may lie in a far future.
    pub(super) fn ask_anew(&mut self, first_due: impl Fn(&Source) -> Due) {
        self.due.clear();
        for (id, slot) in &mut self.slots {
            if matches!(slot.phase, Phase::Due(_)) {
                let due = first_due(&slot.source);
                slot.phase = Phase::Due(due.at);
                self.due.push(Reverse((due.at, id.clone())));
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

    /// Whether nobody can be reached.
    pub(super) fn is_offline(&self) -> bool {
        self.outage.is_on()
    }

    /// This task polls the source that [`Plan::next`] gave.
    pub(super) fn begun(&mut self, task: Id, source: Arc<Source>, now: Instant) {
        let Some(slot) = self.slots.get(&source.id) else { return };
        let host = slot.host.clone();
        self.underway.insert(task, Underway { source, host, began: now, outdated: false });
        self.outage.begun(now);
    }

    /// The source that this task polls.
    pub(super) fn polled_by(&self, task: Id) -> Option<&SourceId> {
        self.underway.get(&task).map(|underway| &underway.source.id)
    }

    /// The next source that may be polled now; it counts as polling from here on.
    pub(super) fn next(&mut self, now: Moment) -> Option<(Arc<Source>, Visit)> {
        // Also where no further poll may begin: one under way may wait for a turn.
        self.hosts.settle(now.tick);
        while self.polling < self.outage.room() && self.outage.next_try().is_none_or(|next| next <= now.tick)
        {
            let slots = &self.slots;
            let waits = |id: &SourceId, host: &Host| {
                slots.get(id).is_some_and(|slot| matches!(&slot.phase, Phase::Waiting(at) if at == host))
            };
            let id = self.hosts.freed(now.tick, waits).or_else(|| self.pop_due(now.wall))?;
            let Some(slot) = self.slots.get_mut(&id) else { continue };
            match self.hosts.claim(&id, &slot.host, slot.source.pace.host_delay, now.tick) {
                Turn::Now(visit) => {
                    slot.phase = Phase::Polling;
                    self.polling += 1;
                    return Some((Arc::clone(&slot.source), visit));
                }
                Turn::Queued => slot.phase = Phase::Waiting(slot.host.clone()),
                Turn::Held(until) => {
                    let host = slot.host.clone();
                    self.put_off(&id, until, now);
                    for id in self.hosts.dismiss(&host) {
                        self.put_off(&id, until, now);
                    }
                }
            }
        }
        None
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<SourceId> {
        while self.due.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Reverse((due, id)) = self.due.pop()?;
            let Some(slot) = self.slots.get_mut(&id).filter(|slot| slot.phase == Phase::Due(due)) else {
                continue;
            };
            if self.outage.is_hopeful(&slot.host, self.hosts_known) {
                return Some(id);
            }
            let later = now + HOPELESS;
            slot.phase = Phase::Due(later);
            self.due.push(Reverse((later, id)));
        }
        None
    }

    /// The source's host wants to be left alone until then: its sources come back apart, not all at once.
    fn put_off(&mut self, id: &SourceId, until: Instant, now: Moment) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        if slot.is_polled() {
            return;
        }
        let within = returns_within(&slot.source);
        let at = now.wall + until.saturating_duration_since(now.tick) + within.mul_f64(share(id, now));
        slot.phase = Phase::Due(at);
        self.due.push(Reverse((at, id.clone())));
    }

    /// A poll has ended, and says when its source is due next.
    pub(super) fn ended(&mut self, task: Id, ended: Ended, now: Moment, first_due: impl Fn(&Source) -> Due) {
        let Some(polled) = self.underway.remove(&task) else { return };
        let id = polled.source.id.clone();
        self.polling -= 1;
        match self.slots.get_mut(&id) {
            Some(slot) if slot.phase == Phase::Polling => {
                // What the poll says is by the settings that it began with.
                let holds = !polled.outdated && is_timed_alike(&polled.source, &slot.source);
                let due = match ended.due {
                    Some(due) if holds => due,
                    _ => first_due(&slot.source),
                };
                // Whoever was told to leave a host alone comes back last: were it first, and told the same again,
                // nobody else would ever be asked there.
                let held = self.hosts.held(&due.host, now.tick);
                let last = |until: Instant| now.wall + (until - now.tick) + returns_within(&slot.source);
                let at = held.map_or(due.at, |until| due.at.max(last(until)));
                slot.host = due.host;
                slot.phase = Phase::Due(at);
                self.due.push(Reverse((at, id.clone())));
            }
            _ => drop(self.slots.remove(&id)),
        }
        let Some(reach) = ended.reach else { return };
        let heard = Heard { id: &id, host: &polled.host, reach, began: polled.began, ended: now.tick };
        if let Change::Struck(struck) = self.outage.heard(&heard, self.hosts_known) {
            for id in struck {
                self.hasten(&id, now);
            }
        }
    }

    /// A source that failed because of our own network need not wait as if it were sick.
    fn hasten(&mut self, id: &SourceId, now: Moment) {
        self.bring_forward(id, now.wall + HASTENED_WITHIN.mul_f64(share(id, now)));
    }

    /// Somebody wants the source polled now. One that waits for its turn, or is being polled, needs no more.
    pub(super) fn hurry(&mut self, id: &SourceId, now: Moment) {
        self.bring_forward(id, now.wall);
    }

    fn bring_forward(&mut self, id: &SourceId, at: Timestamp) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        if matches!(slot.phase, Phase::Due(_)) {
            slot.phase = Phase::Due(at);
            self.due.push(Reverse((at, id.clone())));
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
        let latest = now.tick + NAP_MAX;
        let free = self.hosts.first_free().unwrap_or(latest).min(latest);
        if self.polling >= self.outage.room() {
            // A host that is free already waits for a source, and that for room.
            return if free > now.tick { free } else { latest };
        }
        let due = self
            .due
            .peek()
            .map_or(NAP_MAX, |Reverse((due, _))| (*due - now.wall).to_std().unwrap_or_default().min(NAP_MAX));
        let first = free.min(now.tick + due);
        self.outage.next_try().map_or(first, |next| first.max(next))
    }
}

/// A number in 0..1 that differs from source to source and from time to time.
fn share(id: &SourceId, now: Moment) -> f64 {
    let mut hasher = DefaultHasher::new();
    (id, now.wall.timestamp_millis()).hash(&mut hasher);
    f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}
