//! How things stand, for admins: a page for people and JSON for their tools. Both are made of one survey, off the async
//! threads. Knows no rules: what is a failure was decided elsewhere.

mod advice;
mod chart;
mod condition;
mod detail;
mod filters;
mod health;
mod json;
mod moment;
mod page;
mod past;
mod quantity;
mod question;
mod row;
mod sort;
mod survey;
#[cfg(test)]
mod tests;
pub(super) mod text;

use axum::{
    extract::{Path, RawQuery, State as Extracted, rejection::PathRejection},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use url::Url;

use self::{detail::Detail, question::Question, survey::Survey};
use super::{Site, language::Language, not_found, plain};
use crate::model::{SourceId, SourceState};

pub(super) use self::health::health;

/// The page for people.
pub(super) async fn page(
    Extracted(site): Extracted<Site>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Response {
    let language = Language::of(&asked);
    let question = Question::read(query.as_deref());
    made(page_headers(language), move || page::page(&Survey::of(&site), &question, language)).await
}

/// The page of one source, or the same for programs where `.json` is asked for.
pub(super) async fn source(
    Extracted(site): Extracted<Site>,
    name: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
) -> Response {
    // What is no UTF-8 names nothing.
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let (name, for_programs) = name.strip_suffix(".json").map_or((&*name, false), |name| (name, true));
    let configured = |id: &SourceId| site.config.borrow().sources.iter().any(|source| source.id == *id);
    let Some(id) = SourceId::new(name).filter(configured) else {
        return not_found("There is no source of this id in feeds.toml. The start page names them all: /");
    };
    let recent = (site.recent)(id.clone()).await.map_err(|error| error.to_string());
    let language = Language::of(&asked);
    let detail = move |survey: &Survey, tell: &dyn Fn(&Detail<'_>) -> String| {
        // It may have been taken out of feeds.toml just now.
        let Some(place) = survey.place(&id) else {
            return "This source is not in feeds.toml any more.\n".to_owned();
        };
        let (state, attempts) = (survey.state(place), survey.site.board.attempts(&id));
        tell(&Detail { survey, place, state, attempts, recent })
    };
    if for_programs {
        let headers = [(header::CONTENT_TYPE, "application/json")];
        return made(headers, move || detail(&Survey::of(&site), &json::detail)).await;
    }
    let headers = page_headers(language);
    made(headers, move || detail(&Survey::of(&site), &|detail| detail::page(detail, language))).await
}

fn page_headers(language: Language) -> [(HeaderName, &'static str); 5] {
    [
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
    ]
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
