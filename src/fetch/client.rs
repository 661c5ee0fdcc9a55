//! The HTTP clients. What reqwest fixes when a client is built is the key of a bounded cache; everything else is said
//! per request. Knows no source, and sends nothing itself.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use reqwest::{Certificate, Client, ClientBuilder, redirect::Policy};
use url::Url;

use super::{FetchError, guard::Guard, proxy, resolver::Resolver};
use crate::model::{Access, Limits};

/// Most clients kept, those last used. Kinds come from the admin's file: a handful of time-outs, and a few sources
/// with a certificate or a proxy of their own. Each client holds the system's CA certificates anew.
const MAX_CLIENTS: usize = 256;

/// How long a connection waits for its next request: long enough for a redirect on the same host, too short to hold
/// sockets of forty thousand sources.
const IDLE_CONNECTION: Duration = Duration::from_secs(10);

/// The longest list of headers taken over HTTP/2, in bytes (RFC 9113 §6.5.2). Over HTTP/1 hyper reads at most 100
/// headers, in some 400 KB.
const HEADER_LIST_MAX: u32 = 64 << 10;

/// What a client is built for.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The longest wait for a connection: name look-up, TCP and TLS together.
    connect_timeout: Duration,
    http1_only: bool,
    lax_tls: bool,
    extra_ca: Option<Arc<[u8]>>,
    proxy: Option<Url>,
}

impl Kind {
    pub(super) fn of(limits: &Limits, access: &Access) -> Self {
        Self {
            connect_timeout: limits.connect_timeout,
            http1_only: access.http1_only,
            lax_tls: access.lax_tls,
            extra_ca: access.extra_ca.clone(),
            proxy: access.proxy.clone(),
        }
    }
}

/// The clients built so far.
pub(super) struct Clients {
    guard: Arc<Guard>,
    built: Cache<Kind, Client>,
}

impl Clients {
    pub(super) fn new(guard: Arc<Guard>) -> Self {
        Self { guard, built: Cache::new(MAX_CLIENTS) }
    }

    /// Builds a client and forgets it, to learn whether this host can.
    ///
    /// # Errors
    /// [`FetchError::Client`].
    pub(super) fn probe(&self) -> Result<(), FetchError> {
        self.build(&Kind::default()).map(drop)
    }

    /// The client for this kind, building it (about 7 ms) at first need.
    ///
    /// # Errors
    /// [`FetchError::Client`] where the host has no usable CA certificates; [`FetchError::CaFile`] and
    /// [`FetchError::Proxy`] where those of the kind are unusable.
    pub(super) fn get(&self, kind: &Kind) -> Result<Client, FetchError> {
        self.built.get_or_insert_with(kind, || self.build(kind))
    }

    fn build(&self, kind: &Kind) -> Result<Client, FetchError> {
        let exempt = kind.proxy.as_ref();
        let mut builder = Client::builder()
            .connect_timeout(kind.connect_timeout)
            .dns_resolver(Resolver::new(Arc::clone(&self.guard), exempt))
            // A proxy of the environment would connect in our stead, past the guard.
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            // Old IIS, WebSphere and home-made servers of .gov.vn get these wrong.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(HEADER_LIST_MAX)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_CONNECTION)
            .tls_danger_accept_invalid_certs(kind.lax_tls);
        if kind.http1_only {
            builder = builder.http1_only();
        }
        if let Some(address) = &kind.proxy {
            builder = builder.proxy(proxy::through(address)?);
        }
        match &kind.extra_ca {
            // Nobody asks for them where every certificate is taken.
            Some(pem) if !kind.lax_tls => trust(builder, pem),
            _ => builder.build().map_err(|error| FetchError::Client(error.without_url())),
        }
    }
}

/// Builds a client that trusts these certificates beside the system's.
fn trust(builder: ClientBuilder, pem: &[u8]) -> Result<Client, FetchError> {
    let bad = |error: reqwest::Error| FetchError::CaFile(Some(error.without_url()));
    let certificates = Certificate::from_pem_bundle(pem).map_err(bad)?;
    if certificates.is_empty() {
        return Err(FetchError::CaFile(None));
    }
    // What fails now did not fail at the start, when a client without them was built.
    builder.tls_certs_merge(certificates).build().map_err(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_kinds_are_built_once_each() {
        let clients = Clients::new(Arc::new(Guard::default()));
        let kinds = (1..=100).map(|seconds| Kind {
            connect_timeout: Duration::from_secs(seconds),
            // Spares the test a hundred readings of the system's certificates.
            lax_tls: true,
            ..Kind::default()
        });
        for kind in kinds {
            clients.get(&kind).unwrap();
        }
        assert_eq!(clients.built.len(), 100);
    }
}
