//! What is told of a poll in the log.

use tracing::{debug, info, warn};

use crate::model::{Outcome, SourceId, SourceState, State, Timestamp};

/// One line for each poll that is worth one: news, and failures; the rest only for who asks for it.
pub(super) fn tell(id: &SourceId, outcome: &Outcome, after: &SourceState, now: Timestamp) {
    let next = (after.next_poll - now).num_seconds();
    match outcome {
        Outcome::Read(tally) if tally.inserted + tally.updated > 0 => {
            info!(source = %id, new = tally.inserted, updated = tally.updated, next_s = next, "polled");
        }
        // Told once for all, by the scheduler.
        Outcome::Failed(failure) if after.state == State::Offline => {
            debug!(source = %id, next_s = next, "offline: {}", failure.reason);
        }
        Outcome::Failed(failure) => {
            let state = after.state;
            warn!(source = %id, ?state, failures = after.failures, next_s = next, "poll failed: {}", failure.reason);
        }
        Outcome::PutOff { reason, .. } => debug!(source = %id, next_s = next, "put off: {reason}"),
        Outcome::Read(_) | Outcome::Unchanged(..) | Outcome::NotModified(_) => {
            debug!(source = %id, next_s = next, "polled, nothing new");
        }
    }
}

/// What came of a poll in a word, of few.
pub(super) fn outcome(outcome: &Outcome, after: State) -> &'static str {
    match outcome {
        Outcome::Read(_) => "read",
        Outcome::Unchanged(..) => "unchanged",
        Outcome::NotModified(_) => "not-modified",
        Outcome::PutOff { .. } => "put-off",
        Outcome::Failed(_) => after.name(),
    }
}

/// What had to be put right, and what the admin and the publisher should know: once, not at every poll.
pub(super) fn tell_notes(id: &SourceId, before: &SourceState, after: &SourceState) {
    if after.state == State::Silent && before.state != State::Silent {
        warn!(source = %id, "silent: {}", after.reason);
    }
    let to = |state: &SourceState| state.moved.as_ref().map(|moved| moved.to.clone());
    match (&after.adopted, to(after)) {
        (Some(address), _) if before.adopted != after.adopted => {
            warn!(source = %id, address, "asked at its new address from now on: change its `url` in feeds.toml");
        }
        (None, _) if before.adopted.is_some() => {
            warn!(source = %id, "its new address fails: asked at the `url` of feeds.toml again");
        }
        (None, Some(address)) if to(before).as_ref() != Some(&address) => {
            info!(source = %id, address, "its address has moved permanently");
        }
        _ => {}
    }
    for repair in after.repairs.iter().filter(|repair| !before.repairs.contains(repair)) {
        info!(source = %id, "repaired: {repair}");
    }
    for warning in after.warnings.iter().filter(|warning| !before.warnings.contains(warning)) {
        info!(source = %id, "{warning}");
    }
}
