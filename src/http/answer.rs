//! A published document as an answer: which of its codings, whether the reader has it already, or something of it
//! (RFC 9110 §8.8, §12.5.3, §13; RFC 9111 §5.2; RFC 3229). Pure: a document and a request's headers in, an answer out.

mod coding;
mod conditions;
mod etag;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::listener::Whole;
use crate::{
    model::Digest,
    publish::{Coding, Edition, Published},
};

/// Readers need not ask more often than this,
const FRESH_LEAST: Duration = Duration::from_mins(1);
/// and should ask at least so often.
const FRESH_MOST: Duration = Duration::from_mins(15);
/// How long a page of an archive is fresh that gets no more entries.
const CLOSED_FRESH: Duration = Duration::from_hours(24);
/// More headers than any answer of ours has, so that none needs room anew.
const HEADERS: usize = 16;

/// How a delta was made, and asked for (RFC 3229 §10.5).
pub(super) const IM: HeaderName = HeaderName::from_static("im");
pub(super) const A_IM: HeaderName = HeaderName::from_static("a-im");
/// Since which document (RFC 3229 §10.5.1).
const DELTA_BASE: HeaderName = HeaderName::from_static("delta-base");

// Made once, not for each answer.
const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding, A-IM");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, IM, Delta-Base");

/// What a request gets of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Nothing: it would have another document, or none (412).
    Other,
    /// Nothing: the reader has it (304).
    Known,
    /// All of it (200).
    Whole,
    /// What is new since a document that the reader has (226).
    Since(Base),
}

/// A document that a reader has, and wants to be told what is new since.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Which it is.
    pub digest: Digest,
    /// Its entity tag, as the reader wrote it.
    etag: HeaderValue,
}

/// What the request is to get. A delta goes only to who asks for it by GET.
pub(super) fn share(edition: &Edition, method: &Method, asked: &HeaderMap) -> Share {
    if wants_other(&edition.published, asked) {
        return Share::Other;
    }
    if conditions::is_known(&edition.published, asked) {
        return Share::Known;
    }
    if *method != Method::GET || !conditions::wants_delta(asked) {
        return Share::Whole;
    }
    let newest = edition
        .history
        .newest(|digest| etag::all(asked, &header::IF_NONE_MATCH).any(|tag| tag.digest() == Some(digest)));
    let base = newest.and_then(|digest| {
        let tag = etag::all(asked, &header::IF_NONE_MATCH).find(|tag| tag.digest() == Some(digest))?;
        Some(Base { digest, etag: HeaderValue::from_str(tag.written).ok()? })
    });
    base.map_or(Share::Whole, Share::Since)
}

/// The document, or 304. `fresh_for` is the time to the next due poll.
pub(super) fn document(
    published: &Published,
    is_known: bool,
    asked: &HeaderMap,
    fresh_for: Duration,
) -> Response {
    let coding = coding::chosen(published, asked);
    let mut response = answer(published, coding, !is_known);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let max_age = fresh_for.clamp(FRESH_LEAST, FRESH_MOST).as_secs();
    // A shared cache that keeps what it got for readers of deltas would ask us for what is new since *its* document when it
    // looks whether that is fresh (nginx does), and hand that to a reader who has another. So it keeps none.
    let who = if conditions::wants_delta(asked) { "private" } else { "public" };
    insert(response.headers_mut(), header::CACHE_CONTROL, &format!("{who}, max-age={max_age}"));
    response
}

/// A page of an archive, or 304. One that gets no more entries is fresh for a day (its entries may change still); another
/// one for so long.
pub(super) fn page(published: &Published, asked: &HeaderMap, fresh_for: Option<Duration>) -> Response {
    if wants_other(published, asked) {
        return refusal();
    }
    let is_known = conditions::is_known(published, asked);
    let mut response = document(published, is_known, asked, fresh_for.unwrap_or_default());
    if fresh_for.is_none() {
        insert(
            response.headers_mut(),
            header::CACHE_CONTROL,
            &format!("public, max-age={}", CLOSED_FRESH.as_secs()),
        );
    }
    response
}

/// A document that is no channel's, or 304. It changes with the configuration alone.
pub(super) fn plain_document(published: &Published, asked: &HeaderMap) -> Response {
    if wants_other(published, asked) {
        return refusal();
    }
    document(published, conditions::is_known(published, asked), asked, FRESH_MOST)
}

fn wants_other(published: &Published, asked: &HeaderMap) -> bool {
    conditions::wants_other(published, || coding::chosen(published, asked), asked)
}

/// For a reader that would have another document than there is.
pub(super) fn refusal() -> Response {
    let mut response = Response::new(Body::from(
        "This is not the document that If-Match or If-Unmodified-Since wants: ask without them.\n",
    ));
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

/// What is new since the base, as a document that bears the validators of the whole it leads to.
pub(super) fn delta(delta: &Published, base: Base, asked: &HeaderMap) -> Response {
    let mut response = answer(delta, coding::chosen(delta, asked), true);
    *response.status_mut() = StatusCode::IM_USED;
    let headers = response.headers_mut();
    headers.insert(IM, HeaderValue::from_static("feed"));
    headers.insert(DELTA_BASE, base.etag);
    // Caches that know deltas may keep it by `im`; all others must not (RFC 3229 §10.8.3).
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, im"));
    response
}

fn answer(published: &Published, coding: Coding, with_body: bool) -> Response {
    let coded = published.coded(coding);
    let body = if with_body { Body::from(coded.bytes.clone()) } else { Body::empty() };
    let mut response = Response::new(body);
    if let Some(whole) = Whole::of(&coded.bytes).filter(|_| with_body) {
        response.extensions_mut().insert(whole);
    }
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(header::VARY, VARY);
    // All our entity tags are visible ASCII; one that is not would be left out.
    if let Ok(etag) = HeaderValue::from_maybe_shared(coded.etag.clone()) {
        headers.insert(header::ETAG, etag);
    }
    let modified = SystemTime::from(published.last_modified);
    if modified > SystemTime::UNIX_EPOCH {
        insert(&mut headers, header::LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    if with_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(published.media_type));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        if coding != Coding::Identity {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.token()));
        }
    }
    *response.headers_mut() = headers;
    response
}

/// Every web page may read our documents, and what is said in their place (Fetch standard §3.3): there is nothing in them
/// that not everybody may see.
pub(super) fn open_to_pages(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// What a browser asks before a page of another site may ask with conditions (Fetch standard §3.3.2).
pub(super) fn permission() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let fixed = [
        (header::ALLOW, "GET, HEAD, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "A-IM, If-None-Match, If-Modified-Since, Cache-Control"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // All our values are visible ASCII; one that is not would be left out.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
