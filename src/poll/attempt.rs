//! What one attempt at an article came to, and what is told of it in the log.

use std::time::Duration;

use tracing::{debug, warn};

use crate::{
    hosts::Host,
    model::{Article, SourceId},
};

/// What one attempt came to.
pub(super) enum Attempt {
    Read(Article),
    Failed {
        reason: String,
        retry_after: Option<Duration>,
    },
    /// As failed; and its host wants to be left alone.
    Throttled {
        reason: String,
        host: Host,
        wait: Duration,
    },
    /// Never to be asked for.
    GivenUp(String),
    PutOff(Duration),
    /// Nobody wants it any more.
    Gone,
}

impl Attempt {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Failed { .. } => "failed",
            Self::Throttled { .. } => "throttled",
            Self::GivenUp(_) => "refused",
            Self::PutOff(_) => "put-off",
            Self::Gone => "gone",
        }
    }
}

/// One line for each; only for who asks for it, but where a source's articles begin to fail.
pub(super) fn tell(id: &SourceId, link: &str, attempt: &Attempt, fails_already: bool) {
    match attempt {
        Attempt::Read(_) => debug!(source = %id, link, "an article was read"),
        Attempt::Failed { reason, .. } | Attempt::Throttled { reason, .. } | Attempt::GivenUp(reason)
            if fails_already =>
        {
            debug!(source = %id, link, "an article could not be read either: {reason}");
        }
        Attempt::Failed { reason, .. } | Attempt::Throttled { reason, .. } | Attempt::GivenUp(reason) => {
            warn!(source = %id, link, "an article could not be read: {reason}");
        }
        Attempt::PutOff(wait) => {
            debug!(source = %id, link, wait_s = wait.as_secs(), "an article was put off");
        }
        Attempt::Gone => debug!(source = %id, link, "an article is no longer wanted"),
    }
}
