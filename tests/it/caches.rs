//! A shared cache in front of us, a real one: nginx with `proxy_cache`. Whatever it hands on must be what we would have
//! answered. Left out, aloud, where nginx is not installed.

use std::{net::SocketAddr, time::Duration};

use reqwest::{Client, Method, StatusCode, redirect};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss, titles},
    nginx::Nginx,
    origin::{Origin, Reply},
    process::PATIENCE,
};

const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";
const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";
/// A cache in front of this address. What it keeps is fresh for as long as we say, but below `/brief/` for a second; below
/// `/careless/` it would keep everything for an hour if we let it, and asks us by its clients' own conditions.
async fn in_front_of(origin: SocketAddr) -> Option<Nginx> {
    Nginx::start(|here, address| {
        format!(
            "proxy_cache_path {here}/cache keys_zone=tin:1m;\n\
             server {{ listen {address}; location / {{ proxy_pass http://{origin}; }}\n\
             proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
             proxy_cache tin; proxy_cache_revalidate on;\n\
             add_header X-Cache $upstream_cache_status always;\n\
             location /brief/ {{ proxy_pass http://{origin}/; proxy_ignore_headers Cache-Control; proxy_cache_valid 200 1s; }}\n\
             location /careless/ {{ proxy_pass http://{origin}/; proxy_cache_valid any 1h;\n\
             proxy_set_header Connection \"\"; proxy_set_header If-None-Match $http_if_none_match; }}\n\
             }}"
        )
    })
    .await
}

struct Seen {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn get(cache: &Nginx, path: &str, headers: &[(&str, &str)]) -> Seen {
    ask(cache, Method::GET, path, headers).await
}

async fn ask(cache: &Nginx, method: Method, path: &str, headers: &[(&str, &str)]) -> Seen {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .build()
        .unwrap();
    let mut request = client.request(method, format!("http://{}{path}", cache.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send().await.unwrap();
    let (status, headers, mut body) = (answer.status(), answer.headers().clone(), Vec::new());
    while let Some(chunk) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    Seen { status, headers, body }
}

#[tokio::test]
async fn a_cache_hands_on_what_we_would_have_answered() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let Some(cache) = in_front_of(daemon.readers).await else { return };
    let path = "/feed.xml";
    let direct = daemon.get(path).await;
    // Kept apart by coding, and each told from the others.
    let browsers = "gzip, deflate, br, zstd";
    for (coding, wanted) in
        [("identity", ""), ("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("gzip, br", ""), (browsers, "")]
    {
        let asked = [("accept-encoding", coding)];
        let ours = daemon.ask(Method::GET, path, &asked).await;
        for kept in ["MISS", "HIT"] {
            let seen = get(&cache, path, &asked).await;
            assert_eq!(seen.header("x-cache"), kept, "{coding}");
            assert_eq!(seen.body, ours.body, "{coding}");
            assert_eq!(seen.header("content-encoding"), ours.header("content-encoding"), "{coding}");
            assert_eq!(seen.header("etag"), ours.header("etag"), "{coding}");
            assert!(wanted.is_empty() || seen.header("content-encoding") == wanted, "{coding}");
        }
    }
    let known = get(&cache, path, &[("if-none-match", direct.header("etag"))]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    // A reader of deltas gets the whole through it, every time: what the cache has is not what the reader has.
    for _ in 0..2 {
        let asked = [("a-im", "feed"), ("if-none-match", "\"0123456789abcdef0123456789abcdef\"")];
        let whole = get(&cache, path, &asked).await;
        assert_eq!((whole.status.as_u16(), whole.header("im")), (200, ""));
        assert_eq!((whole.header("x-cache"), &whole.body), ("MISS", &direct.body));
    }
}

/// Asks until the cache says this of its answer, which it does within seconds.
async fn until(cache: &Nginx, path: &str, headers: &[(&str, &str)], state: &str) -> Seen {
    let asking = async {
        loop {
            let seen = get(cache, path, headers).await;
            if seen.header("x-cache") == state {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{path} is never {state}"))
}

#[tokio::test]
async fn a_cache_that_looks_again_keeps_what_is_as_it_was_and_takes_what_is_new() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let daemon = Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\""))).await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    let Some(cache) = in_front_of(daemon.readers).await else { return };
    let codings = ["identity", "gzip", "br", "zstd"];
    let mut etags = Vec::new();
    for coding in codings {
        let asked = [("accept-encoding", coding)];
        let ours = daemon.ask(Method::GET, "/feed.xml", &asked).await;
        assert_eq!(get(&cache, "/brief/feed.xml", &asked).await.header("x-cache"), "MISS", "{coding}");
        let again = until(&cache, "/brief/feed.xml", &asked, "REVALIDATED").await;
        assert_eq!((again.status.as_u16(), &again.body), (200, &ours.body), "{coding}");
        assert_eq!(again.header("etag"), ours.header("etag"), "{coding}");
        etags.push(again.header("etag").to_owned());
    }
    origin.on("/a", [Reply::ok(rss(&[("2", "Hai", DATE), ("1", "Một", DATE)]))]);
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    for (coding, old) in codings.into_iter().zip(etags) {
        let asked = [("accept-encoding", coding)];
        let ours = daemon.ask(Method::GET, "/feed.xml", &asked).await;
        let new = until(&cache, "/brief/feed.xml", &asked, "EXPIRED").await;
        assert_eq!((new.header("etag"), &new.body), (ours.header("etag"), &ours.body), "{coding}");
        assert_ne!(new.header("etag"), old, "{coding}");
    }
}

#[tokio::test]
async fn a_cache_keeps_no_delta_and_nothing_that_is_not_there() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let daemon = Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\""))).await;
    let first = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    origin.on("/a", [Reply::ok(rss(&[("2", "Hai", DATE), ("1", "Một", DATE)]))]);
    let last = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    let Some(cache) = in_front_of(daemon.readers).await else { return };
    let asked = [("a-im", "feed"), ("if-none-match", first.header("etag"))];
    for _ in 0..2 {
        let delta = get(&cache, "/careless/feed.xml", &asked).await;
        assert_eq!((delta.status.as_u16(), delta.header("x-cache")), (226, "MISS"));
        assert_eq!(titles(&delta.body), ["Hai"]);
    }
    // Neither for who would take a delta, nor for who would not.
    for more in [vec![], vec![("a-im", "feed")]] {
        let whole = get(&cache, "/careless/feed.xml", &more).await;
        assert_eq!((whole.status.as_u16(), whole.header("x-cache"), &whole.body), (200, "MISS", &last.body));
    }
    for path in ["/sources/b.xml", "/archive/9.xml", "/nothing"] {
        for _ in 0..2 {
            let nothing = get(&cache, path, &[]).await;
            assert_eq!((nothing.status.as_u16(), nothing.header("x-cache")), (404, "MISS"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_cache_answers_head_by_what_it_has_and_gets_the_whole_by_it() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let daemon = Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\""))).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let Some(cache) = in_front_of(daemon.readers).await else { return };
    for path in ["/feed.xml", "/feed.atom", "/sources/a.json", "/opml.xml", "/archive/0.xml"] {
        let ours = daemon.get(path).await;
        for state in ["MISS", "HIT"] {
            let head = ask(&cache, Method::HEAD, path, &[]).await;
            assert_eq!(
                (head.status.as_u16(), head.body.len(), head.header("x-cache")),
                (200, 0, state),
                "{path}"
            );
            assert_eq!(head.header("content-length"), ours.body.len().to_string(), "{path}");
            assert_eq!(head.header("etag"), ours.header("etag"), "{path}");
        }
        let whole = get(&cache, path, &[]).await;
        assert_eq!((whole.header("x-cache"), &whole.body), ("HIT", &ours.body), "{path}");
    }
}
