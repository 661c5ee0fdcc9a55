//! Serves what was published. Touches no disk: kept documents come from memory, the others from whoever the app names.

mod admin;
mod answer;
mod asked;
mod audience;
mod errand;
mod html;
mod index;
mod language;
mod listener;
mod metrics;
mod status;

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use thiserror::Error;
use tokio::sync::watch;

use crate::{
    board::Board,
    config::Config,
    metrics::Metrics,
    model::{ChannelId, Province, Source, SourceId, Timestamp},
    publish::Published,
};

use asked::Asked;

pub use admin::admin;
pub use audience::Audience;
pub use errand::{Errand, Told};
pub use listener::{Limits, serve};

/// The documents that are kept rendered.
pub type Kept = HashMap<ChannelId, Arc<Published>>;

/// A document that is rendered when it is asked for; `None` if there is no such channel.
pub type Rendered = Pin<Box<dyn Future<Output = Result<Option<Arc<Published>>, Unavailable>> + Send>>;

/// A document could not be made now.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// Tells a moment of a source, if there is one.
pub type HeldUntil = dyn Fn(&Source) -> Option<Timestamp> + Send + Sync;

/// What both listeners show.
#[derive(Clone)]
pub struct Site {
    /// The documents kept ready.
    pub kept: watch::Receiver<Arc<Kept>>,
    /// Makes the others.
    pub render: Arc<dyn Fn(SourceId) -> Rendered + Send + Sync>,
    /// How long a channel stays as it is: the time to its next due poll.
    pub fresh_for: Arc<dyn Fn(&ChannelId) -> Duration + Send + Sync>,
    /// The sources and their names.
    pub config: watch::Receiver<Arc<Config>>,
    /// How the sources fare.
    pub board: Arc<Board>,
    /// Who reads.
    pub audience: Arc<Audience>,
    /// Why nothing can be kept any more; `None` while the store is well.
    pub store_failure: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    /// What was done at the start about a store that was damaged, in words.
    pub store_rescue: Option<String>,
    /// Until when the host of a source wants to be left alone, if it does (429).
    pub held_until: Arc<HeldUntil>,
    /// Since when nobody at all can be reached, if that is so: our own network seems to be down.
    pub offline_since: Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>,
    /// Gives all that the store holds, as lines of JSON.
    pub export: Arc<Errand>,
    /// Makes the store's files anew, and says in lines of JSON how far it is.
    pub compact: Arc<Errand>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

/// What readers see.
pub fn readers(site: Site) -> Router {
    let metrics = Arc::clone(&site.metrics);
    let router = Router::new()
        .route("/", get(index::page))
        .route("/feed.xml", get(feed))
        .route("/provinces/{file}", get(province))
        .route("/sources/{file}", get(source))
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n") }))
        .fallback(|| async { not_found("There is nothing at this address.") })
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(site);
    self::metrics::counted(router, metrics, "readers")
}

/// The last part of an address; one that is not UTF-8 names nothing, and is no reason for an answer of its own.
type FileName = Result<Path<String>, PathRejection>;

fn name(file: &FileName) -> Option<&str> {
    file.as_ref().ok()?.strip_suffix(".xml")
}

async fn feed(State(site): State<Site>, asked: Asked) -> Response {
    kept(&site, &ChannelId::All, &asked)
}

async fn province(State(site): State<Site>, file: FileName, asked: Asked) -> Response {
    let Some((slug, province)) = name(&file).and_then(|slug| Some((slug, Province::find(slug)?))) else {
        return not_found("No province has this address. They are listed on the start page: /");
    };
    if slug != province.slug() {
        // Relative: a proxy may show us below a path that we are not asked by.
        return Redirect::permanent(&format!("{}.xml", province.slug())).into_response();
    }
    kept(&site, &ChannelId::Province(province), &asked)
}

fn kept(site: &Site, id: &ChannelId, asked: &Asked) -> Response {
    let document = site.kept.borrow().get(id).cloned();
    match document {
        Some(document) => given(site, &document, id, asked),
        None => unavailable("This feed is being made. Please ask again in a minute."),
    }
}

/// The channel's document, to one who reads it.
fn given(site: &Site, document: &Published, id: &ChannelId, asked: &Asked) -> Response {
    site.audience.note(id, asked.peer, &asked.headers, (site.clock)());
    answer::document(document, &asked.headers, (site.fresh_for)(id))
}

async fn source(State(site): State<Site>, file: FileName, asked: Asked) -> Response {
    let Some(id) = name(&file).and_then(SourceId::new) else {
        return not_found("No source has this address. They are listed on the start page: /");
    };
    match (site.render)(id.clone()).await {
        Ok(Some(document)) => given(&site, &document, &ChannelId::Source(id), &asked),
        Ok(None) => not_found("No source has this address. They are listed on the start page: /"),
        Err(error) => {
            tracing::error!(source = %id, %error, "a source's feed could not be made");
            unavailable("This feed cannot be made just now. Please ask again in a minute.")
        }
    }
}

async fn method_not_allowed() -> Response {
    let text = "This address answers GET and HEAD only.\n";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], text).into_response()
}

fn not_found(text: &str) -> Response {
    plain(StatusCode::NOT_FOUND, &format!("{text}\n"))
}

fn unavailable(text: &str) -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, &format!("{text}\n"));
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
    response
}

fn plain(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.to_owned()).into_response()
}
