//! What admins see: the status page and its JSON, over a running daemon; and whom the daemon counts as its readers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

const READER: &str = "Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)";
const FEEDLY: &str = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)";

async fn whole(daemon: &Daemon) -> Value {
    serde_json::from_slice(&daemon.ask_admin(Method::GET, "/status.json", &[]).await.body).unwrap()
}

#[tokio::test]
async fn the_status_page_tells_of_each_source_in_the_visitors_language() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    origin.on("/b", [Reply::status(500).body("<h1>Máy chủ \"đang\" bảo trì</h1><script>alert(1)</script>")]);
    let tables = feed("a", &origin.url("/a"), "province = \"hue\"") + &feed("b", &origin.url("/b"), "");
    let daemon = Daemon::start(&tables).await;
    for id in ["a", "b"] {
        daemon.until_status(id, |status| !status["last_poll"].is_null()).await;
    }
    let page = daemon.ask_admin(Method::GET, "/", &[("accept-language", "en")]).await;
    assert_eq!(page.status, 200);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-language", "en"),
        ("vary", "Accept-Language"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    for words in [
        "1 of 2 sources is sick.",
        "answers with an error",
        "Máy chủ &quot;đang&quot; bảo trì",
        "<bdi>Báo a</bdi>",
        "href=\"https://tin.example/x/sources/a.xml\"",
        origin.url("/b").as_str(),
    ] {
        assert!(page.text().contains(words), "{words} is not in {}", page.text());
    }
    for foreign in ["<script", "src=", "@import", "url("] {
        assert!(!page.text().contains(foreign), "{foreign} is in {}", page.text());
    }
    let vietnamese = daemon.ask_admin(Method::GET, "/?state=ok", &[]).await;
    assert!(vietnamese.text().contains("1 trong 2 nguồn đang có lỗi."), "{}", vietnamese.text());
    assert!(vietnamese.text().contains("Báo a") && !vietnamese.text().contains("Báo b"));
}

#[tokio::test]
async fn the_admin_listener_answers_get_and_head_only_and_no_foreign_page() {
    let daemon = Daemon::start("").await;
    for path in ["/", "/status.json", "/?q=%ff&state=%00&page=%zz&&&=;"] {
        let get = daemon.ask_admin(Method::GET, path, &[]).await;
        let head = daemon.ask_admin(Method::HEAD, path, &[]).await;
        assert_eq!((get.status.as_u16(), head.status.as_u16(), head.body.len()), (200, 200, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert_eq!(get.header("cache-control"), "no-store", "{path}");
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = daemon.ask_admin(method.clone(), path, &[]).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("allow")),
                (405, "GET, HEAD"),
                "{method} {path}"
            );
        }
        for foreign in [("host", "evil.example"), ("origin", "http://evil.example"), ("origin", "null")] {
            let answer = daemon.ask_admin(Method::GET, path, &[foreign]).await;
            assert_eq!(answer.status, 403, "{path} {foreign:?}");
            assert!(!answer.text().contains("tintinh"), "{}", answer.text());
        }
    }
    let nothing = daemon.ask_admin(Method::GET, "/nothing", &[]).await;
    assert_eq!(nothing.status, 404);
}

#[tokio::test]
async fn whoever_is_given_a_feed_is_counted_once_and_remembered_over_a_restart() {
    let origin = Origin::start();
    let date = "Tue, 17 Jan 2012 05:57:00 +0700";
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", date)]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "province = \"hue\"\ninterval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    assert_eq!(whole(&daemon).await["readers"], json!({"total": 0, "channels": {}}));

    let etag = daemon.get("/feed.xml").await.header("etag").to_owned();
    let known = ("if-none-match", etag.as_str());
    let table: [(Method, &str, &str, bool, u16); 9] = [
        (Method::GET, READER, "203.0.113.1", false, 200),
        (Method::GET, READER, "203.0.113.1", true, 304),
        (Method::GET, READER, "203.0.113.2", true, 304),
        (Method::HEAD, READER, "8.8.8.8, 203.0.113.3", false, 200),
        (Method::GET, FEEDLY, "203.0.113.4", false, 200),
        (Method::GET, FEEDLY, "203.0.113.5", true, 304),
        (Method::GET, "curl/8.5.0", "203.0.113.6", false, 200),
        (Method::GET, "", "203.0.113.7", false, 200),
        (Method::POST, READER, "203.0.113.8", false, 405),
    ];
    for (method, user_agent, from, has_it, status) in table {
        let mut headers = vec![("user-agent", user_agent), ("x-forwarded-for", from)];
        headers.extend(has_it.then_some(known));
        assert_eq!(daemon.ask(method, "/feed.xml", &headers).await.status.as_u16(), status, "{headers:?}");
    }
    for path in ["/provinces/hue.xml", "/sources/a.xml", "/sources/nobody.xml", "/provinces/nowhere.xml", "/"]
    {
        daemon.ask(Method::GET, path, &[("user-agent", READER)]).await;
    }
    let readers = json!({"total": 21, "channels": {"feed": 19, "provinces/hue": 1, "sources/a": 1}});
    let status = whole(&daemon).await;
    assert_eq!((&status["readers"], &status["sources"][0]["readers"]), (&readers, &json!(21)));
    let page = daemon.ask_admin(Method::GET, "/", &[("accept-language", "en")]).await;
    assert!(page.text().contains("<dt>Readers</dt><dd>21</dd>"), "{}", page.text());

    // Kept with what is published.
    daemon.reload(&tables.replace("Báo a", "Báo A"));
    daemon.until("/feed.xml", |answer| answer.text().contains("Báo A")).await;
    let daemon = daemon.restart(&tables).await;
    let channels = &whole(&daemon).await["readers"]["channels"];
    assert_eq!((&channels["feed"], &channels["provinces/hue"]), (&json!(19), &json!(1)));
}
