//! The fetch room against a scripted publisher: what goes over the wire, and what is made of what comes back.

mod access;
mod bodies;
mod bounds;
mod challenges;
mod conditions;
mod failures;
mod hostile;
mod proxies;
mod redirects;
mod secure;

use std::time::Duration;

use tintinh::{
    fetch::{Body, FetchError, Fetched, Fetcher, Introduction, Network, Request},
    hosts::Itinerary,
    model::{Access, Limits, Timestamp, Validators},
};
use tokio::sync::watch;
use url::Url;

use crate::support::origin::{Origin, Reply};

pub const LIMITS: Limits = Limits {
    max_body: 64 << 10,
    connect_timeout: Duration::from_secs(30),
    idle_timeout: Duration::from_secs(30),
    total_timeout: Duration::from_mins(1),
};

fn fetcher(allow: &[&str]) -> Fetcher {
    let allow = allow.iter().map(|network| network.parse().unwrap()).collect();
    let introduction = Introduction { address: "https://tin.example".to_owned(), ..Introduction::default() };
    Fetcher::new(&Network { allow, introduction: watch::channel(introduction).1 }).unwrap()
}

fn now() -> Timestamp {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

/// Fetches from a network in which 127.0.0.0/8 is allowed.
pub async fn ask(url: &Url, validators: &Validators, limits: &Limits) -> Result<Fetched, FetchError> {
    let request = Request { url, validators, limits, access: &Access::default(), feed: None };
    fetch(&fetcher(&["127.0.0.0/8"]), &request).await
}

/// Fetches as if nobody else did.
async fn fetch(fetcher: &Fetcher, request: &Request<'_>) -> Result<Fetched, FetchError> {
    let mut way = Itinerary::alone(request.url);
    fetcher.fetch(request, &mut way, now()).await
}

/// Asks unconditionally and so, within [`LIMITS`], in networks that are allowed.
pub async fn ask_as(url: &Url, access: &Access, allow: &[&str]) -> Result<Fetched, FetchError> {
    let request = Request { url, validators: &Validators::default(), limits: &LIMITS, access, feed: None };
    fetch(&fetcher(allow), &request).await
}

/// Asks unconditionally, within [`LIMITS`].
async fn get(origin: &Origin, path: &str) -> Result<Fetched, FetchError> {
    ask(&origin.url(path), &Validators::default(), &LIMITS).await
}

/// The body that this reply comes to.
async fn body_of(reply: Reply) -> Result<Body, FetchError> {
    let origin = Origin::start();
    origin.on("/feed.xml", [reply]);
    get(&origin, "/feed.xml").await.map(body)
}

/// The error that this reply comes to.
pub async fn error_of(reply: Reply) -> FetchError {
    body_of(reply).await.unwrap_err()
}

fn body(fetched: Fetched) -> Body {
    match fetched {
        Fetched::Body(body) => body,
        Fetched::NotModified { .. } => panic!("a 304 where a body was expected"),
    }
}
