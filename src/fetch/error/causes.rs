//! Reads what the HTTP client says of a failure, cause by cause. The only file that knows how reqwest, hyper and the
//! system wrap one another's errors.

use std::{
    error::Error as StdError,
    io::{
        self,
        ErrorKind::{AddrNotAvailable, NetworkDown, NetworkUnreachable},
    },
    time::Duration,
};

use super::FetchError;
use crate::fetch::resolver::ResolveError;

impl FetchError {
    /// Names what kept a request from being answered. `place` says whom it went to, and by whom; `host` is the host
    /// alone; `secure` says whether TLS had a part in it.
    pub(in crate::fetch) fn from_sending(
        error: reqwest::Error,
        host: &str,
        place: String,
        secure: bool,
        connect_timeout: Duration,
    ) -> Self {
        let source = error.without_url();
        match find::<ResolveError>(&source) {
            Some(&ResolveError::Forbidden { address, zone }) => {
                Self::ForbiddenAddress { host: host.to_owned(), address, zone }
            }
            Some(_) => Self::Lookup { host: place, source },
            None if find::<hyper::Error>(&source).is_some_and(hyper::Error::is_parse_too_large) => {
                Self::HeadTooLarge
            }
            None if !source.is_connect() => Self::Exchange(source),
            None if source.is_timeout() => Self::ConnectTimeout { host: place, limit: connect_timeout },
            None if secure && is_tls(&source) => Self::Tls { host: place, source },
            None => Self::Connect { host: place, source },
        }
    }
}

/// Whether nothing left this machine: it has no resolver, no route, or no address of its own.
pub(super) fn is_local(error: &reqwest::Error) -> bool {
    match find::<ResolveError>(error) {
        Some(ResolveError::Failed(failed)) => is_without_resolver(failed),
        Some(ResolveError::Nothing | ResolveError::Forbidden { .. }) => false,
        None => kinds(error).any(|kind| matches!(kind, NetworkUnreachable | NetworkDown | AddrNotAvailable)),
    }
}

/// Whether a look-up failed for want of a resolver.
///
/// std tells `EAI_SYSTEM` by the system's error number and every other failure of a look-up by the C library's words
/// alone: glibc's and musl's for `EAI_AGAIN` stand here. That one is also what glibc says where the resolver is there
/// and the servers of that one name do not answer: the two cannot be told apart.
fn is_without_resolver(failed: &io::Error) -> bool {
    let words = failed.to_string();
    let again = ["Temporary failure in name resolution", "Try again"];
    failed.raw_os_error().is_some() || again.iter().any(|again| words.contains(again))
}

/// Whether a connection was made and lost before the head of an answer was there; that a part of it was is not told.
pub(super) fn is_silent(error: &reqwest::Error) -> bool {
    let lost = |error: &hyper::Error| {
        error.is_incomplete_message() || error.is_closed() || error.is_canceled() || error.is_shutdown()
    };
    find::<hyper::Error>(error).is_some_and(lost) || kinds(error).next().is_some()
}

/// Whether a failure to connect came from TLS: rustls reports its errors as invalid data, and a peer that hangs up in
/// the handshake as an unexpected end; TCP itself gives neither.
fn is_tls(error: &reqwest::Error) -> bool {
    kinds(error).any(|kind| matches!(kind, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof))
}

/// The kinds of all I/O errors among the causes.
fn kinds(error: &reqwest::Error) -> impl Iterator<Item = io::ErrorKind> {
    causes(error).filter_map(<dyn StdError>::downcast_ref::<io::Error>).map(io::Error::kind)
}

/// The first cause of this type.
fn find<E: StdError + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(<dyn StdError>::downcast_ref)
}

/// The innermost cause: the one that says something.
pub(super) fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_without_a_resolver_is_told_from_one_that_found_nothing() {
        let told = |words: &str| io::Error::other(format!("failed to lookup address information: {words}"));
        let table = [
            (told("Temporary failure in name resolution"), true),
            (told("Try again"), true),
            (io::Error::from_raw_os_error(111), true),
            (told("Name or service not known"), false),
            (told("Name does not resolve"), false),
            (told("No address associated with hostname"), false),
            (told("Non-recoverable failure in name resolution"), false),
        ];
        for (error, local) in table {
            assert_eq!(is_without_resolver(&error), local, "{error}");
        }
    }
}
