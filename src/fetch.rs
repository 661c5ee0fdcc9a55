//! Asks a server for a feed: one conditional GET, its redirects followed by hand, everything bounded, no address asked
//! that should not be. Refuses to know what a feed is, whose it is, when to ask again, and where anything is kept.

mod answer;
mod body;
mod challenge;
mod client;
mod decode;
mod error;
mod guard;
mod head;
mod hints;
mod proxy;
mod resolver;
mod words;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use ipnet::IpNet;
use reqwest::Response;
use tokio::{
    sync::watch,
    time::{Duration, Instant, timeout},
};
use url::Url;

pub use self::error::FetchError;
use self::{
    body::Room,
    challenge::Cookie,
    client::{Clients, Kind},
    guard::Guard,
};
use crate::{
    hosts::{Host, Itinerary},
    model::{Access, Hints, Limits, Readership, Source, Timestamp, Validators},
};

/// The most redirects followed: browsers take 20, and honest feeds need three (scheme, host, path).
pub const MAX_REDIRECTS: u32 = 10;

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
    introduction: watch::Receiver<Introduction>,
    room: Room,
}

/// One thing to fetch.
#[derive(Clone, Copy)]
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
    /// What it took on the network, before it was decoded, in bytes.
    pub length: u64,
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

impl Fetched {
    /// Where all the redirects led, if there were any and each was permanent.
    #[must_use]
    pub fn moved(&self) -> Option<&Url> {
        match self {
            Self::NotModified { moved, .. } => moved.as_ref(),
            Self::Body(body) => body.moved.as_ref(),
        }
    }
}

impl Fetcher {
    /// Makes a fetcher.
    ///
    /// # Errors
    /// [`FetchError::Client`]. One client is built and dropped to learn of it here, once, rather than at every source's
    /// first poll.
    pub fn new(network: &Network) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(&network.allow));
        let clients = Clients::new(Arc::clone(&guard));
        clients.probe()?;
        let introduction = network.introduction.clone();
        Ok(Self { guard, clients, introduction, room: Room::default() })
    }

    /// Fetches once, asking each host on the way only when it is this poll's turn there. `now` stands in where the
    /// server does not say what time it is.
    ///
    /// Nothing is tried twice, but for a page that sets a cookie and is to be asked again with it (see
    /// [`Access::cookie_challenge`]).
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(
        &self,
        request: &Request<'_>,
        way: &mut Itinerary,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let mut trail = Trail::new(request);
        let fetched = self.follow(request, &mut trail, way, now).await?;
        let Some(cookie) = challenge(&fetched) else { return Ok(fetched) };
        let name = cookie.name().to_owned();
        if !request.access.cookie_challenge {
            return Err(FetchError::CookieChallenge { name });
        }
        trail.cookie = Some(cookie);
        let fetched = self.follow(request, &mut trail, way, now).await?;
        if challenge(&fetched).is_some() { Err(FetchError::CookieUseless { name }) } else { Ok(fetched) }
    }

    /// Goes from hop to hop until an answer is no redirect. Waiting for a turn takes nothing of the time that is left.
    ///
    /// Validators go with every hop: they belong to what stands at the end of the chain, and a server that redirects
    /// has nothing to compare them with (RFC 9110 §13.2.1). Sent on the first hop alone they would be lost on every
    /// http → https redirect, and the feed behind it transferred whole at each poll.
    async fn follow(
        &self,
        request: &Request<'_>,
        trail: &mut Trail,
        way: &mut Itinerary,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        while trail.redirects <= MAX_REDIRECTS {
            self.guard.check(&trail.url)?;
            let host = Host::of(&trail.url);
            let unwelcome = |why| FetchError::Unwelcome { host: host.name().to_owned(), why };
            way.go(&host).await.map_err(unwelcome)?;
            let began = Instant::now();
            let hop = timeout(trail.left, self.hop(request, trail, now)).await;
            way.asked();
            trail.left = trail.left.saturating_sub(began.elapsed());
            match hop {
                Ok(Ok(Hop::Concluded(fetched))) => return Ok(*fetched),
                Ok(Ok(Hop::Redirected { to, permanent })) => trail.turn(to, permanent),
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    let answered = trail.answered.load(Ordering::Relaxed);
                    return Err(FetchError::TotalTimeout { limit: request.limits.total_timeout, answered });
                }
            }
        }
        Err(FetchError::TooManyRedirects { limit: MAX_REDIRECTS })
    }

    /// One request, and its answer.
    async fn hop(&self, request: &Request<'_>, trail: &Trail, now: Timestamp) -> Result<Hop, FetchError> {
        if let Some(proxy) = &request.access.proxy {
            proxy::check(&trail.url, proxy, &self.guard, request.limits).await?;
        }
        let response = match self.send(&trail.url, request, trail.cookie.as_ref()).await {
            Err(error) if trail.answered.load(Ordering::Relaxed) => return Err(error.afterwards()),
            sent => sent?,
        };
        trail.answered.store(true, Ordering::Relaxed);
        if answer::is_redirect(&response) {
            let to = answer::target(&response, &trail.url)?;
            return Ok(Hop::Redirected { to, permanent: answer::is_permanent(&response) });
        }
        answer::conclude(response, trail, request, &self.room, now).await.map(Box::new).map(Hop::Concluded)
    }

    async fn send(
        &self,
        url: &Url,
        request: &Request<'_>,
        cookie: Option<&Cookie>,
    ) -> Result<Response, FetchError> {
        let Limits { connect_timeout, idle_timeout, .. } = *request.limits;
        let client = self.clients.get(&Kind::of(request.limits, request.access))?;
        let head = head::write(request, url, &self.introduction.borrow(), cookie);
        let get = client.get(url.clone()).headers(head);
        // The client does not tell when it is connected, so that the server's silence is timed from the start, with
        // the time to connect added.
        let sent = timeout(connect_timeout.saturating_add(idle_timeout), get.send()).await;
        let answered = sent.map_err(|_| FetchError::IdleTimeout { limit: idle_timeout, answered: false })?;
        answered.map_err(|error| {
            let proxy = request.access.proxy.as_ref();
            let place = proxy::place(url, proxy);
            let secure = [Some(url), proxy].into_iter().flatten().any(|url| url.scheme() == "https");
            let host = url.host_str().unwrap_or_default();
            FetchError::from_sending(error, host, place, secure, connect_timeout)
        })
    }
}

/// What one request came to.
enum Hop {
    Concluded(Box<Fetched>),
    Redirected { to: Url, permanent: bool },
}

/// Where a fetch has come to.
struct Trail {
    url: Url,
    /// Whether any server has answered; told from within a request that may be given up.
    answered: AtomicBool,
    /// Of the time that all requests may take together.
    left: Duration,
    redirects: u32,
    /// Whether all redirects so far were permanent.
    permanent: bool,
    /// What a page set by script; sent back to its host, and forgotten with this.
    cookie: Option<Cookie>,
}

impl Trail {
    fn new(request: &Request<'_>) -> Self {
        Self {
            url: request.url.clone(),
            answered: AtomicBool::new(false),
            left: request.limits.total_timeout,
            redirects: 0,
            permanent: true,
            cookie: None,
        }
    }

    fn turn(&mut self, target: Url, permanent: bool) {
        self.url = target;
        self.redirects += 1;
        self.permanent &= permanent;
    }

    /// See [`Body::moved`].
    fn moved(&self) -> Option<Url> {
        (self.permanent && self.redirects > 0).then(|| self.url.clone())
    }
}

/// The cookie that a page wants to see first, where it is such a page.
fn challenge(fetched: &Fetched) -> Option<Cookie> {
    match fetched {
        Fetched::Body(body) => challenge::read(&body.bytes, &body.url),
        Fetched::NotModified { .. } => None,
    }
}
