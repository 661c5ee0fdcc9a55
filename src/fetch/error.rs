//! Everything that can go wrong between a URL and its bytes, in words, and the state that each puts a source in. No
//! message holds a URL: one may carry a password or a token.

use std::{error::Error as StdError, fmt, io, net::IpAddr, time::Duration};

use reqwest::StatusCode;
use thiserror::Error;

use super::{resolver::ResolveError, words};
use crate::model::{Failure, Hints, Reach, State};

/// Why a fetch brought neither a body nor a 304.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL, or a redirect's target, is neither http nor https.
    #[error("the address begins with `{scheme}:`; only http and https are fetched")]
    Scheme {
        /// What it is instead.
        scheme: String,
    },
    /// The URL, or a redirect's target, holds a user name or password.
    #[error("the address holds a user name or password, which are not sent from there")]
    Credentials,
    /// The host lies in a network that must not be asked.
    #[error(
        "{host} has the address {address}, which is {zone}; only networks that are allowed by name are asked"
    )]
    ForbiddenAddress {
        /// As the URL or the redirect names it.
        host: String,
        /// What it resolves to.
        address: IpAddr,
        /// The kind of network, such as `loopback` or `private`.
        zone: &'static str,
    },
    /// The host's name gave no address.
    #[error("{host} was not found")]
    Lookup {
        /// The name.
        host: String,
        /// What the resolver said.
        source: reqwest::Error,
    },
    /// No TCP connection.
    #[error("no connection to {host}")]
    Connect {
        /// The name or address.
        host: String,
        /// What the system said.
        source: reqwest::Error,
    },
    /// A TCP connection, but no TLS over it: most often a certificate that is out of date, another host's, or sent
    /// without its intermediate.
    #[error("no secure connection to {host}")]
    Tls {
        /// The name or address.
        host: String,
        /// What the TLS library said.
        source: reqwest::Error,
    },
    /// No connection in time (name look-up, TCP and TLS together).
    #[error("no connection within {}", Seconds(*limit))]
    ConnectTimeout {
        /// [`crate::model::Limits::connect_timeout`].
        limit: Duration,
    },
    /// The server fell silent, before its answer or within it.
    #[error("the server was silent for {}", Seconds(*limit))]
    IdleTimeout {
        /// [`crate::model::Limits::idle_timeout`].
        limit: Duration,
    },
    /// The whole fetch, redirects included, took too long.
    #[error("the answer was not complete within {}", Seconds(*limit))]
    TotalTimeout {
        /// [`crate::model::Limits::total_timeout`].
        limit: Duration,
    },
    /// The connection brought no readable HTTP answer.
    #[error("no readable HTTP answer")]
    Exchange(#[source] reqwest::Error),
    /// The body ended before it was complete: the connection broke, or what was compressed stops in the middle.
    #[error("the answer broke off")]
    Truncated(#[source] Option<reqwest::Error>),
    /// The body is not in the coding that its label says, or damaged.
    #[error("the body is labelled as `{coding}` and cannot be read as that")]
    Decoding {
        /// The coding.
        coding: &'static str,
    },
    /// The body is in a coding that we do not read, or in more layers than we undo.
    #[error("the body is encoded as `{coding}`, which cannot be decoded")]
    Encoding {
        /// Content-Encoding, at most 100 characters.
        coding: String,
    },
    /// The decoded body is larger than allowed, or was on its way or in one of its layers.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// [`crate::model::Limits::max_body`].
        limit: u64,
    },
    /// An answer that is neither a document nor a redirect that we follow.
    #[error("the server answered {}", Answer { code: *code, words })]
    Status {
        /// The status.
        code: u16,
        /// The upstream's own words: its body as plain text, at most [`Failure::REASON_MAX`] characters; may be empty.
        words: String,
        /// From the answer's headers.
        hints: Hints,
    },
    /// 304 to a request that sent no validators, so that there is nothing it could refer to.
    #[error("the server answered 304 Not Modified to an unconditional request")]
    UnaskedNotModified {
        /// From the answer's headers.
        hints: Hints,
    },
    /// More redirects than are followed; most often a loop.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The most that are followed.
        limit: u32,
    },
    /// A redirect without a target, or with one that is no address.
    #[error("a redirect ({code}) that does not say where to")]
    BadLocation {
        /// The redirect's status.
        code: u16,
    },
    /// No HTTP client could be made: the system has no list of CA certificates, or the user agent is no header value.
    #[error(
        "cannot set up HTTPS: is the system's list of CA certificates (package ca-certificates) installed?"
    )]
    Client(#[source] reqwest::Error),
}

impl FetchError {
    /// What a poll is to remember of this.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let mut reason = self.to_string();
        if let Some(root) = self.source().map(root_cause) {
            reason = format!("{reason}: {root}");
        }
        let (reason, reach) = (words::cut(&reason, Failure::REASON_MAX), self.reach());
        Failure { state: self.state(), reason, hints: self.hints(), reach }
    }

    /// How far the request came.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Lookup { .. } | Self::Connect { .. } | Self::ConnectTimeout { .. } => Reach::Silent,
            _ => Reach::Answered,
        }
    }

    /// The state that this puts a source in.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Scheme { .. } | Self::Credentials | Self::ForbiddenAddress { .. } => State::Forbidden,
            Self::Lookup { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::ConnectTimeout { .. }
            | Self::IdleTimeout { .. }
            | Self::TotalTimeout { .. }
            | Self::Exchange(_)
            | Self::Truncated(_) => State::Unreachable,
            Self::Decoding { .. } | Self::Encoding { .. } => State::Unreadable,
            Self::TooLarge { .. } | Self::TooManyRedirects { .. } => State::TooMuch,
            Self::Status { code: 404 | 410, .. } => State::Gone,
            Self::Status { code: 429 | 503, .. } => State::Throttled,
            Self::Status { .. } | Self::UnaskedNotModified { .. } | Self::BadLocation { .. } => {
                State::Refused
            }
            Self::Client(_) => State::Internal,
        }
    }

    /// What the answer asked of our pace; nothing where there was none.
    #[must_use]
    pub fn hints(&self) -> Hints {
        match self {
            Self::Status { hints, .. } | Self::UnaskedNotModified { hints } => *hints,
            _ => Hints::default(),
        }
    }

    /// Names what kept a request from being answered.
    pub(super) fn from_sending(error: reqwest::Error, host: &str, connect_timeout: Duration) -> Self {
        let source = error.without_url();
        let host = host.to_owned();
        match find::<ResolveError>(&source) {
            Some(&ResolveError::Forbidden { address, zone }) => {
                Self::ForbiddenAddress { host, address, zone }
            }
            Some(_) => Self::Lookup { host, source },
            None if !source.is_connect() => Self::Exchange(source),
            None if source.is_timeout() => Self::ConnectTimeout { limit: connect_timeout },
            None if is_tls(&source) => Self::Tls { host, source },
            None => Self::Connect { host, source },
        }
    }
}

/// Whether a failure to connect came from TLS: rustls reports its errors as invalid data, and a peer that hangs up in
/// the handshake as an unexpected end; TCP itself gives neither.
fn is_tls(error: &reqwest::Error) -> bool {
    let tls = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    causes(error)
        .filter_map(<dyn StdError>::downcast_ref::<io::Error>)
        .any(|error| tls.contains(&error.kind()))
}

/// The first cause of this type.
fn find<E: StdError + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(<dyn StdError>::downcast_ref)
}

/// The innermost cause: the one that says something.
fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    causes(error).last().unwrap_or(error)
}

/// An error, its cause, that one's cause, and so on.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An I/O error made from another passes that one over when asked for its source.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.map_or_else(|| error.source(), |inner| Some(inner))
    })
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} s", self.0.as_secs_f64())
    }
}

struct Answer<'a> {
    code: u16,
    words: &'a str,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.code)?;
        let name = StatusCode::from_u16(self.code).ok().and_then(|code| code.canonical_reason());
        if let Some(name) = name {
            write!(formatter, " {name}")?;
        }
        if !self.words.is_empty() {
            write!(formatter, ": {}", self.words)?;
        }
        Ok(())
    }
}
