//! One source in the plan: what it waits for, and what new settings change of that. Knows not the other sources.

use std::{sync::Arc, time::Duration};

use crate::{
    hosts::Host,
    model::{Source, Timestamp},
};

/// The sources of a host that wanted to be left alone come back within this time, or sooner where they are polled more
/// often than that.
const RETURN_MAX: Duration = Duration::from_hours(1);

/// A source and its place in the plan.
pub(super) struct Slot {
    pub source: Arc<Source>,
    /// Where it is asked.
    pub host: Host,
    pub phase: Phase,
}

/// What a source waits for, or is at.
#[derive(PartialEq, Eq)]
pub(super) enum Phase {
    /// In the heap, with this time; entries with other times are stale.
    Due(Timestamp),
    /// In this host's queue; in those of other hosts it may have left its name behind.
    Waiting(Host),
    Polling,
    /// Polling still, but no longer wanted.
    Leaving,
}

impl Slot {
    /// Whether a poll of it is under way, wanted or not.
    pub fn is_polled(&self) -> bool {
        matches!(self.phase, Phase::Polling | Phase::Leaving)
    }

    /// Whether it waits on as it did, with these settings from now on.
    pub fn stays(&self, source: &Source) -> bool {
        match &self.phase {
            Phase::Waiting(_) => self.source.url == source.url,
            _ => is_timed_alike(&self.source, source),
        }
    }
}

/// Within this time after its host is free again the source comes back.
pub(super) fn returns_within(source: &Source) -> Duration {
    source.pace.interval.unwrap_or(source.pace.min_interval).min(RETURN_MAX)
}

/// Whether all that decides when to poll is the same.
pub(super) fn is_timed_alike(one: &Source, other: &Source) -> bool {
    one.url == other.url && one.pace == other.pace
}
