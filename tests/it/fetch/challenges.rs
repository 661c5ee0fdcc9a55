//! Pages that set a cookie by script and load themselves again.

use tintinh::{
    fetch::FetchError,
    model::{Access, State, Validators},
};

use super::{LIMITS, ask_as, body, fetch, fetcher};
use crate::support::origin::{Origin, Received, Reply};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

fn page(cookie: &str) -> Reply {
    let script = format!("document.cookie=\"{cookie}\"+\"; path=/\";\n  window.location.reload(true);");
    Reply::ok(format!("<html><body><script>\n  {script}\n</script></body></html>"))
        .header("Content-Type", "text/html")
}

/// Gives way only to who shows this cookie.
fn gate(request: &Received) -> Reply {
    match request.header("Cookie") {
        Some(b"D1N=f28") => Reply::ok("<rss/>"),
        _ => page("D1N=f28"),
    }
}

fn allowed() -> Access {
    Access { cookie_challenge: true, ..Access::default() }
}

#[tokio::test]
async fn a_page_that_sets_a_cookie_is_named_with_the_key_that_passes_it() {
    let origin = Origin::start();
    origin.answer("/feed.xml", gate);
    let error = ask_as(&origin.url("/feed.xml"), &Access::default(), LOOPBACK).await.unwrap_err();
    assert!(matches!(&error, FetchError::CookieChallenge { name } if name == "D1N"), "{error:?}");
    let failure = error.failure();
    assert_eq!(failure.state, State::Refused);
    let reason = "the server first sends a page whose script sets the cookie `D1N`; `cookie_challenge = true` sends \
        that cookie back, once";
    assert_eq!(failure.reason, reason);
    assert_eq!(origin.requests().len(), 1);
}

#[tokio::test]
async fn it_is_passed_by_one_retry_with_that_cookie_and_the_same_validators() {
    let origin = Origin::start();
    origin.answer("/feed.xml", gate);
    let (url, access) = (origin.url("/feed.xml"), allowed());
    let validators = Validators { etag: Some(b"\"e\"".to_vec()), last_modified: Some(b"then".to_vec()) };
    let request = tintinh::fetch::Request {
        url: &url,
        validators: &validators,
        limits: &LIMITS,
        access: &access,
        feed: None,
    };
    let asking = fetcher(LOOPBACK);
    // Twice, because a cookie is forgotten as soon as it has served.
    for _ in 0..2 {
        let fetched = body(fetch(&asking, &request).await.unwrap());
        assert_eq!((&fetched.bytes[..], fetched.moved), (&b"<rss/>"[..], None));
    }
    let requests = origin.requests();
    let cookies: Vec<_> = requests.iter().map(|request| request.header("Cookie")).collect();
    assert_eq!(cookies, [None, Some(&b"D1N=f28"[..]), None, Some(&b"D1N=f28"[..])]);
    assert!(requests.iter().all(|request| request.header("If-None-Match") == Some(b"\"e\"")));
    assert!(requests.iter().all(|request| request.header("If-Modified-Since") == Some(b"then")));
}

#[tokio::test]
async fn a_page_that_comes_again_is_not_asked_a_third_time() {
    let origin = Origin::start();
    let mut times = 0;
    origin.answer("/feed.xml", move |_| {
        times += 1;
        page(&format!("D{times}=x"))
    });
    let error = ask_as(&origin.url("/feed.xml"), &allowed(), LOOPBACK).await.unwrap_err();
    assert!(matches!(&error, FetchError::CookieUseless { name } if name == "D1"), "{error:?}");
    let reason = "the server sets the cookie `D1` by script, and again although it was sent back; only a \
        browser gets further: look for another address of the feed";
    assert_eq!(error.failure().reason, reason);
    assert_eq!(origin.requests().len(), 2);
}

#[tokio::test]
async fn behind_a_redirect_only_the_page_itself_is_asked_again_and_no_other_host_sees_the_cookie() {
    let (origin, other) = (Origin::start(), Origin::start());
    origin.on("/old", [Reply::redirect(301, "/feed.xml")]);
    let elsewhere = other.url("/feed.xml").to_string();
    origin.answer("/feed.xml", move |request| match request.header("Cookie") {
        Some(_) => Reply::redirect(301, &elsewhere),
        None => page("D1N=f28"),
    });
    other.on("/feed.xml", [Reply::ok("<rss/>")]);
    let fetched = body(ask_as(&origin.url("/old"), &allowed(), LOOPBACK).await.unwrap());
    assert_eq!(fetched.moved, Some(other.url("/feed.xml")));
    let paths: Vec<_> = origin.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/old", "/feed.xml", "/feed.xml"]);
    assert_eq!(other.requests()[0].header("Cookie"), None);
}

#[tokio::test]
async fn a_cookie_of_the_admins_goes_with_the_one_that_was_set() {
    let origin = Origin::start();
    origin.on("/feed.xml", [page("D1N=f28"), Reply::ok("<rss/>")]);
    let own = [("Cookie".to_owned(), tintinh::model::Secret::new("a=b"))];
    let access = Access { headers: own.into(), ..allowed() };
    ask_as(&origin.url("/feed.xml"), &access, LOOPBACK).await.unwrap();
    assert_eq!(origin.requests()[1].header("Cookie"), Some(&b"a=b; D1N=f28"[..]));
}
