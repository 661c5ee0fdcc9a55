//! What an answer may depend on: a request's headers, and the other end of its connection.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

/// The other end of a connection, as the listener puts it beside a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// A request, without its address.
#[derive(Debug)]
pub(super) struct Asked {
    pub headers: HeaderMap,
    /// None where no listener of ours took the request.
    pub peer: Option<IpAddr>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        Ok(Self { headers: parts.headers.clone(), peer })
    }
}
