//! Bounds: each wait and each size has one, and a name for what goes past it.

use std::time::Duration;

use tintinh::{
    fetch::{FetchError, Request},
    model::{Access, Limits, Reach, State, Validators},
};

use super::{LIMITS, ask, body, body_of, error_of, fetch, fetcher};
use crate::support::origin::{Origin, Reply};

/// Long enough for an answer of a busy machine to itself.
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_server_that_falls_silent_is_told_from_one_that_drips_for_ever() {
    let url = |origin: &Origin| origin.url("/feed.xml");
    let none = Validators::default();

    let idle = Limits { connect_timeout: SHORT, idle_timeout: SHORT, ..LIMITS };
    let silent = Origin::start();
    silent.on("/feed.xml", [Reply::raw("").then_silence(), Reply::ok("<rss>").then_silence()]);
    for (when, reach) in [("before the answer", Reach::Silent), ("within the body", Reach::Answered)] {
        let error = ask(&url(&silent), &none, &idle).await.unwrap_err();
        assert!(matches!(error, FetchError::IdleTimeout { .. }), "{when}: {error:?}");
        assert_eq!(error.reach(), reach, "{when}");
        assert_eq!(
            error.failure().reason,
            "the server was silent for 1 s; if it is slow and not down, raise `idle_timeout`"
        );
        assert_eq!(error.failure().state, State::Unreachable);
    }

    let total = Limits { total_timeout: SHORT, ..LIMITS };
    let dripping = Origin::start();
    dripping.on("/feed.xml", [Reply::ok("<rss>").then_drip(" ", Duration::from_millis(10))]);
    let error = ask(&url(&dripping), &none, &total).await.unwrap_err();
    assert!(matches!(error, FetchError::TotalTimeout { answered: true, .. }), "{error:?}");
    assert_eq!(error.failure().state, State::Unreachable);
}

#[tokio::test]
async fn a_head_that_drips_is_a_server_that_has_not_answered() {
    let limits = Limits { connect_timeout: SHORT, idle_timeout: SHORT, ..LIMITS };
    let origin = Origin::start();
    let drip = Reply::raw("HTTP/1.1 200 OK\r\nX-Slow: ").then_drip("x", Duration::from_millis(10));
    origin.on("/feed.xml", [drip]);
    let error = ask(&origin.url("/feed.xml"), &Validators::default(), &limits).await.unwrap_err();
    assert!(matches!(error, FetchError::IdleTimeout { answered: false, .. }), "{error:?}");
    assert_eq!(error.reach(), Reach::Silent);
}

#[tokio::test]
async fn a_redirect_that_is_answered_and_leads_into_silence_is_told_as_that() {
    let limits = Limits { connect_timeout: SHORT, idle_timeout: SHORT, ..LIMITS };
    let origin = Origin::start();
    origin.on("/old", [Reply::redirect(301, "/feed.xml")]);
    origin.on("/feed.xml", [Reply::raw("").then_silence()]);
    let error = ask(&origin.url("/old"), &Validators::default(), &limits).await.unwrap_err();
    let failure = error.failure();
    assert_eq!(
        failure.reason,
        "after a first answer, the server was silent for 1 s; if it is slow and not down, raise `idle_timeout`"
    );
    assert_eq!((failure.state, failure.reach), (State::Unreachable, Reach::Answered));
}

#[tokio::test]
async fn a_hundred_headers_are_read_and_no_more() {
    // Connection and Content-Length are among them.
    let with = |headers| {
        (2..headers).fold(Reply::ok("<rss/>"), |reply, number| reply.header(&format!("X-{number}"), "x"))
    };
    assert_eq!(&body_of(with(100)).await.unwrap().bytes[..], b"<rss/>");
    let error = error_of(with(101)).await;
    assert!(matches!(error, FetchError::HeadTooLarge), "{error:?}");
    let failure = error.failure();
    assert_eq!(
        failure.reason,
        "the answer has more than 100 headers, or a head of more than 400 KB; tell its publisher, whose server has to mend that"
    );
    assert_eq!((failure.state, failure.reach), (State::TooMuch, Reach::Answered));
}

#[tokio::test]
async fn a_head_without_end_is_read_no_further_than_its_limit() {
    for beginning in ["HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nX-Long: x\r\n "] {
        let error = error_of(Reply::raw(beginning).then_drip([b'x'; 8192], Duration::ZERO)).await;
        assert!(matches!(error, FetchError::HeadTooLarge), "{beginning}: {error:?}");
    }
    let error =
        error_of(Reply::raw("HTTP/1.1 200 OK\r\n").then_drip("A: b\r\n".repeat(999), Duration::ZERO)).await;
    assert!(matches!(error, FetchError::HeadTooLarge), "{error:?}");
}

#[tokio::test]
async fn interim_answers_without_end_take_no_longer_than_the_whole_may() {
    let limits = Limits { total_timeout: SHORT, ..LIMITS };
    let origin = Origin::start();
    let interim = Reply::raw("").then_drip("HTTP/1.1 103 Early Hints\r\n\r\n", Duration::from_millis(1));
    origin.on("/feed.xml", [interim]);
    let error = ask(&origin.url("/feed.xml"), &Validators::default(), &limits).await.unwrap_err();
    assert!(matches!(error, FetchError::TotalTimeout { answered: false, .. }), "{error:?}");
}

#[tokio::test]
async fn chunks_that_are_all_frame_and_no_body_end_too() {
    let frame = format!("1;{}\r\n<\r\n", "x".repeat(8000));
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let error = error_of(Reply::raw(head).then_drip(frame, Duration::ZERO)).await;
    assert!(matches!(error, FetchError::Truncated(Some(_))), "{error:?}");
}

#[tokio::test]
async fn large_bodies_wait_for_each_other() {
    let origin = Origin::start();
    origin.on("/large", [Reply::ok("x".repeat(2 << 20))]);
    origin.on("/small", [Reply::ok("<rss/>")]);
    let limits = Limits { max_body: 4 << 20, ..LIMITS };
    let (fetcher, url) = (fetcher(&["127.0.0.0/8"]), origin.url("/large"));
    let (validators, access) = (&Validators::default(), &Access::default());
    let whole = Request { url: &url, validators, limits: &limits, access, feed: None };
    let mut held = Vec::new();
    for _ in 0..16 {
        held.push(body(fetch(&fetcher, &whole).await.unwrap()));
    }
    let hasty = Limits { total_timeout: Duration::from_millis(300), ..limits };
    let error = fetch(&fetcher, &Request { limits: &hasty, ..whole }).await.unwrap_err();
    assert!(matches!(error, FetchError::TotalTimeout { .. }), "{error:?}");
    // Small ones come through meanwhile.
    fetch(&fetcher, &Request { url: &origin.url("/small"), ..whole }).await.unwrap();
    held.pop();
    assert_eq!(body(fetch(&fetcher, &whole).await.unwrap()).bytes.len(), 2 << 20);
}
