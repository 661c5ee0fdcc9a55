//! How things stand, for admins: a page for people and JSON for their tools. Both are made of one survey, off the async
//! threads. Knows no rules: what is a failure was decided elsewhere.

mod condition;
mod filters;
mod json;
mod moment;
mod page;
mod question;
mod row;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State as Extracted},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use url::Url;

use self::{
    condition::{Condition, Mood},
    question::Question,
};
use super::{Site, language::Language, plain};
use crate::{
    config::Config,
    model::{Readership, SourceState, State, Timestamp},
};

/// The page for people.
pub(super) async fn page(
    Extracted(site): Extracted<Site>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Response {
    let language = Language::of(&asked);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::VARY, "Accept-Language"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
        ),
        // Publishers need not learn where this page is.
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let question = Question::read(query.as_deref());
    made(headers, move || page::page(&Survey::of(&site), &question, language)).await
}

/// The same for programs.
pub(super) async fn json(Extracted(site): Extracted<Site>) -> Response {
    made([(header::CONTENT_TYPE, "application/json")], move || json::json(&Survey::of(&site))).await
}

/// An answer that takes some time to make: there may be 40,000 sources.
async fn made<const N: usize, B: IntoResponse + Send + 'static>(
    headers: [(HeaderName, &'static str); N],
    make: impl FnOnce() -> B + Send + 'static,
) -> Response {
    const EVERY: [(HeaderName, &str); 3] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    match tokio::task::spawn_blocking(make).await {
        // Last, so that these headers replace those of the body's kind.
        Ok(body) => (EVERY, headers, body).into_response(),
        Err(error) => {
            tracing::error!(%error, "the status could not be told");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "The status cannot be told just now: see the log.\n")
        }
    }
}

/// What is the case at one moment.
struct Survey {
    site: Site,
    config: Arc<Config>,
    now: Timestamp,
    readership: Readership,
    store_failure: Option<String>,
    offline_since: Option<Timestamp>,
    /// In the order of the configuration.
    briefs: Vec<Brief>,
}

/// What must be known of every source before one can say which are shown.
#[derive(Debug, Clone, Copy)]
struct Brief {
    enabled: bool,
    lax_tls: bool,
    state: State,
    mood: Mood,
}

/// How things stand as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum Standing {
    StoreFailed,
    NoSources,
    Offline,
    Sick,
    Well,
}

impl Survey {
    /// Blocks, for some milliseconds where there are very many sources.
    fn of(site: &Site) -> Self {
        let config = site.config.borrow().clone();
        let now = (site.clock)();
        let briefs = config.sources.iter().map(|source| {
            let state = site.board.state(&source.id).state;
            let mood = Condition::of(source, state).mood;
            Brief { enabled: source.enabled, lax_tls: source.access.lax_tls, state, mood }
        });
        let briefs = briefs.collect();
        Self {
            site: site.clone(),
            config,
            now,
            readership: site.audience.readership(now),
            store_failure: (site.store_failure)(),
            offline_since: (site.offline_since)(),
            briefs,
        }
    }

    /// What is known of the source at this place in the configuration.
    fn state(&self, place: usize) -> SourceState {
        self.site.board.state(&self.config.sources[place].id)
    }

    fn count(&self, is_one: impl Fn(&Brief) -> bool) -> usize {
        self.briefs.iter().filter(|brief| is_one(brief)).count()
    }

    fn standing(&self) -> Standing {
        if self.store_failure.is_some() {
            Standing::StoreFailed
        } else if self.briefs.is_empty() {
            Standing::NoSources
        } else if self.offline_since.is_some() {
            Standing::Offline
        } else if self.briefs.iter().any(|brief| brief.mood.is_ill()) {
            Standing::Sick
        } else {
            Standing::Well
        }
    }
}

/// Where the source's address permanently redirects to.
fn moved_to(state: &SourceState) -> Option<String> {
    let moved = state.moved.as_ref().map(|moved| &moved.to);
    let address = state.adopted.as_ref().or(moved)?;
    address.parse().ok().map(|address| public(&address))
}

/// The address without user name and password, which never reach a page.
fn public(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
