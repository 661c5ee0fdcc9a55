//! Conditional requests, and what else a request says.

use std::time::Duration;

use tintinh::{
    fetch::{FetchError, Fetched},
    model::{Hints, Validators},
};

use super::{LIMITS, ask, body, body_of, error_of, get};
use crate::support::origin::{Origin, Reply};

/// A header's value, or its absence.
type Value = Option<&'static [u8]>;

fn validators(etag: Option<&[u8]>, last_modified: Option<&[u8]>) -> Validators {
    Validators { etag: etag.map(Vec::from), last_modified: last_modified.map(Vec::from) }
}

#[tokio::test]
async fn the_first_request_is_unconditional_and_says_who_asks() {
    let origin = Origin::start();
    origin.on("/feed.xml?page=1", [Reply::ok("<rss/>")]);
    get(&origin, "/feed.xml?page=1").await.unwrap();

    let requests = origin.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/feed.xml?page=1"));
    assert_eq!(request.header("User-Agent"), Some(&b"tintinh/0.1 (+https://tin.example)"[..]));
    assert_eq!(request.header("Host").map(<[u8]>::to_vec), Some(origin.address().to_string().into_bytes()));
    assert!(request.header("Accept").unwrap().starts_with(b"application/rss+xml"));
    assert_eq!(request.header("Accept-Encoding"), Some(&b"gzip, br, zstd, deflate"[..]));
    for absent in ["If-None-Match", "If-Modified-Since", "Referer", "Cookie"] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn validators_come_and_go_byte_for_byte() {
    let table: [(Value, Value); 7] = [
        (Some(b"\"strong\""), Some(b"Wed, 01 Jul 2026 00:00:00 GMT")),
        (Some(b"W/\"weak\""), None),
        (Some(b"unquoted-5f3:0"), None),
        (Some(b"\"gzipped-gzip\""), Some(b"0")),
        (Some(b"\"ti\xea\xb4ng \xff\""), None),
        (None, Some(b"Th\xe1\xbb\xa9 t\xc6\xb0, 01/07/2026 07:00:00 SA")),
        (None, Some(b"Wed, 01 Jul 2026 07:00:00 +0700")),
    ];
    for (etag, last_modified) in table {
        let origin = Origin::start();
        let mut reply = Reply::ok("<rss/>");
        if let Some(etag) = etag {
            reply = reply.header("etag", etag);
        }
        if let Some(last_modified) = last_modified {
            reply = reply.header("Last-Modified", last_modified);
        }
        origin.on("/feed.xml", [reply, Reply::status(304)]);

        let first = body(get(&origin, "/feed.xml").await.unwrap());
        assert_eq!(first.validators, validators(etag, last_modified));
        let second = ask(&origin.url("/feed.xml"), &first.validators, &LIMITS).await.unwrap();
        assert!(matches!(second, Fetched::NotModified { .. }));

        let request = &origin.requests()[1];
        assert_eq!(request.header("If-None-Match"), etag);
        assert_eq!(request.header("If-Modified-Since"), last_modified);
    }
}

#[tokio::test]
async fn empty_and_overlong_validators_are_none() {
    let reply = Reply::ok("<rss/>").header("ETag", "").header("Last-Modified", "x".repeat(5000));
    assert_eq!(body_of(reply).await.unwrap().validators, Validators::default());
}

#[tokio::test]
async fn a_304_brings_its_hints_and_the_validators_it_bears() {
    let origin = Origin::start();
    let reply = Reply::status(304).header("ETag", "\"new\"").header("Cache-Control", "max-age=900");
    origin.on("/feed.xml", [reply]);
    let known = validators(Some(b"\"old\""), Some(b"yesterday"));
    let fetched = ask(&origin.url("/feed.xml"), &known, &LIMITS).await.unwrap();
    let expected = Fetched::NotModified {
        hints: Hints { max_age: Some(Duration::from_mins(15)), retry_after: None },
        validators: validators(Some(b"\"new\""), None),
        moved: None,
    };
    assert_eq!(fetched, expected);
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_an_error() {
    let error = error_of(Reply::status(304)).await;
    assert!(matches!(error, FetchError::UnaskedNotModified { .. }), "{error:?}");
}

#[tokio::test]
async fn headers_that_no_standard_allows_spoil_nothing() {
    let reply = Reply::raw(
        "HTTP/1.1 200 OK\r\nX-Bad\u{1}Name: x\r\nETag : \"e\"\r\nX-Folded: one\r\n two\r\nContent-Length: 6\r\n\
         Connection: close\r\n\r\n<rss/>",
    );
    let body = body_of(reply).await.unwrap();
    assert_eq!((&body.bytes[..], body.validators), (&b"<rss/>"[..], validators(Some(b"\"e\""), None)));
}
