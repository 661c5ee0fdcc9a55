//! When the loop last turned, and what it waits for. Knows nothing of why.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::time::{Duration, Instant};

use crate::model::Timestamp;

/// When the scheduler was last seen alive, what it waits for, and whether it reaches anybody: for the watchdog, the
/// readers' `max-age` and the status page.
#[derive(Debug)]
pub struct Pulse {
    made: Instant,
    /// In milliseconds since `made`: the wall clock may be set, which is no sign of life or death.
    beat: AtomicU64,
    next: AtomicI64,
    /// Since when nobody can be reached, in milliseconds since 1970; 0 while somebody can.
    offline: AtomicI64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            made: Instant::now(),
            beat: AtomicU64::new(0),
            next: AtomicI64::new(0),
            offline: AtomicI64::new(0),
        }
    }
}

impl Pulse {
    /// When the loop last turned; when this was made, before it started.
    #[must_use]
    pub fn last_beat(&self) -> Instant {
        self.made + Duration::from_millis(self.beat.load(Ordering::Relaxed))
    }

    /// When the next source is due; 1970 while none is known.
    #[must_use]
    pub fn next_due(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(self.next.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Since when nobody at all can be reached, if that is so: our own network seems to be down.
    #[must_use]
    pub fn offline_since(&self) -> Option<Timestamp> {
        let since = self.offline.load(Ordering::Relaxed);
        Timestamp::from_timestamp_millis(since).filter(|_| since != 0)
    }

    /// Whether nobody can be reached now; since when is kept from the first time on.
    pub(super) fn tell_offline(&self, now: Option<Timestamp>) {
        match now {
            None => self.offline.store(0, Ordering::Relaxed),
            Some(now) => {
                let since = now.timestamp_millis();
                // Only one loop writes: that it is set already is no failure.
                let _ = self.offline.compare_exchange(0, since, Ordering::Relaxed, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn beat(&self, next: Option<Timestamp>) {
        let beat = u64::try_from(self.made.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(beat, Ordering::Relaxed);
        self.next.store(next.map_or(0, |due| due.timestamp_millis()), Ordering::Relaxed);
    }
}
