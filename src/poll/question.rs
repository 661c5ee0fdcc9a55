//! What a poll asks: which address, and with which validators. Asks nobody itself.

use url::Url;

use super::reading::reading_digest;
use crate::{
    cadence,
    model::{Digest, Source, SourceState, Timestamp, Validators},
};

/// What was asked.
pub(super) struct Question {
    pub(super) url: Url,
    /// See [`SourceState::reading`].
    pub(super) reading: Digest,
    /// Whether the body is read even if it is the one that was read last.
    pub(super) anew: bool,
    pub(super) validators: Validators,
}

impl Question {
    /// What to ask now.
    pub(super) fn now(source: &Source, before: &SourceState, now: Timestamp) -> Self {
        let reading = reading_digest(source);
        // What the last reading depended on has changed: the same document would be read differently now.
        let anew = before.reading != Some(reading);
        let url = cadence::target(before, source);
        let whole = anew || cadence::wants_whole(before, now);
        let validators = if whole { Validators::default() } else { before.validators.clone() };
        Self { url, reading, anew, validators }
    }
}
