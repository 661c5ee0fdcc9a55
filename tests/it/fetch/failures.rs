//! What is said of a server that refuses, cannot be found, or must not be asked.

use std::time::Duration;

use tintinh::{
    fetch::{FetchError, Request},
    model::{Access, Hints, Limits, Reach, State, Validators},
};
use url::Url;

use super::{LIMITS, ask, error_of, fetch, fetcher};
use crate::support::origin::{Origin, Reply};

#[tokio::test]
async fn a_status_is_told_with_the_upstreams_own_words() {
    let page = "<html><style>p{}</style><h1>Hệ thống bảo trì</h1>\n<p>Xin quay lại sau</p></html>";
    let table = [
        (
            Reply::status(404),
            State::Missing,
            "the server answered 404 Not Found; look for its new address on its site, and change `url`",
        ),
        (
            Reply::status(410).body("gone\n"),
            State::Gone,
            "the server answered 410 Gone: gone; look for its new address on its site, and change `url`",
        ),
        (
            Reply::status(429),
            State::Throttled,
            "the server answered 429 Too Many Requests; if this goes on, raise `min_interval` or `host_delay`",
        ),
        (
            Reply::status(503).body(page),
            State::Unavailable,
            "the server answered 503 Service Unavailable: Hệ thống bảo trì Xin quay lại sau; this usually passes by itself",
        ),
        (
            Reply::status(403).body("no robots"),
            State::Refused,
            "the server answered 403 Forbidden: no robots; if it refuses readers that are no browser, set another \
             `user_agent`",
        ),
        (
            Reply::status(500),
            State::Refused,
            "the server answered 500 Internal Server Error; this usually passes by itself",
        ),
        (Reply::status(599), State::Refused, "the server answered 599; this usually passes by itself"),
        (
            Reply::status(202),
            State::Refused,
            "the server answered 202 Accepted; if a browser gets the feed, it may want another `user_agent` or `headers`",
        ),
        (
            Reply::status(206).body("<rs"),
            State::Refused,
            "the server answered 206 Partial Content; if a browser gets the feed, it may want another `user_agent` or `headers`",
        ),
        (
            Reply::status(403).header("Content-Type", "image/png").body("\u{1}PNG"),
            State::Refused,
            "the server answered 403 Forbidden; if it refuses readers that are no browser, set another `user_agent`",
        ),
        (
            Reply::status(500).body("cut").header("Content-Length", "100"),
            State::Refused,
            "the server answered 500 Internal Server Error: cut; this usually passes by itself",
        ),
    ];
    for (reply, state, reason) in table {
        let failure = error_of(reply).await.failure();
        assert_eq!((failure.state, failure.reason.as_str()), (state, reason));
    }
}

#[tokio::test]
async fn an_error_page_without_end_gives_at_most_500_characters() {
    let failure = error_of(Reply::status(500).then_drip([b'x'; 1024], Duration::ZERO)).await.failure();
    assert_eq!(failure.reason.chars().count(), 500);
}

#[tokio::test]
async fn retry_after_comes_with_the_error() {
    let date = Reply::status(503)
        .header("Date", "Wed, 01 Jul 2026 07:00:00 GMT")
        .header("Retry-After", "Wed, 01 Jul 2026 07:10:00 GMT");
    for (reply, seconds) in [(Reply::status(429).header("Retry-After", "120"), 120), (date, 600)] {
        let hints = error_of(reply).await.failure().hints;
        assert_eq!(hints, Hints { max_age: None, retry_after: Some(Duration::from_secs(seconds)) });
    }
}

#[tokio::test]
async fn loopback_is_refused_unasked_unless_it_is_allowed() {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    let port = origin.address().port();
    // The number is refused by sight; the name only by what it resolves to.
    for host in ["127.0.0.1", "localhost"] {
        let url: Url = format!("http://{host}:{port}/feed.xml").parse().unwrap();
        let fetcher = fetcher(&["10.0.0.0/8"]);
        let (validators, access) = (&Validators::default(), &Access::default());
        let request = Request { url: &url, validators, limits: &LIMITS, access, feed: None };
        let error = fetch(&fetcher, &request).await.unwrap_err();
        let FetchError::ForbiddenAddress { host: named, zone: "loopback", .. } = &error else {
            panic!("{host}: {error:?}")
        };
        assert_eq!(named, host);
        assert_eq!(error.failure().state, State::Forbidden);
        assert_eq!(origin.requests().len(), 0);
    }
    let url: Url = format!("http://localhost:{port}/feed.xml").parse().unwrap();
    ask(&url, &Validators::default(), &LIMITS).await.unwrap();
    assert_eq!(origin.requests().len(), 1);
}

#[tokio::test]
async fn a_url_with_a_password_is_refused_and_not_repeated() {
    let url: Url = "http://admin:hunter2@127.0.0.1:9/feed.xml".parse().unwrap();
    let error = ask(&url, &Validators::default(), &LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Credentials), "{error:?}");
    assert!(!format!("{error:?} {}", error.failure().reason).contains("hunter2"));
}

#[tokio::test]
async fn a_refused_connection_names_the_host_and_hides_the_path() {
    // A port that was free a moment ago, and that nothing here listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url: Url = format!("http://{address}/feed.xml?token=hunter2").parse().unwrap();
    let error = ask(&url, &Validators::default(), &LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
    let failure = error.failure();
    assert_eq!((failure.state, failure.reach), (State::Unreachable, Reach::Silent));
    assert!(
        failure.reason.starts_with("no connection to 127.0.0.1: Connection refused"),
        "{}",
        failure.reason
    );
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_name_that_cannot_exist_is_not_found() {
    // RFC 6761 §6.4: no resolver may find it, and none need be asked.
    let url: Url = "http://feed.invalid/rss".parse().unwrap();
    let error = ask(&url, &Validators::default(), &LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Lookup { .. }), "{error:?}");
    let failure = error.failure();
    assert_eq!(failure.state, State::Unreachable);
    assert!(failure.reason.starts_with("feed.invalid was not found: "), "{}", failure.reason);
}

#[tokio::test]
async fn plain_text_on_an_https_port_is_a_tls_error() {
    let origin = Origin::start();
    let url: Url = format!("https://{}/feed.xml", origin.address()).parse().unwrap();
    let error = ask(&url, &Validators::default(), &LIMITS).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{error:?}");
    let failure = error.failure();
    assert_eq!(failure.state, State::Unreachable);
    assert!(
        failure.reason.starts_with("no secure connection to 127.0.0.1: received corrupt message"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_connection_that_was_not_made_in_time() {
    // Nobody accepts: the system completes the TCP handshake by itself, and then nothing comes.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url: Url = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let limits = Limits { connect_timeout: Duration::from_millis(300), ..LIMITS };
    let error = ask(&url, &Validators::default(), &limits).await.unwrap_err();
    assert!(matches!(error, FetchError::ConnectTimeout { .. }), "{error:?}");
    assert_eq!(error.failure().state, State::Unreachable);
    assert_eq!(
        error.failure().reason,
        "no connection to 127.0.0.1 within 0.3 s; if it is slow and not down, raise `connect_timeout`"
    );
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    for (bytes, reach) in [("", Reach::Silent), ("SSH-2.0-OpenSSH_9.9\r\n", Reach::Answered)] {
        let error = error_of(Reply::raw(bytes)).await;
        assert!(matches!(error, FetchError::Exchange(_)), "{bytes}: {error:?}");
        assert_eq!(error.reach(), reach, "{bytes}");
        assert_eq!(error.failure().state, State::Unreachable);
    }
}

#[tokio::test]
async fn what_never_left_this_machine_is_told_as_that() {
    // No system connects to a group: it says that there is no way there, as it does without a network.
    let access = Access::default();
    let error =
        super::ask_as(&"http://224.0.0.1/".parse().unwrap(), &access, &["224.0.0.0/4"]).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
    let failure = error.failure();
    assert_eq!((failure.state, failure.reach), (State::Unreachable, Reach::Local));
    assert!(failure.reason.starts_with("no connection to 224.0.0.1: Network is unreachable"), "{failure:?}");
}

#[tokio::test]
async fn what_was_answered_or_never_asked_is_nobodys_network_failing() {
    for reply in
        [Reply::status(500), Reply::status(304), Reply::redirect(301, "file:///"), Reply::redirect(301, "")]
    {
        assert_eq!(error_of(reply).await.reach(), Reach::Answered);
    }
    for url in ["ftp://example.com/", "http://10.0.0.1/"] {
        let error = ask(&url.parse().unwrap(), &Validators::default(), &LIMITS).await.unwrap_err();
        assert_eq!(error.reach(), Reach::Answered, "{error:?}");
    }
}

#[tokio::test]
async fn credentials_in_a_redirect_show_nowhere() {
    for location in
        ["http://admin:hunter2@127.0.0.1/", "http://hunter2@[::1/", "ftp://admin:hunter2@127.0.0.1/"]
    {
        let error = error_of(Reply::redirect(301, location)).await;
        let told = format!("{error:?} {error} {:?}", error.failure());
        assert!(!told.contains("hunter2") && !told.contains("admin"), "{told}");
    }
}
