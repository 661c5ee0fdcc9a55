//! What time it is by two clocks, and whether the one on the wall was set back.

use chrono::TimeDelta;
use tokio::time::Instant;

use crate::model::Timestamp;

/// So far the wall clock may fall behind before it counts as set back: less than any wait worth mending, more than
/// what a clock that is being corrected gently loses in a day.
const BEHIND_MAX: TimeDelta = TimeDelta::minutes(1);

/// What time it is: on the wall, which may be set, and by a clock that only ever runs on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) wall: Timestamp,
    pub(super) tick: Instant,
}

/// Compares the two clocks.
pub(super) struct Watch {
    /// When the wall clock was last seen where it should be, or ahead: it is ahead after a machine's sleep.
    right: Moment,
}

impl Watch {
    pub(super) fn new(now: Moment) -> Self {
        Self { right: now }
    }

    /// Whether the wall clock has gone back since it was last asked about, by more than [`BEHIND_MAX`] at once or in
    /// small steps. Told once for each time.
    pub(super) fn was_set_back(&mut self, now: Moment) -> bool {
        let behind = self.right.wall + now.tick.saturating_duration_since(self.right.tick) - now.wall;
        let set_back = behind > BEHIND_MAX;
        if set_back || behind <= TimeDelta::zero() {
            self.right = now;
        }
        set_back
    }
}
