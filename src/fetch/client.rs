//! The HTTP clients. What reqwest fixes when a client is built is the key of a small map; everything else is said per
//! request. Knows no source, and sends nothing itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client,
    header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue},
    redirect::Policy,
};

use super::{FetchError, guard::Guard, resolver::Resolver};

/// Most clients kept. Keys come from the admin's file, which has a handful of different ones; after many reloads the
/// forgotten ones must go.
const MAX_CLIENTS: usize = 32;

/// How long a connection waits for its next request: long enough for a redirect on the same host, too short to hold
/// sockets of forty thousand sources.
const IDLE_CONNECTION: Duration = Duration::from_secs(10);

/// Feeds first, then what feeds are mislabelled as, then anything: some servers answer 406 to less.
const ACCEPTED: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, \
    application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// What `decode` undoes.
const CODINGS: &str = "gzip, br, zstd, deflate";

/// What a client is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The longest wait for a connection: name look-up, TCP and TLS together.
    pub(super) connect_timeout: Duration,
}

/// The clients built so far.
pub(super) struct Clients {
    user_agent: String,
    guard: Arc<Guard>,
    built: Mutex<HashMap<Kind, Client>>,
}

impl Clients {
    pub(super) fn new(user_agent: &str, guard: Arc<Guard>) -> Self {
        Self { user_agent: user_agent.to_owned(), guard, built: Mutex::default() }
    }

    /// Builds a client and forgets it, to learn whether this host can.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(super) fn probe(&self) -> Result<(), FetchError> {
        self.build(Kind { connect_timeout: IDLE_CONNECTION }).map(drop)
    }

    /// The client for this kind, building it (about 7 ms) at first need.
    ///
    /// # Errors
    /// [`FetchError::Client`] where the host has no usable CA certificates, or the user agent is no header value.
    pub(super) fn get(&self, kind: Kind) -> Result<Client, FetchError> {
        // A panic elsewhere cannot leave the map half changed, so a poisoned one is still good.
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = built.get(&kind) {
            return Ok(client.clone());
        }
        let client = self.build(kind)?;
        if built.len() >= MAX_CLIENTS {
            built.clear();
        }
        built.insert(kind, client.clone());
        Ok(client)
    }

    fn build(&self, kind: Kind) -> Result<Client, FetchError> {
        let accept = [(ACCEPT, ACCEPTED), (ACCEPT_ENCODING, CODINGS)];
        let accept = accept.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Client::builder()
            .user_agent(&self.user_agent)
            .default_headers(HeaderMap::from_iter(accept))
            .connect_timeout(kind.connect_timeout)
            .dns_resolver(Resolver::new(Arc::clone(&self.guard)))
            // A proxy of the environment would connect in our stead, past the guard.
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            // Old IIS, WebSphere and home-made servers of .gov.vn get these wrong.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(|error| FetchError::Client(error.without_url()))
    }
}
