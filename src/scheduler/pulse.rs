//! When the loop last turned, and what it waits for. Knows nothing of why.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::time::{Duration, Instant};

use crate::model::Timestamp;

/// When the scheduler was last seen alive and what it waits for, for the watchdog and the readers' `max-age`.
#[derive(Debug)]
pub struct Pulse {
    made: Instant,
    /// In milliseconds since `made`: the wall clock may be set, which is no sign of life or death.
    beat: AtomicU64,
    next: AtomicI64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { made: Instant::now(), beat: AtomicU64::new(0), next: AtomicI64::new(0) }
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

    pub(super) fn beat(&self, next: Option<Timestamp>) {
        let beat = u64::try_from(self.made.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(beat, Ordering::Relaxed);
        self.next.store(next.map_or(0, |due| due.timestamp_millis()), Ordering::Relaxed);
    }
}
