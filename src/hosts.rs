//! Whose turn it is at each host: one request at a time, a pause between two, and none at all while a host asked to be
//! left alone. The scheduler queues sources here, and whoever follows a redirect queues here too. Knows no clock on the
//! wall, which may be set.

mod queue;
mod visit;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};
use url::Url;

use crate::model::SourceId;
use queue::Queues;
pub use visit::{Itinerary, Unwelcome, Visit};

/// No host pauses longer, nor is it left alone longer, whatever anybody asks.
const PAUSE_MAX: Duration = Duration::from_hours(24);

/// A host and port: what a publisher sees as one visitor's target.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host {
    name: Arc<str>,
    port: u16,
}

impl Host {
    /// The host that this address is asked at.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let name = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        Self { name: name.into(), port: url.port_or_known_default().unwrap_or_default() }
    }

    /// The host of this name at this port.
    #[must_use]
    pub fn new(name: &str, port: u16) -> Self {
        Self { name: name.into(), port }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its name or address, without the port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// All hosts that are busy, pausing, waited for, or left alone.
#[derive(Debug, Default)]
pub struct Hosts {
    queues: Mutex<Queues>,
    /// Until when a host wants to be left alone.
    held: Mutex<HashMap<Host, Instant>>,
    changed: Notify,
}

/// An answer to a source that asks for a host.
#[derive(Debug)]
pub enum Turn {
    /// It is yours until this ends.
    Now(Visit),
    /// You are in its queue.
    Queued,
    /// It wants to be left alone until then.
    Held(Instant),
}

impl Hosts {
    /// Takes the host for this source, or queues the source there. Afterwards the host pauses for so long.
    pub fn claim(self: &Arc<Self>, id: &SourceId, host: &Host, pause: Duration, now: Instant) -> Turn {
        if let Some(until) = self.held(host, now) {
            return Turn::Held(until);
        }
        let is_free = self.queues().claim(id, host);
        if is_free { Turn::Now(Visit::new(self, host, pause).begun()) } else { Turn::Queued }
    }

    /// Ends the pauses that are over, so that whoever was redirected to a host gets its turn there.
    pub fn settle(&self, now: Instant) {
        self.queues().settle(now);
    }

    /// The first source in the queue of a host whose pause is over, of those that still wait there. It has to claim the
    /// host at once. Hosts that nobody waits for are forgotten.
    pub fn freed(&self, now: Instant, waits: impl Fn(&SourceId, &Host) -> bool) -> Option<SourceId> {
        self.queues().freed(now, waits)
    }

    /// The sources that wait for this host. Nobody waits for it any longer.
    pub fn dismiss(&self, host: &Host) -> Vec<SourceId> {
        self.queues().dismiss(host)
    }

    /// When the next pause ends.
    pub fn first_free(&self) -> Option<Instant> {
        self.queues().first_free()
    }

    /// Ends when a visit has ended and a pause begun, so that [`Hosts::first_free`] may be sooner than it was.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The host wants to be left alone for so long from now on (429).
    pub fn hold(&self, host: &Host, wait: Duration, now: Instant) {
        let until = now + wait.min(PAUSE_MAX);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, until| *until > now);
        let longest = held.entry(host.clone()).or_insert(until);
        *longest = until.max(*longest);
    }

    /// Until when the host wants to be left alone, if it does.
    #[must_use]
    pub fn held(&self, host: &Host, now: Instant) -> Option<Instant> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(host).copied().filter(|until| *until > now)
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
