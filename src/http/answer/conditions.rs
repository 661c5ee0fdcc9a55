//! What a request makes its answer depend on: whether the reader has the document (RFC 9110 §13), and whether it would
//! take a delta (RFC 3229 §10.5.3).

use std::time::SystemTime;

use axum::http::{HeaderMap, header};

use super::{super::language::weighted, A_IM, etag};
use crate::publish::Published;

/// Whether the reader has the document. If-None-Match decides alone when it is there (RFC 9110 §13.2.2). A match in any
/// coding is a match: the reader may have got the document through a cache that recoded it.
pub(super) fn is_known(published: &Published, asked: &HeaderMap) -> bool {
    if asked.contains_key(header::IF_NONE_MATCH) {
        return etag::all(asked).any(|tag| tag.is_any() || tag.digest() == Some(published.digest));
    }
    let since = asked.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|since| httpdate::parse_http_date(since).ok());
    // HTTP dates have whole seconds: ours is cut to them before it is compared.
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs());
    let modified = seconds(SystemTime::from(published.last_modified));
    since.is_some_and(|since| modified > 0 && modified <= seconds(since))
}

/// Whether what is new since the reader's document will do.
pub(super) fn wants_delta(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(A_IM).iter().filter_map(|value| value.to_str().ok());
    let mut manipulations = lines.flat_map(|line| line.split(',')).map(weighted);
    manipulations.any(|(name, weight)| name.eq_ignore_ascii_case("feed") && weight > 0.0)
}
