//! What a source's own settings change of a request.

use std::collections::HashMap;

use tintinh::{
    config::Surroundings,
    fetch::{Fetcher, Introduction, Network, Request},
    model::{Access, ChannelId, Readership, Secret, Source, Validators},
};
use tokio::sync::watch;
use url::Url;

use super::{LIMITS, ask_as, fetch};
use crate::support::origin::{Origin, Reply};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

/// A source as `feeds.toml` gives it.
fn source(url: &Url) -> Source {
    let text = format!("[[feeds]]\nid = \"bao\"\ntitle = \"Báo\"\nurl = \"{url}\"\n");
    let config = tintinh::config::parse(&text, &Surroundings::default()).unwrap();
    Source::clone(&config.sources[0])
}

#[tokio::test]
async fn the_user_agent_tells_how_many_read_and_whose_feed_it_is_as_of_now() {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    let (url, access) = (origin.url("/feed.xml"), Access::default());
    let source = source(&url);
    let (tell, told) = watch::channel(Introduction::default());
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    let fetcher = Fetcher::new(&Network { allow, introduction: told }).unwrap();
    for (address, readers) in [("https://tin.example/", 3), ("https://tỉnh.example/", 1200)] {
        let readership = Readership::new(HashMap::from([(ChannelId::All, readers)])).into();
        tell.send(Introduction { address: address.to_owned(), readership }).unwrap();
        let (validators, limits) = (&Validators::default(), &LIMITS);
        let request = Request { url: &url, validators, limits, access: &access, feed: Some(&source) };
        fetch(&fetcher, &request).await.unwrap();
    }
    let said: Vec<_> = origin.requests().iter().map(|request| said(request.header("User-Agent"))).collect();
    let expected = [
        "tintinh/0.1 (+https://tin.example/; 3 subscribers; feed-id=bao)",
        "tintinh/0.1 (+https://t%E1%BB%89nh.example/; 1200 subscribers; feed-id=bao)",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_user_agent_of_the_admins_replaces_ours() {
    let origin = Origin::start();
    origin.on("/feed.xml", [Reply::ok("<rss/>")]);
    let access = Access { user_agent: Some("Mozilla/5.0 (tintinh)".to_owned()), ..Access::default() };
    ask_as(&origin.url("/feed.xml"), &access, LOOPBACK).await.unwrap();
    assert_eq!(said(origin.requests()[0].header("User-Agent")), "Mozilla/5.0 (tintinh)");
}

#[tokio::test]
async fn own_headers_and_credentials_stay_with_the_host_that_they_are_for() {
    let (origin, other) = (Origin::start(), Origin::start());
    origin.on("/old", [Reply::redirect(302, "/feed.xml")]);
    origin.on("/feed.xml", [Reply::redirect(302, other.url("/feed.xml").as_str())]);
    other.on("/feed.xml", [Reply::redirect(302, origin.url("/end").as_str())]);
    origin.on("/end", [Reply::ok("<rss/>")]);
    let access = Access {
        headers: [("X-Key".to_owned(), Secret::new("k1")), ("Host".to_owned(), Secret::new("evil"))].into(),
        authorization: Some(Secret::new("Basic dTpw")),
        ..Access::default()
    };
    ask_as(&origin.url("/old"), &access, LOOPBACK).await.unwrap();
    for request in origin.requests() {
        assert_eq!(request.header("X-Key"), Some(&b"k1"[..]), "{}", request.path);
        assert_eq!(request.header("Authorization"), Some(&b"Basic dTpw"[..]), "{}", request.path);
        assert_eq!(said(request.header("Host")), origin.address().to_string());
    }
    assert_eq!(origin.requests().len(), 3);
    let seen = &other.requests()[0];
    assert_eq!((seen.header("X-Key"), seen.header("Authorization")), (None, None));
}

#[tokio::test]
async fn an_address_that_was_adopted_is_not_the_sources_own() {
    let (own, adopted) = (Origin::start(), Origin::start());
    adopted.on("/feed.xml", [Reply::ok("<rss/>")]);
    let access = Access { authorization: Some(Secret::new("Basic dTpw")), ..Access::default() };
    let (source, url) = (source(&own.url("/feed.xml")), adopted.url("/feed.xml"));
    let (validators, limits) = (&Validators::default(), &LIMITS);
    let request = Request { url: &url, validators, limits, access: &access, feed: Some(&source) };
    fetch(&super::fetcher(LOOPBACK), &request).await.unwrap();
    assert_eq!(adopted.requests()[0].header("Authorization"), None);
}

fn said(value: Option<&[u8]>) -> String {
    String::from_utf8_lossy(value.unwrap()).into_owned()
}
