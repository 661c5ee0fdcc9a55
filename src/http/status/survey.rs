//! What is the case at one moment, for every page and document about it. Decides nothing that was not decided elsewhere.

use std::sync::Arc;

use super::condition::{Condition, Mood};
use crate::{
    config::Config,
    http::Site,
    model::{Count, History, Readership, SourceId, SourceState, State, Timestamp},
};

/// What is the case at one moment.
pub(super) struct Survey {
    pub site: Site,
    pub config: Arc<Config>,
    pub now: Timestamp,
    pub readership: Readership,
    pub store_failure: Option<String>,
    pub offline_since: Option<Timestamp>,
    /// In the order of the configuration.
    pub briefs: Vec<Brief>,
    /// Of all sources together, an hour each, oldest first.
    pub hours: Vec<Count>,
}

/// What must be known of every source before one can say which are shown, and in what order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brief {
    pub enabled: bool,
    pub lax_tls: bool,
    pub state: State,
    pub mood: Mood,
    pub last_success: Option<Timestamp>,
    pub last_entry: Option<Timestamp>,
    /// None where it is not to be polled, or was not polled yet.
    pub next_poll: Option<Timestamp>,
    /// See [`History::entries_in_a_day`].
    pub entries: u32,
    /// See [`History::took`].
    pub took: Option<u32>,
    /// See [`History::saved`].
    pub saved: u64,
}

/// How things stand as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    StoreFailed,
    NoSources,
    Offline,
    Sick,
    Well,
}

impl Survey {
    /// Blocks, for some milliseconds where there are very many sources.
    pub(super) fn of(site: &Site) -> Self {
        let config = site.config.borrow().clone();
        let now = (site.clock)();
        let mut hours = slots(&[], History::hour(now), History::HOURS);
        let briefs = config.sources.iter().map(|source| {
            let mut look = |state: &SourceState| {
                add(&mut hours, &state.history.hours);
                let History { took, saved, .. } = *state.history;
                Brief {
                    enabled: source.enabled,
                    lax_tls: source.access.lax_tls,
                    state: state.state,
                    mood: Condition::of(source, state.state).mood,
                    last_success: state.last_success,
                    last_entry: state.last_entry,
                    next_poll: state.last_poll.filter(|_| source.enabled).map(|_| state.next_poll),
                    entries: state.history.entries_in_a_day(now),
                    took,
                    saved,
                }
            };
            site.board.look(&source.id, &mut look)
        });
        let briefs = briefs.collect();
        Self {
            site: site.clone(),
            config,
            now,
            readership: site.audience.readership(now),
            store_failure: (site.store_failure)(),
            offline_since: (site.offline_since)(),
            briefs,
            hours,
        }
    }

    /// What is known of the source at this place in the configuration.
    pub(super) fn state(&self, place: usize) -> SourceState {
        self.site.board.state(&self.config.sources[place].id)
    }

    /// The place of a source in the configuration.
    pub(super) fn place(&self, id: &SourceId) -> Option<usize> {
        self.config.sources.iter().position(|source| source.id == *id)
    }

    pub(super) fn count(&self, is_one: impl Fn(&Brief) -> bool) -> usize {
        self.briefs.iter().filter(|brief| is_one(brief)).count()
    }

    /// What 304 has saved of all sources together, in bytes.
    pub(super) fn saved(&self) -> u64 {
        self.briefs.iter().fold(0, |sum, brief| sum.saturating_add(brief.saved))
    }

    /// New entries of all sources in a day.
    pub(super) fn entries(&self) -> u64 {
        self.briefs.iter().map(|brief| u64::from(brief.entries)).sum()
    }

    pub(super) fn standing(&self) -> Standing {
        if self.store_failure.is_some() {
            Standing::StoreFailed
        } else if self.briefs.is_empty() {
            Standing::NoSources
        } else if self.offline_since.is_some() {
            Standing::Offline
        } else if self.briefs.iter().any(|brief| brief.mood.is_ill()) {
            Standing::Sick
        } else {
            Standing::Well
        }
    }
}

/// These counts with a slot for each of the last `most`, up to the `present` one, oldest first.
pub(super) fn slots(counts: &[Count], present: u32, most: u32) -> Vec<Count> {
    let first = (present + 1).saturating_sub(most);
    let mut slots: Vec<Count> = (first..=present).map(|slot| Count { slot, ..Count::default() }).collect();
    add(&mut slots, counts);
    slots
}

/// Adds what was counted in these slots; what lies outside them is left out.
fn add(slots: &mut [Count], counts: &[Count]) {
    let Some(first) = slots.first().map(|first| first.slot) else { return };
    for count in counts {
        let place = count.slot.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(slot) = place.and_then(|place| slots.get_mut(place)) {
            slot.entries = slot.entries.saturating_add(count.entries);
            slot.failures = slot.failures.saturating_add(count.failures);
        }
    }
}
