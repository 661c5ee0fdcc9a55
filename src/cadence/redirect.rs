//! Which address a source is asked at. A permanent redirect is remembered at once, and taken for the address only after
//! it has led to the same feed for days: a captive portal, or a mistake at the publisher's, does not last so long, and
//! serves no feed with entries that are known. The admin's file is never touched.

use chrono::TimeDelta;
use url::Url;

use super::{Circumstances, readdressed};
use crate::model::{Moved, Outcome, Reach, Source, SourceState};

/// For so long a redirect must have led to the same place,
const ADOPTED_AFTER: TimeDelta = TimeDelta::days(3);
/// and in so many polls in a row.
const ADOPTED_POLLS: u32 = 4;
/// After so many failures in a row an adopted address is given up for the admin's own.
const GIVEN_UP_AFTER: u32 = 3;

/// Where to ask for the source's feed.
#[must_use]
pub fn target(state: &SourceState, source: &Source) -> Url {
    let adopted = state.adopted.as_deref().filter(|_| !readdressed(state, source));
    adopted.and_then(|adopted| adopted.parse().ok()).unwrap_or_else(|| source.url.clone())
}

/// Notes where the poll was redirected to.
pub(super) fn remember(
    state: &mut SourceState,
    source: &Source,
    outcome: &Outcome,
    circumstances: &Circumstances<'_>,
) {
    let same_feed = match outcome {
        Outcome::NotModified(_) | Outcome::Unchanged(..) => true,
        Outcome::Read(tally) => tally.recognised > 0,
        Outcome::PutOff { .. } => return,
        Outcome::Failed(failure) => {
            if let Some(moved) = state.moved.as_mut().filter(|_| failure.reach == Reach::Answered) {
                moved.times = 0;
            }
            if state.adopted.is_some() && state.failures >= GIVEN_UP_AFTER {
                state.adopted = None;
                state.moved = None;
            }
            return;
        }
    };
    let Some(to) = circumstances.moved else {
        // An adopted address that answers by itself leaves the memory of how it was found.
        if state.adopted.is_none() {
            state.moved = None;
        }
        return;
    };
    if state.moved.as_ref().is_none_or(|moved| moved.to != to.as_str()) {
        state.moved = Some(Moved { to: to.to_string(), since: circumstances.now, times: 0, whole: false });
    }
    let from = target(state, source);
    let Some(moved) = state.moved.as_mut().filter(|_| same_feed) else { return };
    moved.times = moved.times.saturating_add(1);
    moved.whole |= !matches!(outcome, Outcome::NotModified(_));
    let often = moved.times >= ADOPTED_POLLS && moved.whole;
    let for_long = often && circumstances.now - moved.since >= ADOPTED_AFTER;
    if for_long && may_be_adopted(source, &from, to) {
        state.adopted = Some(moved.to.clone());
    }
}

/// Not from https to http, and not where the admin trusted the server with something.
fn may_be_adopted(source: &Source, from: &Url, to: &Url) -> bool {
    let trusted = source.access.authorization.is_some() || !source.access.headers.is_empty();
    !trusted && (from.scheme() != "https" || to.scheme() == "https")
}

#[cfg(test)]
mod tests;
