//! What is told of a poll in the log.

use tracing::{debug, info, warn};
use url::Url;

use crate::model::{Outcome, SourceId, SourceState, State, Timestamp};

/// One line for each poll that is worth one: news, and failures; the rest only for who asks for it.
pub(super) fn tell(
    id: &SourceId,
    outcome: &Outcome,
    before: &SourceState,
    after: &SourceState,
    now: Timestamp,
) {
    let next = (after.next_poll - now).num_seconds();
    if before.failures > 0 && after.failures == 0 {
        info!(source = %id, failures = before.failures, next_s = next, "well again");
    }
    match outcome {
        Outcome::Read(tally) if tally.inserted + tally.updated > 0 => {
            info!(source = %id, new = tally.inserted, updated = tally.updated, next_s = next, "polled");
        }
        // Told once for all, by the scheduler.
        Outcome::Failed(failure) if after.state == State::Offline => {
            debug!(source = %id, next_s = next, "offline: {}", failure.reason);
        }
        // What it is like has been told: that it still is fills logs, and hides what is new in them.
        Outcome::Failed(failure) if before.failures > 0 && before.state == after.state => {
            let state = after.state.name();
            debug!(source = %id, %state, failures = after.failures, next_s = next, "fails still: {}", failure.reason);
        }
        Outcome::Failed(failure) => {
            let state = after.state.name();
            warn!(source = %id, %state, failures = after.failures, next_s = next, "poll failed: {}", failure.reason);
        }
        Outcome::PutOff { reason, .. } => debug!(source = %id, next_s = next, "put off: {reason}"),
        Outcome::Read(_) | Outcome::Unchanged(..) | Outcome::NotModified(_) => {
            debug!(source = %id, next_s = next, "polled, nothing new");
        }
    }
}

/// Of a poll that asked nobody.
pub const PUT_OFF: &str = "put-off";

/// What came of a poll in a word, of few.
pub(super) fn outcome(outcome: &Outcome, after: State) -> &'static str {
    match outcome {
        Outcome::Read(_) => "read",
        Outcome::Unchanged(..) => "unchanged",
        Outcome::NotModified(_) => "not-modified",
        Outcome::PutOff { .. } => PUT_OFF,
        Outcome::Failed(_) => after.name(),
    }
}

/// What had to be put right, and what the admin and the publisher should know: once, not at every poll.
pub(super) fn tell_notes(id: &SourceId, before: &SourceState, after: &SourceState) {
    if after.state == State::Silent && before.state != State::Silent {
        warn!(source = %id, "silent: {}", after.reason);
    }
    let to = |state: &SourceState| state.moved.as_ref().map(|moved| public(&moved.to));
    match (&after.adopted, to(after)) {
        (Some(address), _) if before.adopted != after.adopted => {
            let address = public(address);
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

/// An address without user name and password, which a redirect may bring: a log is no place for them.
fn public(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return String::new() };
    // Both fail only for addresses without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
