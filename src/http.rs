//! Serves what was published. Touches no disk: kept documents come from memory, the others from whoever the app names.

mod address;
mod admin;
mod answer;
mod audience;
mod errand;
mod html;
mod index;
mod language;
mod listener;
mod metrics;
mod outline;
mod status;

use std::{
    collections::HashMap,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use thiserror::Error;
use tokio::sync::watch;

use crate::{
    board::Board,
    config::Config,
    metrics::Metrics,
    model::{ChannelId, Digest, Source, SourceId, StoredEntry, Timestamp},
    publish::{DocumentId, Edition},
};

use self::{
    address::{ADDRESS_MAX, NO_CHANNEL, NO_SOURCE, Target},
    answer::Share,
};

pub use audience::Audience;
pub use errand::{Asking, Errand, Told};
pub use listener::{Answering, Asked, Limits, serve};
pub use outline::Outlines;

pub use admin::admin;

/// The documents that are kept rendered.
pub type Kept = HashMap<DocumentId, Edition>;

/// A document that is made when it is asked for; `None` if there is none.
pub type Made = Pin<Box<dyn Future<Output = Result<Option<Edition>, Unavailable>> + Send>>;

/// What there is of a page of an archive.
#[derive(Debug)]
pub enum Page {
    /// The page.
    Here {
        /// As it is now.
        edition: Edition,
        /// Whether it gets no more entries.
        is_closed: bool,
    },
    /// It was there once: its entries are not kept any more, or its channel is filtered otherwise now.
    Gone,
    /// There is none yet.
    Nowhere,
}

/// A page that is made when it is asked for.
pub type Turned = Pin<Box<dyn Future<Output = Result<Page, Unavailable>> + Send>>;

/// Entries of a source, newest first.
pub type Recent = Pin<Box<dyn Future<Output = Result<Vec<StoredEntry>, Unavailable>> + Send>>;

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
    pub render: Arc<dyn Fn(DocumentId) -> Made + Send + Sync>,
    /// Makes of a document's edition what is new since the one with this digest.
    pub delta: Arc<dyn Fn(DocumentId, Edition, Digest) -> Made + Send + Sync>,
    /// Makes a page of an archive: a channel's document, which page, and of which generation.
    pub archive: Arc<dyn Fn(DocumentId, u64, Option<String>) -> Turned + Send + Sync>,
    /// How long a channel stays as it is: the time to its next due poll.
    pub fresh_for: Arc<dyn Fn(&ChannelId) -> Duration + Send + Sync>,
    /// The sources and their names.
    pub config: watch::Receiver<Arc<Config>>,
    /// How the sources fare.
    pub board: Arc<Board>,
    /// Finds the newest entries of a source, those that a filter dropped among them: some tens.
    pub recent: Arc<dyn Fn(SourceId) -> Recent + Send + Sync>,
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
    /// Tells what is known of the entries that are called so.
    pub why: Arc<Asking>,
    /// Takes down the entries that are called so.
    pub forget: Arc<Asking>,
    /// Has the file of this name read again.
    pub reload: Arc<Asking>,
    /// Has the source of this id polled, if politeness permits.
    pub poll: Arc<Asking>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// All that can be subscribed to.
    pub outlines: Arc<Outlines>,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

/// What readers see.
#[derive(Clone)]
pub struct Readers(Arc<Site>);

impl Readers {
    /// Of this site.
    #[must_use]
    pub fn new(site: Site) -> Self {
        Self(Arc::new(site))
    }
}

impl Answering for Readers {
    // Every request comes the same short way: what stands at an address is told by `address`, not by a table of routes.
    async fn answer(&self, peer: IpAddr, request: Asked) -> Response {
        // No body is of any use to us.
        let (request, _) = request.into_parts();
        let began = Instant::now();
        let response = respond(&self.0, peer, &request).await;
        self.0.metrics.answered("readers", response.status().as_u16(), began.elapsed());
        response
    }
}

async fn respond(site: &Site, peer: IpAddr, request: &Parts) -> Response {
    let path = request.uri.path();
    if path.len() > ADDRESS_MAX {
        return plain(
            StatusCode::URI_TOO_LONG,
            "This address is longer than any of ours. They are listed on the start page: /\n",
        );
    }
    let target = Target::of(path);
    let is_open = target.is_open_to_pages();
    let mut response = match request.method {
        Method::GET | Method::HEAD => stands_at(target, site, peer, request).await,
        Method::OPTIONS if is_open => answer::permission(),
        Method::OPTIONS => (StatusCode::NO_CONTENT, [(header::ALLOW, ALLOWED)]).into_response(),
        _ => {
            let text = "This address answers GET, HEAD and OPTIONS only.\n";
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, ALLOWED)], text).into_response()
        }
    };
    if is_open {
        answer::open_to_pages(response.headers_mut());
    }
    response
}

async fn stands_at(target: Target, site: &Site, peer: IpAddr, request: &Parts) -> Response {
    match target {
        Target::Page => index::page(site, &request.headers),
        Target::Health => plain(StatusCode::OK, "ok\n"),
        Target::Outline => outline::outline(site, request).await,
        Target::Stylesheet => outline::stylesheet(request).await,
        Target::Document(id) => document(site, id, peer, request).await,
        Target::Archive { document, page, generation } => {
            archive(site, document, page, generation, request).await
        }
        Target::Moved(name) => Redirect::permanent(&name).into_response(),
        Target::Nothing(words) => not_found(words),
    }
}

/// What readers may ask by.
const ALLOWED: &str = "GET, HEAD, OPTIONS";

async fn document(site: &Site, id: DocumentId, peer: IpAddr, request: &Parts) -> Response {
    // Held no longer than it takes to find the document.
    let kept = site.kept.borrow().get(&id).cloned();
    if let Some(edition) = kept {
        return given(site, id, edition, peer, request).await;
    }
    if matches!(id.channel, ChannelId::All | ChannelId::Province(_)) {
        return unavailable("This feed is being made. Please ask again in a minute.");
    }
    match (site.render)(id.clone()).await {
        Ok(Some(edition)) => given(site, id, edition, peer, request).await,
        Ok(None) if matches!(id.channel, ChannelId::Own(_)) => not_found(NO_CHANNEL),
        Ok(None) => not_found(NO_SOURCE),
        Err(error) => {
            tracing::error!(document = %id, %error, "a feed could not be made");
            unavailable("This feed cannot be made just now. Please ask again in a minute.")
        }
    }
}

/// A page of an archive.
async fn archive(
    site: &Site,
    id: DocumentId,
    page: u64,
    generation: Option<String>,
    request: &Parts,
) -> Response {
    match (site.archive)(id.clone(), page, generation).await {
        Ok(Page::Here { edition, is_closed }) => {
            let fresh_for = if is_closed { None } else { Some((site.fresh_for)(&id.channel)) };
            answer::page(&edition.published, &request.headers, fresh_for)
        }
        Ok(Page::Gone) => plain(
            StatusCode::GONE,
            "This page of the archive is gone: what it held is not kept any more. The feed links to those that are.\n",
        ),
        Ok(Page::Nowhere) => {
            not_found("The archive has no such page. The feed links to those that there are.")
        }
        Err(error) => {
            tracing::error!(document = %id, page, %error, "a page of an archive could not be made");
            unavailable("This page cannot be made just now. Please ask again in a minute.")
        }
    }
}

/// The document, what is new in it, or nothing, to one who reads it.
async fn given(site: &Site, id: DocumentId, edition: Edition, peer: IpAddr, request: &Parts) -> Response {
    let asked = &request.headers;
    site.audience.note(&id.channel, Some(peer), asked, (site.clock)());
    let share = answer::share(&edition, &request.method, asked);
    if share == Share::Other {
        return answer::refusal();
    }
    if let Share::Since(base) = share {
        match (site.delta)(id.clone(), edition.clone(), base.digest).await {
            Ok(Some(delta)) => return answer::delta(&delta.published, base, asked),
            // Nothing of what the reader has is in it any more.
            Ok(None) => {}
            Err(error) => tracing::error!(document = %id, %error, "what is new in a feed could not be made"),
        }
        return answer::document(&edition.published, false, asked, (site.fresh_for)(&id.channel));
    }
    answer::document(&edition.published, share == Share::Known, asked, (site.fresh_for)(&id.channel))
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
