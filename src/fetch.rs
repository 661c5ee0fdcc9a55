//! Asks a server for a feed: one conditional GET, its redirects followed by hand, everything bounded, no address asked
//! that should not be. Refuses to know what a feed is, whose it is, when to ask again, and where anything is kept.

mod body;
mod client;
mod decode;
mod error;
mod guard;
mod hints;
mod resolver;
mod words;

use std::sync::Arc;

use bytes::Bytes;
use ipnet::IpNet;
use reqwest::{
    Response, StatusCode,
    header::{
        CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
        LAST_MODIFIED, LOCATION,
    },
};
use tokio::{sync::watch, time::timeout};
use url::Url;

pub use self::error::FetchError;
use self::{
    client::{Clients, Kind},
    guard::Guard,
};
use crate::model::{Access, Hints, Limits, Readership, Source, Timestamp, Validators};

/// The most redirects followed: browsers take 20, and honest feeds need three (scheme, host, path).
pub const MAX_REDIRECTS: u32 = 10;

/// The longest validator kept, in bytes. A longer one is left out: it would be sent with every request, and servers
/// refuse such headers.
const VALIDATOR_MAX: usize = 4096;

/// The longest Content-Type kept, in characters.
const CONTENT_TYPE_MAX: usize = 200;

/// What a fetcher is built from.
#[derive(Debug, Clone)]
pub struct Network {
    /// Networks that may be asked although they are not public.
    pub allow: Vec<IpNet>,
    /// Who asks, for publishers; it may change while we run.
    pub introduction: watch::Receiver<Introduction>,
}

/// What publishers are told of us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Introduction {
    /// Where to read who we are, and to complain.
    pub address: String,
    /// How many read what we fetch.
    pub readership: Arc<Readership>,
}

/// Fetches. Cheap to share by reference, meant to live as long as its [`Network`] is in force.
pub struct Fetcher {
    guard: Arc<Guard>,
    clients: Clients,
}

/// One thing to fetch.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Where from.
    pub url: &'a Url,
    /// What is known of the last answer. Empty: the request is unconditional.
    pub validators: &'a Validators,
    /// How much it may take.
    pub limits: &'a Limits,
    /// How its server is to be asked.
    pub access: &'a Access,
    /// Whose feed it is; none where somebody only wants to look.
    pub feed: Option<&'a Source>,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// 304: what was last read still holds.
    NotModified {
        /// From the 304.
        hints: Hints,
        /// Those that the 304 itself bears (RFC 9110 §15.4.5); usually fewer than the 200 had.
        validators: Validators,
        /// See [`Body::moved`].
        moved: Option<Url>,
    },
    /// 200 with a body.
    Body(Body),
}

/// A whole body and what came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Decoded, complete, at most [`Limits::max_body`] long.
    pub bytes: Bytes,
    /// As the server labels it, at most 200 characters.
    pub content_type: Option<String>,
    /// Where the body came from, after redirects: what its relative links are relative to.
    pub url: Url,
    /// As they came.
    pub validators: Validators,
    /// As they came.
    pub hints: Hints,
    /// The same address as `url`, where there were redirects and every one of them was permanent (301, 308).
    pub moved: Option<Url>,
}

impl Fetcher {
    /// Makes a fetcher.
    ///
    /// # Errors
    /// [`FetchError::Client`]. One client is built and dropped to learn of it here, once, rather than at every source's
    /// first poll.
    pub fn new(network: &Network) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(&network.allow));
        let clients = Clients::new(&user_agent(&network.introduction.borrow()), Arc::clone(&guard));
        clients.probe()?;
        Ok(Self { guard, clients })
    }

    /// Fetches once. `now` stands in where the server does not say what time it is.
    ///
    /// Nothing is tried twice.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, request: &Request<'_>, now: Timestamp) -> Result<Fetched, FetchError> {
        let limit = request.limits.total_timeout;
        timeout(limit, self.follow(request, now)).await.map_err(|_| FetchError::TotalTimeout { limit })?
    }

    /// Goes from hop to hop until an answer is no redirect.
    ///
    /// Validators go with every hop: they belong to what stands at the end of the chain, and a server that redirects
    /// has nothing to compare them with (RFC 9110 §13.2.1). Sent on the first hop alone they would be lost on every
    /// http → https redirect, and the feed behind it transferred whole at each poll.
    async fn follow(&self, request: &Request<'_>, now: Timestamp) -> Result<Fetched, FetchError> {
        let mut url = request.url.clone();
        let mut moved = None;
        let mut permanent = true;
        for _ in 0..=MAX_REDIRECTS {
            self.guard.check(&url)?;
            let response = self.send(&url, request).await?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return conclude(response, url, moved, request, now).await;
            }
            url = target(&response, &url)?;
            permanent &= matches!(response.status().as_u16(), 301 | 308);
            moved = permanent.then(|| url.clone());
        }
        Err(FetchError::TooManyRedirects { limit: MAX_REDIRECTS })
    }

    async fn send(&self, url: &Url, request: &Request<'_>) -> Result<Response, FetchError> {
        let Limits { connect_timeout, idle_timeout, .. } = *request.limits;
        let client = self.clients.get(Kind { connect_timeout })?;
        let get = client.get(url.clone()).headers(conditions(request.validators));
        // The client does not tell when it is connected, so that the server's silence is timed from the start, with
        // the time to connect added.
        let sent = timeout(connect_timeout.saturating_add(idle_timeout), get.send()).await;
        let answered = sent.map_err(|_| FetchError::IdleTimeout { limit: idle_timeout })?;
        let host = url.host_str().unwrap_or_default();
        answered.map_err(|error| FetchError::from_sending(error, host, connect_timeout))
    }
}

/// Makes something of an answer that is no redirect.
async fn conclude(
    mut response: Response,
    url: Url,
    moved: Option<Url>,
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Fetched, FetchError> {
    let hints = hints::read(response.headers(), now);
    let validators = validators(response.headers());
    match response.status() {
        // 203 is a 200 that a proxy on the way has touched (RFC 9110 §15.3.4).
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
            let bytes = body::read(&mut response, request.limits).await?;
            let content_type = response.headers().get(CONTENT_TYPE);
            let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let content_type = content_type.map(|value| words::cut(&value, CONTENT_TYPE_MAX));
            Ok(Fetched::Body(Body { bytes, content_type, url, validators, hints, moved }))
        }
        StatusCode::NOT_MODIFIED if conditions(request.validators).is_empty() => {
            Err(FetchError::UnaskedNotModified { hints })
        }
        StatusCode::NOT_MODIFIED => Ok(Fetched::NotModified { hints, validators, moved }),
        status => {
            let words = body::read_words(&mut response, request.limits).await;
            Err(FetchError::Status { code: status.as_u16(), words, hints })
        }
    }
}

/// Where a redirect leads. Its fragment goes: it names a place in a page, not what to ask for.
fn target(response: &Response, from: &Url) -> Result<Url, FetchError> {
    let bad = || FetchError::BadLocation { code: response.status().as_u16() };
    // Location may hold raw UTF-8, which the standard forbids and .gov.vn servers send; joining escapes it.
    let location = response.headers().get(LOCATION).ok_or_else(bad)?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| bad())?.trim();
    if location.is_empty() {
        return Err(bad());
    }
    let mut url = from.join(location).map_err(|_| bad())?;
    url.set_fragment(None);
    Ok(url)
}

/// The validators as request headers, byte for byte. A pair of which one cannot be a header value is sent not at all.
fn conditions(validators: &Validators) -> HeaderMap {
    let pair: [(HeaderName, &Option<Vec<u8>>); 2] =
        [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)];
    let said = pair.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    said.map(|(name, value)| Ok((name, HeaderValue::from_bytes(value)?)))
        .collect::<Result<HeaderMap, reqwest::header::InvalidHeaderValue>>()
        .unwrap_or_default()
}

/// The validators of an answer, byte for byte.
fn validators(headers: &HeaderMap) -> Validators {
    let read = |name| {
        let value: &HeaderValue = headers.get(name)?;
        let fits = (1..=VALIDATOR_MAX).contains(&value.len());
        fits.then(|| value.as_bytes().to_vec())
    };
    Validators { etag: read(ETAG), last_modified: read(LAST_MODIFIED) }
}

/// Who we are, for publishers: version, and an address to read more at.
fn user_agent(introduction: &Introduction) -> String {
    format!("tintinh/{} (+{})", env!("CARGO_PKG_VERSION"), introduction.address)
}
