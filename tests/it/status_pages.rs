//! The page of one source and the health feed, over a running daemon and its restarts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::Method;
use serde_json::Value;

use crate::support::{
    daemon::{Daemon, feed},
    feed::rss,
    origin::{Origin, Reply},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// Guids of the health feed, newest first, beside their titles.
async fn told(daemon: &Daemon) -> Vec<(String, String)> {
    let health = daemon.ask_admin(Method::GET, "/health.xml", &[("accept-language", "en")]).await;
    assert_eq!(
        (health.status.as_u16(), health.header("content-type")),
        (200, "application/xml; charset=utf-8")
    );
    let tree = roxmltree::Document::parse(health.text()).unwrap();
    let items = tree.descendants().filter(|node| node.has_tag_name("item"));
    let text = |item: roxmltree::Node<'_, '_>, name: &str| {
        let child = item.children().find(|node| node.has_tag_name(name)).unwrap();
        child.text().unwrap().to_owned()
    };
    items.map(|item| (text(item, "guid"), text(item, "title"))).collect()
}

#[tokio::test]
async fn falls_and_recoveries_are_told_once_for_ever_over_restarts_too() {
    let origin = Origin::start();
    let down = || Reply::status(500).body("Máy chủ đang bảo trì");
    let is_down = Arc::new(AtomicBool::new(true));
    let goes_by = Arc::clone(&is_down);
    origin.answer("/a", move |_| {
        let well = || Reply::ok(rss(&[("1", "Một", DATE)]));
        if goes_by.load(Ordering::Relaxed) { down() } else { well() }
    });
    origin.on("/b", [down()]);
    // One failure alone is nothing to tell of.
    let table = |interval: &str| {
        feed("a", &origin.url("/a"), &format!("interval = \"{interval}\""))
            + &feed("b", &origin.url("/b"), "interval = \"1h\"")
    };
    let daemon = Daemon::start(&table("1s")).await;
    daemon.until_status("b", |status| status["failures"] == 1).await;
    daemon.until_status("a", |status| status["failures"].as_u64() >= Some(2)).await;
    let sick = told(&daemon).await;
    assert_eq!(sick.len(), 1, "{sick:?}");
    assert_eq!(sick[0].1, "✗ Báo a fell sick: answers with an error");
    is_down.store(false, Ordering::Relaxed);
    daemon.until_status("a", |status| status["state"] == "ok").await;
    let well = told(&daemon).await;
    assert_eq!((well.len(), &well[1], well[0].1.as_str()), (2, &sick[0], "✓ Báo a is well again"));
    let daemon = daemon.restart(&table("1h")).await;
    assert_eq!(told(&daemon).await, well);
    // Whoever has it is not sent it again; and it is nobody's but the admin's.
    let health = daemon.ask_admin(Method::GET, "/health.xml", &[]).await;
    let known = [("if-none-match", health.header("etag"))];
    let again = daemon.ask_admin(Method::GET, "/health.xml", &known).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(health.header("cache-control"), "private, max-age=60");
    assert_eq!(health.header("vary"), "Accept-Encoding, Accept-Language");
    assert_eq!(health.header("access-control-allow-origin"), "");
    assert!(health.text().contains(&format!("http://{}/sources/a", daemon.admin)), "{}", health.text());
    let foreign = daemon.ask_admin(Method::GET, "/health.xml", &[("origin", "http://evil.example")]).await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn the_page_of_a_source_shows_its_last_polls_and_entries_and_tells_the_same_to_programs() {
    let origin = Origin::start();
    let whole = Reply::ok(rss(&[("1", "Lũ <b>lên</b>", DATE), ("2", "Hai", DATE)])).header("ETag", "\"x\"");
    origin.on("/a", [whole, Reply::status(304)]);
    let tables = feed("a", &origin.url("/a"), "interval = \"1s\"");
    let daemon = Daemon::start(&tables).await;
    let saved = daemon.until_status("a", |status| status["bytes_saved"].as_u64() > Some(0)).await;
    assert_eq!(saved["bytes_saved"].as_u64().unwrap() % saved["bytes"].as_u64().unwrap(), 0, "{saved}");
    assert!(saved["latency_ms"].is_u64() && saved["details"] == "sources/a.json", "{saved}");

    let page = daemon.ask_admin(Method::GET, "/sources/a", &[("accept-language", "en")]).await;
    assert_eq!((page.status.as_u16(), page.header("content-language")), (200, "en"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; "));
    for words in [
        "<bdi>Báo a</bdi></h1>",
        "304, nothing new",
        ">read</p>",
        "<code>&quot;x&quot;</code>",
        "<bdi>Hai</bdi>",
    ] {
        assert!(page.text().contains(words), "{words} is not in {}", page.text());
    }
    let vietnamese = daemon.ask_admin(Method::GET, "/sources/a", &[]).await;
    assert!(vietnamese.text().contains("Các lần thu thập gần nhất"), "{}", vietnamese.text());
    let json = daemon.ask_admin(Method::GET, "/sources/a.json", &[]).await;
    assert_eq!(json.header("content-type"), "application/json");
    let json: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!((&json["id"], &json["state"], &json["etag"]), (&"a".into(), &"ok".into(), &"\"x\"".into()));
    let attempts = json["attempts"].as_array().unwrap();
    assert_eq!((&attempts[0]["outcome"], &attempts[1]["outcome"]), (&"not-modified".into(), &"read".into()));
    assert_eq!((&attempts[1]["inserted"], json["recent"].as_array().unwrap().len()), (&2.into(), 2));

    // Counts outlive a restart; what single polls came to does not, and a poll is not made for the page.
    let daemon = daemon.restart(&tables.replace("1s", "1h")).await;
    let json = daemon.ask_admin(Method::GET, "/sources/a.json", &[]).await;
    let json: Value = serde_json::from_slice(&json.body).unwrap();
    let attempts = json["attempts"].as_array().unwrap();
    assert!(json["bytes_saved"].as_u64() > Some(0), "{json}");
    assert!(attempts.len() < 2 && attempts.iter().all(|attempt| attempt["outcome"] != "read"), "{json}");
}

#[tokio::test]
async fn there_is_no_page_of_a_source_that_is_not_in_the_file() {
    let origin = Origin::start();
    let daemon = Daemon::start(&feed("a", &origin.url("/a"), "")).await;
    for path in [
        "/sources/b",
        "/sources/b.json",
        "/sources/A",
        "/sources/a.xml",
        "/sources/..%2f",
        "/sources/%00",
        "/sources/",
    ] {
        let answer = daemon.ask_admin(Method::GET, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().starts_with("There is no"), "{path}: {}", answer.text());
    }
    for path in ["/sources/a", "/sources/a.json", "/health.xml"] {
        let (get, head) =
            (daemon.ask_admin(Method::GET, path, &[]).await, daemon.ask_admin(Method::HEAD, path, &[]).await);
        assert_eq!((get.status.as_u16(), head.status.as_u16(), head.body.len()), (200, 200, 0), "{path}");
        let post = daemon.post_admin(path, "").await;
        assert_eq!((post.status.as_u16(), post.header("allow")), (405, "GET, HEAD"), "{path}");
    }
}
