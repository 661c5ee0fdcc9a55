//! What a poll came to: what the publisher said, and what the decision about the next poll is made from.

use std::time::Duration;

use super::{Digest, Rhythm, Skip, State, Validators};

/// What a publisher asks of our pace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints {
    /// Fresh for so long: Cache-Control max-age, else Expires relative to Date (RFC 9111 §4.2.1).
    pub max_age: Option<Duration>,
    /// Retry-After (RFC 9110 §10.2.3), from now.
    pub retry_after: Option<Duration>,
}

/// What a poll came to, for the decision when to poll next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 304.
    NotModified(Hints),
    /// 200 with the body that was read last time.
    Unchanged(Hints, Validators),
    /// 200 with a document that was read.
    Read(Tally),
    /// Not asked, or not to the end: a host on the way was not free for us. That says nothing of the source.
    PutOff {
        /// For how long.
        wait: Duration,
        /// In words.
        reason: String,
    },
    /// Anything else.
    Failed(Failure),
}

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// From the response.
    pub hints: Hints,
    /// From the response.
    pub validators: Validators,
    /// Of the body.
    pub body: Digest,
    /// See [`super::SourceState::reading`].
    pub reading: Digest,
    /// See [`super::SourceState::document_ttl`].
    pub document_ttl: Option<Duration>,
    /// See [`super::SourceState::skip`].
    pub skip: Skip,
    /// See [`super::SourceState::rhythm`]; of this document alone.
    pub rhythm: Option<Rhythm>,
    /// How many of its entries were known before.
    pub recognised: usize,
    /// How many entries were new.
    pub inserted: usize,
    /// How many entries had changed.
    pub updated: usize,
    /// See [`super::SourceState::rights`].
    pub rights: Option<String>,
    /// See [`super::SourceState::matched`].
    pub matched: Option<usize>,
    /// See [`super::SourceState::repairs`].
    pub repairs: Vec<String>,
    /// See [`super::SourceState::warnings`].
    pub warnings: Vec<String>,
}

/// A poll that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The state that this puts the source in.
    pub state: State,
    /// In words, at most [`Failure::REASON_MAX`] characters.
    pub reason: String,
    /// From the response, if there was one.
    pub hints: Hints,
    /// How far the request came.
    pub reach: Reach,
}

impl Failure {
    /// The longest reason kept, in characters.
    pub const REASON_MAX: usize = 500;
}

/// How far a request came: when nobody is reached any more, it is our own network that has failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// The server answered something, or was not asked.
    #[default]
    Answered,
    /// Nothing came back: no address, no connection, or no answer over it.
    Silent,
    /// Nothing left this machine: it has no network, or no resolver.
    Local,
}
