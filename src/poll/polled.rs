//! What is told of a poll, or of an article, to who called for it.

use std::time::Duration;

use crate::{
    hosts::Host,
    model::{Reach, SourceId, Timestamp},
};

/// What a poll came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// When the source is due again.
    pub next: Timestamp,
    /// At which host.
    pub host: Host,
    /// What asking took, waits for its host included.
    pub asking: Duration,
    /// What reading the document took; none where none was read.
    pub parsing: Option<Duration>,
    /// Bytes of the body as it was sent; none where there was none.
    pub received: Option<u64>,
    /// How far the request came; none where nothing was asked.
    pub reach: Option<Reach>,
    /// What came of it, in a word: what was read, or the state that a failure left the source in.
    pub outcome: &'static str,
    /// Entries that are new, kept, and held back by no filter.
    pub inserted: usize,
    /// Entries that were changed, and kept so.
    pub updated: usize,
    /// Whether the publisher says otherwise now under whose rights all of them are.
    pub restated: bool,
    /// Other sources of whose entries readers see a difference.
    pub touched: Vec<SourceId>,
}

impl Polled {
    /// Whether readers see a difference.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.inserted + self.updated > 0 || self.restated
    }
}

/// What came of an article, or of the entries that waited for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// In a word, of few.
    pub outcome: &'static str,
    /// Entries that are published now.
    pub inserted: usize,
    /// Entries that are published, and have their article now.
    pub updated: usize,
    /// Other sources of whose entries readers see a difference.
    pub touched: Vec<SourceId>,
}

impl Settled {
    /// Whether readers see a difference.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.inserted + self.updated > 0
    }
}
