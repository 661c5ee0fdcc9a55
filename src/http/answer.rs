//! A published document as an answer: coding, validators, 304 (RFC 9110 §8.8, §12.5.3, §13; RFC 9111 §5.2).

use std::time::{Duration, SystemTime};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use crate::publish::{Coded, Published};

/// Readers need not ask more often than this,
const FRESH_LEAST: Duration = Duration::from_mins(1);
/// and should ask at least so often.
const FRESH_MOST: Duration = Duration::from_mins(15);

/// The document, or 304 when the reader has it. `fresh_for` is the time to the next due poll.
pub(super) fn document(published: &Published, asked: &HeaderMap, fresh_for: Duration) -> Response {
    let gzip = accepts_gzip(asked);
    let coded = if gzip { &published.gzip } else { &published.identity };
    let modified = SystemTime::from(published.last_modified);
    let known = is_known(published, coded, modified, asked);

    let body = if known { Body::empty() } else { Body::from(coded.bytes.clone()) };
    let mut response = Response::new(body);
    *response.status_mut() = if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let headers = response.headers_mut();
    let max_age = fresh_for.clamp(FRESH_LEAST, FRESH_MOST).as_secs();
    insert(headers, header::CACHE_CONTROL, &format!("public, max-age={max_age}"));
    insert(headers, header::VARY, "Accept-Encoding");
    insert(headers, header::ETAG, &coded.etag);
    if modified > SystemTime::UNIX_EPOCH {
        insert(headers, header::LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    }
    if !known {
        insert(headers, header::CONTENT_TYPE, published.media_type);
        insert(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        if gzip {
            insert(headers, header::CONTENT_ENCODING, "gzip");
        }
    }
    response
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    // All our values are visible ASCII; one that is not would be left out.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// If-None-Match decides alone when it is there (RFC 9110 §13.2.2). A match in any coding is a match: the reader may
/// have got the document through a cache that recoded it.
fn is_known(published: &Published, coded: &Coded, modified: SystemTime, asked: &HeaderMap) -> bool {
    let etags = [&coded.etag, &published.identity.etag, &published.gzip.etag];
    if asked.contains_key(header::IF_NONE_MATCH) {
        let lists = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        return lists
            .flat_map(|list| list.split(','))
            .map(|etag| etag.trim().trim_start_matches("W/"))
            .any(|etag| etag == "*" || etags.iter().any(|ours| *ours == etag));
    }
    let since = asked.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|since| httpdate::parse_http_date(since).ok());
    // HTTP dates have whole seconds: ours is cut to them before it is compared.
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs());
    since.is_some_and(|since| seconds(modified) > 0 && seconds(modified) <= seconds(since))
}

/// Whether gzip may be sent: named with a weight above 0, or covered by `*`.
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let mut any = false;
    let lists = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for item in lists.flat_map(|list| list.split(',')) {
        let (coding, weight) = super::language::weighted(item);
        match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => return weight > 0.0,
            "*" => any = weight > 0.0,
            _ => {}
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Timestamp, publish::RSS_TYPE};

    fn published() -> Published {
        let at: Timestamp = "2026-11-23T06:00:00.500Z".parse().unwrap();
        Published::new(b"<rss/>".to_vec(), Published::digest(b"<rss/>"), RSS_TYPE, at)
    }

    fn answer(asked: &[(header::HeaderName, &str)]) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in asked {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        document(&published(), &headers, Duration::from_secs(5))
    }

    fn header(response: &Response, name: header::HeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn a_reader_that_has_the_document_gets_304() {
        let (plain, gzip) = (published().identity.etag, published().gzip.etag);
        let modified = "Mon, 23 Nov 2026 06:00:00 GMT";
        let (none, since) = (header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE);
        let table: Vec<(Vec<(header::HeaderName, String)>, u16)> = vec![
            (vec![], 200),
            (vec![(none.clone(), plain.clone())], 304),
            (vec![(none.clone(), gzip)], 304),
            (vec![(none.clone(), format!("\"x\", W/{plain}"))], 304),
            (vec![(none.clone(), "*".to_owned())], 304),
            (vec![(none.clone(), "\"x\"".to_owned())], 200),
            (vec![(none.clone(), "\"x\"".to_owned()), (since.clone(), modified.to_owned())], 200),
            (vec![(none.clone(), "\"x\"".to_owned()), (none, plain)], 304),
            (vec![(since.clone(), modified.to_owned())], 304),
            (vec![(since.clone(), "Mon, 23 Nov 2026 06:00:01 GMT".to_owned())], 304),
            (vec![(since.clone(), "Mon, 23 Nov 2026 05:59:59 GMT".to_owned())], 200),
            (vec![(since, "yesterday".to_owned())], 200),
        ];
        for (asked, wanted) in table {
            let headers: Vec<_> = asked.iter().map(|(name, value)| (name.clone(), value.as_str())).collect();
            let response = answer(&headers);
            assert_eq!(response.status().as_u16(), wanted, "{asked:?}");
            for needed in [header::ETAG, header::CACHE_CONTROL, header::VARY, header::LAST_MODIFIED] {
                assert!(response.headers().contains_key(&needed), "{asked:?} lacks {needed}");
            }
        }
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let table = [
            ("gzip", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true),
            ("br, *", true),
            ("x-gzip", true),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("br", false),
            ("", false),
        ];
        for (accepts, wanted) in table {
            let response = answer(&[(header::ACCEPT_ENCODING, accepts)]);
            assert_eq!(header(&response, header::CONTENT_ENCODING) == "gzip", wanted, "{accepts}");
            assert_eq!(header(&response, header::ETAG).ends_with("-gzip\""), wanted, "{accepts}");
        }
    }

    #[test]
    fn freshness_is_the_time_to_the_next_poll_within_bounds() {
        let max_age = |seconds| {
            let response = document(&published(), &HeaderMap::new(), Duration::from_secs(seconds));
            header(&response, header::CACHE_CONTROL).to_owned()
        };
        assert_eq!(max_age(5), "public, max-age=60");
        assert_eq!(max_age(300), "public, max-age=300");
        assert_eq!(max_age(86_400), "public, max-age=900");
    }
}
