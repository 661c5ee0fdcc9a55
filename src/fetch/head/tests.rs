use std::collections::HashMap;

use super::*;
use crate::model::{Access, ChannelId, Limits, Readership, Secret, Source};

const LIMITS: Limits = Limits {
    max_body: 1,
    connect_timeout: std::time::Duration::ZERO,
    idle_timeout: std::time::Duration::ZERO,
    total_timeout: std::time::Duration::ZERO,
};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn introduction(address: &str) -> Introduction {
    let readers =
        HashMap::from([(ChannelId::All, 40), (ChannelId::Source("bao".to_owned().try_into().unwrap()), 2)]);
    Introduction { address: address.to_owned(), readership: Readership::new(readers).into() }
}

fn source(address: &str) -> Source {
    let pace = crate::model::Pace {
        interval: None,
        min_interval: std::time::Duration::ZERO,
        max_interval: std::time::Duration::ZERO,
        host_delay: std::time::Duration::ZERO,
    };
    Source {
        id: "bao".to_owned().try_into().unwrap(),
        title: String::new(),
        province: None,
        url: url(address),
        enabled: true,
        timezone: chrono_tz::UTC,
        pace,
        limits: LIMITS,
        access: Access::default(),
        rewrite_host: std::sync::Arc::default(),
        republishing: crate::model::Republishing::default(),
        page: None,
        article: None,
    }
}

/// The head that goes to `hop` when a source at `own` is asked.
fn head(access: &Access, own: &str, hop: &str) -> HeaderMap {
    let (source, validators) = (source(own), Validators::default());
    let elsewhere = url("http://adopted.example/");
    let request =
        Request { url: &elsewhere, validators: &validators, limits: &LIMITS, access, feed: Some(&source) };
    write(&request, &url(hop), &introduction("https://tin.example/"), None)
}

fn value<'a>(head: &'a HeaderMap, name: &str) -> Option<&'a str> {
    head.get(name).map(|value| std::str::from_utf8(value.as_bytes()).unwrap())
}

#[test]
fn the_user_agent_names_us_our_readers_and_the_feed_and_can_always_be_sent() {
    let table = [
        ("https://tin.example/", "https://tin.example/"),
        ("https://tỉnh.example/a b", "https://t%E1%BB%89nh.example/a%20b"),
        ("https://tin.example/(x)\\\r\nX: y", "https://tin.example/%28x%29%5CX:%20y"),
        ("", ""),
    ];
    let (access, validators, own) = (Access::default(), Validators::default(), source("http://a.example/"));
    for (address, sent) in table {
        let mut request = Request {
            url: &own.url,
            validators: &validators,
            limits: &LIMITS,
            access: &access,
            feed: Some(&own),
        };
        let with_feed = user_agent(&request, &introduction(address));
        assert_eq!(with_feed, format!("tintinh/0.1 (+{sent}; 42 subscribers; feed-id=bao)"));
        assert!(HeaderValue::from_str(&with_feed).is_ok());
        request.feed = None;
        assert_eq!(user_agent(&request, &introduction(address)), format!("tintinh/0.1 (+{sent})"));
    }
}

#[test]
fn a_user_agent_of_the_admins_replaces_ours_whole() {
    let table = [
        ("Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (X11; Linux)"),
        ("Báo\r\n/1", "B%C3%A1o/1"),
        ("\u{7}", "tintinh/0.1 (+https://tin.example/; 42 subscribers; feed-id=bao)"),
    ];
    for (own, sent) in table {
        let access = Access { user_agent: Some(own.to_owned()), ..Access::default() };
        let head = head(&access, "http://a.example/", "http://b.example/");
        assert_eq!(value(&head, "user-agent"), Some(sent), "{own:?}");
    }
}

#[test]
fn what_is_confided_goes_to_the_sources_own_host_and_nowhere_else() {
    let access = Access {
        headers: [("X-Key".to_owned(), Secret::new("k"))].into(),
        authorization: Some(Secret::new("Basic c2VjcmV0")),
        ..Access::default()
    };
    let table = [
        ("http://bao.example/rss", "http://bao.example/other?x=1", true),
        ("http://bao.example/rss", "http://BAO.example:80/", true),
        ("http://bao.example/rss", "https://bao.example/rss", true),
        ("http://bao.example/rss", "https://bao.example:8443/rss", true),
        ("http://bao.example/rss", "http://bao.example:8080/rss", false),
        ("http://bao.example/rss", "http://www.bao.example/rss", false),
        ("http://bao.example/rss", "https://evil.example/rss", false),
        ("http://bao.example/rss", "http://adopted.example/", false),
        ("https://bao.example/rss", "http://bao.example/rss", false),
        ("https://bao.example/rss", "http://bao.example:443/rss", false),
        ("http://1.1.1.1/rss", "http://1.1.1.1/", true),
        ("http://1.1.1.1/rss", "http://1.1.1.2/", false),
    ];
    for (own, hop, sent) in table {
        let head = head(&access, own, hop);
        assert_eq!(value(&head, "x-key"), sent.then_some("k"), "{own} to {hop}");
        assert_eq!(value(&head, "authorization"), sent.then_some("Basic c2VjcmV0"), "{own} to {hop}");
        assert!(!format!("{head:?}").contains("c2VjcmV0"));
    }
}

#[test]
fn headers_that_are_not_the_admins_to_say_and_those_that_cannot_be_sent_are_left_out() {
    let names =
        "Host Content-Length transfer-encoding Connection If-None-Match If-Modified-Since ACCEPT-ENCODING";
    let own = names.split(' ').chain(["no name", ""]).map(|name| (name.to_owned(), Secret::new("x")));
    let bad =
        [("X-Bad".to_owned(), Secret::new("a\r\nHost: b")), ("Accept".to_owned(), Secret::new("text/xml"))];
    let access = Access { headers: own.chain(bad).collect(), ..Access::default() };
    let head = head(&access, "http://a.example/", "http://a.example/");
    let sent: Vec<_> =
        head.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    let expected = [
        "accept: text/xml",
        "accept-encoding: gzip, br, zstd, deflate",
        "user-agent: tintinh/0.1 (+https://tin.example/; 42 subscribers; feed-id=bao)",
    ];
    assert_eq!(sent, expected);
}
