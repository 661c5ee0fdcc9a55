//! What a reader gets that asks only for what is new (RFC 3229 with feeds).

use reqwest::Method;

use crate::support::{
    daemon::{Answer, Daemon, feed},
    feed::{items, rss, titles},
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";
const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

async fn ask(daemon: &Daemon, path: &str, tags: &str, coding: &str) -> Answer {
    let headers = [("a-im", "feed"), ("if-none-match", tags), ("accept-encoding", coding)];
    daemon.ask(Method::GET, path, &headers).await
}

#[tokio::test]
async fn a_reader_of_deltas_misses_nothing_and_gets_little() {
    let origin = Origin::start();
    let old: Vec<(String, String)> = (0..40).map(|n| (format!("old-{n}"), format!("Cũ {n}"))).collect();
    let old: Vec<(&str, &str, &str)> =
        old.iter().map(|(id, title)| (id.as_str(), title.as_str(), DATE)).collect();
    let page = |more: &[(&'static str, &'static str)]| {
        let more: Vec<_> = more.iter().map(|(id, title)| (*id, *title, DATE)).collect();
        Reply::ok(rss(&[more.as_slice(), &old].concat()))
    };
    origin.on("/a", [page(&[("1", "Một")])]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "province = \"hue\"\ninterval = \"1s\"");
    let daemon = Daemon::start(&tables).await;
    let paths = ["/feed.xml", "/provinces/hue.xml", "/sources/a.xml"];
    let mut firsts = Vec::new();
    for path in paths {
        firsts.push(daemon.until(path, |answer| titles(&answer.body).contains(&"Một".to_owned())).await);
    }
    // Only now does the publisher go on, so that each step is seen.
    origin.on("/a", [page(&[("2", "Hai"), ("1", "Một")])]);
    for path in paths {
        daemon.until(path, |answer| titles(&answer.body).contains(&"Hai".to_owned())).await;
    }
    origin.on("/a", [page(&[("3", "Ba"), ("2", "Hai, sửa"), ("1", "Một")])]);
    for (path, first) in paths.into_iter().zip(firsts) {
        let last = daemon.until(path, |answer| titles(&answer.body).contains(&"Hai, sửa".to_owned())).await;
        let (base, now) = (first.header("etag"), last.header("etag"));
        let delta = ask(&daemon, path, &format!("W/{base}"), "identity").await;
        assert_eq!((delta.status.as_u16(), delta.header("im")), (226, "feed"), "{path}");
        assert_eq!(delta.header("delta-base"), format!("W/{base}"));
        assert_eq!((delta.header("etag"), delta.header("cache-control")), (now, "no-store, im"));
        assert_eq!(delta.header("content-length"), delta.body.len().to_string());
        assert_eq!(titles(&delta.body), ["Ba", "Hai, sửa"], "{path}");
        assert!(delta.body.len() * 4 < last.body.len(), "{path}");
        assert_eq!(ask(&daemon, path, now, "br").await.status.as_u16(), 304);
        let foreign = ask(&daemon, path, "\"0123456789abcdef0123456789abcdef\"", "identity").await;
        assert_eq!((foreign.status.as_u16(), &foreign.body), (200, &last.body));
        // What may be kept by a shared cache is never what a reader of deltas got.
        assert!(foreign.header("cache-control").starts_with("private, "), "{path}");
        let plain = daemon.ask(Method::GET, path, &[("if-none-match", base)]).await;
        assert!(plain.header("cache-control").starts_with("public, "), "{path}");
        assert_eq!(plain.header("im"), "", "{path}");
    }
}

#[tokio::test]
async fn a_delta_leads_to_the_document_in_the_readers_own_coding() {
    let origin = Origin::start();
    let document = |items: &[(&str, &str, &str)]| Reply::ok(rss(items));
    origin.on("/a", [document(&[("1", "Một", DATE)])]);
    let one = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\"");
    let daemon = Daemon::start(&one).await;
    let first = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 1).await;
    origin.on("/a", [document(&[("2", "Hai", DATE), ("1", "Một", DATE)])]);
    let last = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    let (base, now) = (first.header("etag").trim_matches('"'), last.header("etag").trim_matches('"'));
    for coding in ["gzip", "br", "zstd"] {
        let delta = ask(&daemon, "/feed.xml", &format!("\"{base}-gzip\""), coding).await;
        assert_eq!(delta.status.as_u16(), 226, "{coding}");
        assert_eq!(delta.header("etag"), format!("\"{now}-{coding}\""));
        assert_eq!(delta.header("content-encoding"), coding);
    }
    let head = [("a-im", "feed"), ("if-none-match", first.header("etag"))];
    assert_eq!(daemon.ask(Method::HEAD, "/feed.xml", &head).await.status.as_u16(), 200);
}
