//! The only place that asks what time it is.

use chrono::{DurationRound as _, TimeDelta, Utc};

use crate::model::Timestamp;

/// The wall clock, cut to the milliseconds that the store keeps.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge where time enters; everywhere else it is an argument"
    )]
    let now = Utc::now();
    now.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(now)
}
