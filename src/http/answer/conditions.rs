//! What a request makes its answer depend on: whether the reader has the document (RFC 9110 §13), and whether it would
//! take a delta (RFC 3229 §10.5.3).

use std::time::SystemTime;

use axum::http::{HeaderMap, HeaderName, header};

use super::{super::language::weighted, A_IM, etag};
use crate::publish::{Coding, Published};

/// Whether the reader would have none but another document: one of these strong tags, which the coded bytes must bear, or one
/// that has not changed since then (RFC 9110 §13.1.1, §13.1.4). Decided before all other conditions (§13.2.2).
pub(super) fn wants_other(published: &Published, coding: impl FnOnce() -> Coding, asked: &HeaderMap) -> bool {
    if asked.contains_key(header::IF_MATCH) {
        let etag = &published.coded(coding()).etag;
        let mut tags = etag::all(asked, &header::IF_MATCH);
        return !tags.any(|tag| tag.is_any() || tag.written.as_bytes() == etag);
    }
    let modified = seconds(SystemTime::from(published.last_modified));
    date(asked, &header::IF_UNMODIFIED_SINCE).is_some_and(|until| modified > until)
}

/// Whether the reader has the document. If-None-Match decides alone when it is there (RFC 9110 §13.2.2). A match in any
/// coding is a match: the reader may have got the document through a cache that recoded it.
pub(super) fn is_known(published: &Published, asked: &HeaderMap) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        return etag::all(asked, &header::IF_NONE_MATCH)
            .any(|tag| tag.is_any() || tag.digest() == Some(published.digest));
    }
    let modified = seconds(SystemTime::from(published.last_modified));
    date(asked, &header::IF_MODIFIED_SINCE).is_some_and(|since| modified > 0 && modified <= since)
}

/// A date of the request; one that is none counts as not there.
fn date(asked: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let value = asked.get(name).and_then(|value| value.to_str().ok())?;
    httpdate::parse_http_date(value).ok().map(seconds)
}

/// HTTP dates have whole seconds: ours is cut to them before it is compared.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// Whether what is new since the reader's document will do.
pub(super) fn wants_delta(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(A_IM).iter().filter_map(|value| value.to_str().ok());
    let mut manipulations = lines.flat_map(|line| line.split(',')).map(weighted);
    manipulations.any(|(name, weight)| name.eq_ignore_ascii_case("feed") && weight > 0.0)
}
