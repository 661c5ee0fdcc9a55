//! Everything that can go wrong between a URL and its bytes, in words, and the state that each puts a source in. No
//! message holds a URL: one may carry a password or a token.

mod advice;
mod causes;
mod phrases;

use std::{error::Error as StdError, net::IpAddr, time::Duration};

use thiserror::Error;

use self::{
    causes::{is_local, is_silent, root_cause},
    phrases::{Answer, Seconds},
};
use super::words;
use crate::{
    hosts::Unwelcome,
    model::{Failure, Hints, Reach, State},
};

/// Until a source is tried again that is redirected to where too many are already.
const BUSY: Duration = Duration::from_mins(2);

/// Why a fetch brought neither a body nor a 304.
#[derive(Debug, Error)]
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
    /// The URL, or a redirect's target, is the proxy itself, whose address is not judged.
    #[error("{host} is the proxy, which is not asked for a feed")]
    AsksProxy {
        /// The proxy's host.
        host: String,
    },
    /// The host's name gave no address.
    #[error("{host} was not found")]
    Lookup {
        /// The name; where there is a proxy, it is told too, because the name may be the proxy's own.
        host: String,
        /// What the resolver said.
        source: reqwest::Error,
    },
    /// No TCP connection, or a proxy that makes none.
    #[error("no connection to {host}")]
    Connect {
        /// The name or address, and the proxy if there is one.
        host: String,
        /// What the system said.
        source: reqwest::Error,
    },
    /// A TCP connection, but no TLS over it: most often a certificate that is out of date, another host's, or sent
    /// without its intermediate.
    #[error("no secure connection to {host}")]
    Tls {
        /// The name or address, and the proxy if there is one.
        host: String,
        /// What the TLS library said.
        source: reqwest::Error,
    },
    /// No connection in time (name look-up, TCP, TLS and a proxy's consent together).
    #[error("no connection to {host} within {}", Seconds(*limit))]
    ConnectTimeout {
        /// The name or address, and the proxy if there is one.
        host: String,
        /// [`crate::model::Limits::connect_timeout`].
        limit: Duration,
    },
    /// The server fell silent, before its answer or within it. The head of an answer counts as one: a server that
    /// has not sent all of it in time has not answered.
    #[error("the server was silent for {}", Seconds(*limit))]
    IdleTimeout {
        /// [`crate::model::Limits::idle_timeout`].
        limit: Duration,
        /// Whether the head of an answer had come.
        answered: bool,
    },
    /// The whole fetch, redirects included, took too long.
    #[error("the answer was not complete within {}", Seconds(*limit))]
    TotalTimeout {
        /// [`crate::model::Limits::total_timeout`].
        limit: Duration,
        /// Whether the head of an answer had come, be it of a redirect.
        answered: bool,
    },
    /// The answer has more headers, or a longer head, than is read: 100 headers or 400 KB over HTTP/1. Over HTTP/2 the
    /// same is an [`Self::Exchange`], because the library does not tell it from other faults.
    #[error("the answer has more than 100 headers, or a head of more than 400 KB")]
    HeadTooLarge,
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
    /// A page that sets a cookie by script and loads itself again.
    #[error("the server first sends a page whose script sets the cookie `{name}`")]
    CookieChallenge {
        /// The cookie's name.
        name: String,
    },
    /// The same page again, although the cookie was sent.
    #[error("the server sets the cookie `{name}` by script, and again although it was sent back")]
    CookieUseless {
        /// The cookie's name.
        name: String,
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
    /// A host on the way cannot be asked now.
    #[error("{host} {why}")]
    Unwelcome {
        /// Its name or address.
        host: String,
        /// Why not.
        why: Unwelcome,
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
    /// A server answered, with a redirect or a cookie, and then nothing was heard from where that leads.
    #[error("after a first answer, {0}")]
    Afterwards(#[source] Box<FetchError>),
    /// The source's own list of CA certificates holds none, or one that cannot be read.
    #[error(
        "the certificates of `ca_file` cannot be read; it must hold PEM blocks that begin `BEGIN CERTIFICATE`"
    )]
    CaFile(#[source] Option<reqwest::Error>),
    /// The proxy's address is none that can be used.
    #[error(
        "the address of `proxy` cannot be used; it must be an http, https, socks5 or socks5h address with a host"
    )]
    Proxy,
    /// No HTTP client could be made: the system has no list of CA certificates.
    #[error("cannot set up HTTPS")]
    Client(#[source] reqwest::Error),
}

impl FetchError {
    /// What a poll is to remember of this.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let (state, hints, reach) = (self.state(), self.hints(), self.reach());
        Failure { state, reason: self.reason(), hints, reach }
    }

    /// What happened, the system's or the server's own words for it, and what may help.
    fn reason(&self) -> String {
        let reason = match (self, self.source().map(root_cause)) {
            (Self::Afterwards(error), _) => format!("after a first answer, {}", error.reason()),
            (_, Some(root)) => format!("{self}: {root}"),
            (_, None) => self.to_string(),
        };
        let Some(advice) = self.advice() else { return words::cut(&reason, Failure::REASON_MAX) };
        let room = Failure::REASON_MAX - advice.chars().count() - 2;
        format!("{}; {advice}", words::cut(&reason, room))
    }

    /// How far the request came. Where a redirect was followed, somebody has answered.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Lookup { source, .. } | Self::Connect { source, .. } if is_local(source) => Reach::Local,
            Self::IdleTimeout { answered: true, .. } | Self::TotalTimeout { answered: true, .. } => {
                Reach::Answered
            }
            Self::Exchange(error) if !is_silent(error) => Reach::Answered,
            Self::Lookup { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::ConnectTimeout { .. }
            | Self::IdleTimeout { .. }
            | Self::TotalTimeout { .. }
            | Self::Exchange(_) => Reach::Silent,
            _ => Reach::Answered,
        }
    }

    /// The state that this puts a source in.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Scheme { .. }
            | Self::Credentials
            | Self::ForbiddenAddress { .. }
            | Self::AsksProxy { .. } => State::Forbidden,
            Self::Afterwards(error) => error.state(),
            Self::Lookup { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::ConnectTimeout { .. }
            | Self::IdleTimeout { .. }
            | Self::TotalTimeout { .. }
            | Self::Exchange(_)
            | Self::Truncated(_)
            | Self::Unwelcome { .. } => State::Unreachable,
            Self::Decoding { .. } | Self::Encoding { .. } => State::Unreadable,
            Self::TooLarge { .. } | Self::TooManyRedirects { .. } | Self::HeadTooLarge => State::TooMuch,
            Self::Status { code: 404, .. } => State::Missing,
            Self::Status { code: 410, .. } => State::Gone,
            Self::Status { code: 429, .. } => State::Throttled,
            Self::Status { code: 503, .. } => State::Unavailable,
            Self::Status { .. }
            | Self::UnaskedNotModified { .. }
            | Self::BadLocation { .. }
            | Self::CookieChallenge { .. }
            | Self::CookieUseless { .. } => State::Refused,
            Self::CaFile(_) | Self::Proxy | Self::Client(_) => State::Internal,
        }
    }

    /// For how long to put the source off, where a host on the way was not free for us: no fault of the source's.
    #[must_use]
    pub fn unwelcome(&self) -> Option<Duration> {
        match self {
            Self::Unwelcome { why: Unwelcome::Held(wait), .. } => Some(*wait),
            Self::Unwelcome { why: Unwelcome::Busy, .. } => Some(BUSY),
            _ => None,
        }
    }

    /// What the answer asked of our pace; nothing where there was none.
    #[must_use]
    pub fn hints(&self) -> Hints {
        match self {
            Self::Status { hints, .. } | Self::UnaskedNotModified { hints } => *hints,
            Self::Unwelcome { why: Unwelcome::Held(wait), .. } => {
                Hints { retry_after: Some(*wait), ..Hints::default() }
            }
            _ => Hints::default(),
        }
    }

    /// The same, where an earlier request of the same fetch was answered.
    pub(super) fn afterwards(self) -> Self {
        if self.reach() == Reach::Answered { self } else { Self::Afterwards(Box::new(self)) }
    }
}
