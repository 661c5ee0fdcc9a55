//! Redirects: where they may lead, and what is remembered of them.

use tintinh::{
    fetch::{FetchError, Fetched, MAX_REDIRECTS},
    model::{State, Validators},
};

use super::{LIMITS, ask, body, error_of, get};
use crate::support::origin::{Origin, Reply};

#[tokio::test]
async fn a_redirect_is_followed_wherever_it_is_written_from() {
    let origin = Origin::start();
    origin.on("/a/start", [Reply::redirect(302, "next?x=1#place")]);
    origin.on("/a/next?x=1", [Reply::redirect(303, "/b/")]);
    origin.on("/b/", [Reply::redirect(307, "../tin tức/rss")]);
    origin.on("/tin%20t%E1%BB%A9c/rss", [Reply::redirect(308, origin.url("/end").as_str())]);
    origin.on("/end", [Reply::redirect(301, format!("//{}/feed.xml", origin.address()))]);
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    let body = body(get(&origin, "/a/start").await.unwrap());
    assert_eq!((&body.bytes[..], &body.url), (&b"<rss/>"[..], &origin.url("/feed.xml")));
    let requests = origin.requests();
    assert_eq!(requests.len(), 6);
    assert!(requests.is_sorted_by_key(|request| request.at));
    assert!(requests.iter().all(|request| request.method == "GET" && request.header("Referer").is_none()));
}

#[tokio::test]
async fn only_a_chain_of_permanent_redirects_has_moved() {
    let table = [
        (301, 301, true),
        (301, 308, true),
        (308, 308, true),
        (301, 302, false),
        (302, 301, false),
        (307, 308, false),
        (303, 303, false),
    ];
    for (first, second, moved) in table {
        let origin = Origin::start();
        origin.on("/old", [Reply::redirect(first, "/older")]);
        origin.on("/older", [Reply::redirect(second, "/feed.xml")]);
        origin.on("/feed.xml", [Reply::ok("<rss/>")]);
        let body = body(get(&origin, "/old").await.unwrap());
        assert_eq!(body.moved, moved.then(|| origin.url("/feed.xml")), "{first} then {second}");
    }
}

#[tokio::test]
async fn validators_go_with_every_hop_and_a_304_behind_a_redirect_counts() {
    let origin = Origin::start();
    origin.on("/old", [Reply::redirect(301, "/feed.xml")]);
    origin.on("/feed.xml", [Reply::status(304)]);
    let validators = Validators { etag: Some(b"\"e\"".to_vec()), last_modified: Some(b"then".to_vec()) };
    let fetched = ask(&origin.url("/old"), &validators, &LIMITS).await.unwrap();
    let expected = Some(origin.url("/feed.xml"));
    assert!(matches!(fetched, Fetched::NotModified { moved, .. } if moved == expected));
    for request in origin.requests() {
        assert_eq!(request.header("If-None-Match"), Some(&b"\"e\""[..]));
        assert_eq!(request.header("If-Modified-Since"), Some(&b"then"[..]));
    }
}

#[tokio::test]
async fn a_loop_ends() {
    let origin = Origin::start();
    origin.on("/a", [Reply::redirect(302, "/b")]);
    origin.on("/b", [Reply::redirect(302, "/a")]);
    let error = get(&origin, "/a").await.unwrap_err();
    assert!(matches!(error, FetchError::TooManyRedirects { limit: MAX_REDIRECTS }), "{error:?}");
    assert_eq!(error.failure().state, State::TooMuch);
    assert_eq!(origin.requests().len(), 11);
}

#[tokio::test]
async fn a_redirect_to_what_must_not_be_asked_is_refused() {
    let table = [
        (
            "file:///etc/passwd",
            "the address begins with `file:`; only http and https are fetched; see in a browser where it leads, and change `url`",
        ),
        (
            "ftp://127.0.0.1/",
            "the address begins with `ftp:`; only http and https are fetched; see in a browser where it leads, and change `url`",
        ),
        (
            "http://169.254.169.254/latest/meta-data",
            "169.254.169.254 has the address 169.254.169.254, which is link-local; only networks that are allowed by \
             name are asked; `allow` in [network] of feeds.toml, or --allow of a preview, names one",
        ),
        (
            "http://[::1]/",
            "[::1] has the address ::1, which is loopback; only networks that are allowed by name are asked; `allow` in [network] of feeds.toml, or --allow of a preview, names one",
        ),
        (
            "http://admin:hunter2@127.0.0.1/",
            "the address holds a user name or password, which are not sent from there; write them into a file, and its name into `credentials_file`",
        ),
    ];
    for (location, reason) in table {
        let failure = error_of(Reply::redirect(301, location)).await.failure();
        assert_eq!((failure.state, failure.reason.as_str()), (State::Forbidden, reason), "{location}");
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_an_error_in_words() {
    let table = [
        Reply::status(301),
        Reply::redirect(301, ""),
        Reply::redirect(301, "http://"),
        Reply::redirect(301, "http://user:hunter2@:99999/"),
        Reply::redirect(301, b"/\xff\xfe"),
    ];
    for reply in table {
        let error = error_of(reply.clone()).await;
        assert!(matches!(error, FetchError::BadLocation { code: 301 }), "{reply:?}: {error:?}");
        let failure = error.failure();
        assert_eq!(failure.state, State::Refused);
        assert_eq!(
            failure.reason,
            "a redirect (301) that does not say where to; see in a browser where it leads, and change `url`"
        );
    }
}
