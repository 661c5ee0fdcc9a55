//! The whole house: publishers on loopback on one side, readers on the other.

mod rewrites;
mod settings;

use reqwest::Method;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss, titles},
    origin::{Origin, Reply},
};

/// A window that no fixture is too old for.
const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

fn is_polled(status: &serde_json::Value) -> bool {
    !status["last_poll"].is_null()
}

#[tokio::test]
async fn polled_entries_are_served_in_the_merged_the_provinces_and_the_sources_feed() {
    let origin = Origin::start();
    origin.on(
        "/a",
        [Reply::ok(rss(&[
            ("a1", "Lũ trên sông Hoàng Long", "Tue, 17 Jan 2012 05:57:00 +0700"),
            ("a2", "Khai hội Tràng An", "17/01/2012 | 04:00:00"),
        ]))],
    );
    origin.on("/b", [Reply::ok(rss(&[("b1", "Cà Mau co\u{301} mưa", "Tue, 17 Jan 2012 05:00:00 GMT+7")]))]);
    let tables = WIDE.to_owned()
        + &feed("ninh-binh", &origin.url("/a"), "province = \"ninh-binh\"")
        + &feed("ca-mau", &origin.url("/b"), "province = \"ca-mau\"");
    let daemon = Daemon::start(&tables).await;
    let all = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 3).await;
    let merged = items(&all.body);
    let shown: Vec<_> =
        merged.iter().map(|it| (it.title.as_str(), it.date.as_str(), it.source.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("Lũ trên sông Hoàng Long", "Tue, 17 Jan 2012 05:57:00 +0700", "Báo ninh-binh"),
            ("Cà Mau có mưa", "Tue, 17 Jan 2012 05:00:00 +0700", "Báo ca-mau"),
            ("Khai hội Tràng An", "Tue, 17 Jan 2012 04:00:00 +0700", "Báo ninh-binh"),
        ]
    );
    assert_eq!(merged[0].link, "https://bao.example/a1.html");
    assert!(merged[0].description.contains("Về Lũ trên sông Hoàng Long"));
    // Rendered a moment after the merged feed.
    let province = daemon.until("/provinces/ca-mau.xml", |answer| !items(&answer.body).is_empty()).await;
    assert_eq!(titles(&province.body), ["Cà Mau có mưa"]);
    assert_eq!(titles(&daemon.get("/provinces/ha-noi.xml").await.body), [] as [&str; 0]);
    let own = items(&daemon.get("/sources/ninh-binh.xml").await.body);
    assert_eq!(own, [merged[0].clone(), merged[2].clone()]);
}

#[tokio::test]
async fn old_entries_of_a_new_source_stay_in_its_own_feed_when_the_merged_one_has_enough() {
    let origin = Origin::start();
    let now = tintinh::app::clock::now().to_rfc2822();
    origin.on(
        "/a",
        [Reply::ok(rss(&[("new", "Mới", &now), ("old", "Cũ", "Tue, 17 Jan 2012 05:57:00 +0700")]))],
    );
    let tables = "[channel]\nmin_entries = 0\n".to_owned() + &feed("a", &origin.url("/a"), "");
    let daemon = Daemon::start(&tables).await;
    let all = daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    assert_eq!(titles(&all.body), ["Mới"]);
    assert_eq!(titles(&daemon.get("/sources/a.xml").await.body), ["Mới", "Cũ"]);
}

#[tokio::test]
async fn a_headline_edit_changes_the_entry_in_its_place_and_a_second_document_adds_to_the_first() {
    let origin = Origin::start();
    let (early, late) = ("Mon, 16 Jan 2012 05:00:00 +0700", "Tue, 17 Jan 2012 05:00:00 +0700");
    origin.on(
        "/a",
        [
            Reply::ok(rss(&[("1", "Một", early), ("2", "Hai", early)])),
            Reply::ok(rss(&[("3", "Ba", late), ("2", "Hai (sửa)", late)])),
        ],
    );
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\"");
    let daemon = Daemon::start(&tables).await;
    let first = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await.body);
    let second = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == 3).await.body);
    let shown: Vec<_> = second.iter().map(|it| (it.title.as_str(), it.date.as_str())).collect();
    assert_eq!(shown, [("Ba", late), ("Một", early), ("Hai (sửa)", early)]);
    assert_eq!((&first[0].guid, &first[1].guid), (&second[1].guid, &second[2].guid));
}

#[tokio::test]
async fn a_source_that_fails_is_told_and_changes_nothing_for_the_others() {
    let origin = Origin::start();
    origin.on("/good", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    origin.on("/page", [Reply::ok("<!DOCTYPE html><html><head><title>Trang chủ</title></head></html>")]);
    origin.on("/down", [Reply::status(500).body("Máy chủ đang bảo trì")]);
    origin.on("/text", [Reply::ok("Lỗi kết nối máy chủ cơ sở dữ liệu")]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut tables = WIDE.to_owned();
    for path in ["good", "page", "down", "text"] {
        tables += &feed(path, &origin.url(&format!("/{path}")), "");
    }
    tables += &feed("closed", &format!("http://{closed}/").parse().unwrap(), "");
    tables += &feed("inside", &"http://10.0.0.1/rss".parse().unwrap(), "");
    let daemon = Daemon::start(&tables).await;
    for (id, state, words) in [
        ("good", "ok", ""),
        ("page", "unreadable", "Trang chủ"),
        ("down", "refused", "Máy chủ đang bảo trì"),
        ("text", "unreadable", "Lỗi kết nối"),
        ("closed", "unreachable", "refused"),
        ("inside", "forbidden", "10.0.0.1"),
    ] {
        let status = daemon.until_status(id, is_polled).await;
        assert_eq!(status["state"], state, "{status}");
        assert!(status["reason"].as_str().unwrap().contains(words), "{status}");
        assert!(status["next_poll"].is_string() && status["since"].is_string(), "{status}");
    }
    let all = daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    assert_eq!(titles(&all.body), ["Một"]);
}

#[tokio::test]
async fn a_restart_polls_nobody_early_and_changes_no_byte() {
    const WINDOW: std::time::Duration = std::time::Duration::from_secs(3);
    const PATHS: [&str; 3] = ["/feed.xml", "/provinces/hue.xml", "/sources/a.xml"];
    let origin = Origin::start();
    let date = tintinh::app::clock::now().to_rfc2822();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", &date), ("2", "Hai", &date)])).header("ETag", "\"v1\"")]);
    origin.on("/b", [Reply::status(404)]);
    let tables = "[channel]\nmin_entries = 0\n".to_owned()
        + &feed("a", &origin.url("/a"), "interval = \"1h\"\nprovince = \"hue\"")
        + &feed("b", &origin.url("/b"), "interval = \"1h\"");
    let daemon = Daemon::start("").await.restart_within(&tables, WINDOW).await;
    daemon.until_status("b", is_polled).await;
    daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    let mut before = Vec::new();
    for path in PATHS {
        before.push(daemon.get(path).await);
    }
    let status = daemon.status("b").await;
    let polls = origin.requests().len();
    // All that is shown has aged out of the window by now, and what starts anew shows it still.
    let seen = tintinh::app::clock::now();
    daemon.until("/healthz", |_| (tintinh::app::clock::now() - seen).to_std().unwrap() > WINDOW).await;

    let daemon = daemon.restart_within(&tables, WINDOW).await;
    for (path, before) in PATHS.into_iter().zip(before) {
        let after = daemon.get(path).await;
        assert_eq!(after.text(), before.text(), "{path}");
        for header in ["etag", "last-modified"] {
            assert_eq!(after.header(header), before.header(header), "{path} {header}");
        }
    }
    let again = daemon.status("b").await;
    assert_eq!(
        (&again["state"], &again["next_poll"], &again["since"]),
        (&status["state"], &status["next_poll"], &status["since"])
    );
    assert_eq!(origin.requests().len(), polls);
}

#[tokio::test]
async fn bytes_that_a_new_configuration_changed_were_modified_since() {
    const PATH: &str = "/sources/a.xml";
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    let before = daemon.until(PATH, |answer| titles(&answer.body) == ["Một"]).await;
    // HTTP dates have whole seconds.
    let modified = chrono::DateTime::parse_from_rfc2822(before.header("last-modified")).unwrap();
    daemon.until("/healthz", |_| (tintinh::app::clock::now() - modified.to_utc()).num_seconds() >= 1).await;
    let since = [("if-modified-since", before.header("last-modified"))];
    let renamed = tables.replace("Báo a", "Báo A mới");
    daemon.reload(&renamed);
    let after = daemon.ask(Method::GET, PATH, &since).await;
    assert_eq!(after.status, 200);
    assert!(after.text().contains("Báo A mới"));
    let since = [("if-modified-since", after.header("last-modified"))];
    assert_eq!(daemon.ask(Method::GET, PATH, &since).await.status, 304);
    // Remembered over a restart, on which nothing changes.
    let daemon = daemon.restart(&renamed).await;
    assert_eq!(daemon.get(PATH).await.header("last-modified"), after.header("last-modified"));
}

#[tokio::test]
async fn validators_go_back_as_they_came_and_304_keeps_everything() {
    let origin = Origin::start();
    let document = rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]);
    origin.on(
        "/a",
        [
            Reply::ok(document)
                .header("ETag", "md5-không-nháy")
                .header("Last-Modified", "Tue, 17 Jan 2012 05:57:00 GMT"),
            Reply::status(304),
        ],
    );
    let daemon = Daemon::start(&(WIDE.to_owned() + &feed("a", &origin.url("/a"), "interval = \"1s\""))).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let first = daemon.status("a").await["last_poll"].clone();
    daemon.until_status("a", |status| status["last_poll"] != first).await;
    let requests = origin.requests();
    assert_eq!(requests[0].header("if-none-match"), None);
    assert_eq!(requests[1].header("if-none-match"), Some("md5-không-nháy".as_bytes()));
    assert_eq!(requests[1].header("if-modified-since"), Some(&b"Tue, 17 Jan 2012 05:57:00 GMT"[..]));
    assert_eq!(titles(&daemon.get("/feed.xml").await.body), ["Một"]);
}

#[tokio::test]
async fn a_reload_adds_and_removes_sources_at_once() {
    let origin = Origin::start();
    let date = "Tue, 17 Jan 2012 05:57:00 +0700";
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", date)]))]);
    origin.on("/b", [Reply::ok(rss(&[("2", "Hai", date)]))]);
    let (a, b) = (
        feed("a", &origin.url("/a"), "interval = \"1h\""),
        feed("b", &origin.url("/b"), "interval = \"1h\""),
    );
    let daemon = Daemon::start(&format!("{WIDE}{a}")).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Một"]).await;
    let one = items(&daemon.get("/feed.xml").await.body)[0].guid.clone();
    assert_eq!(daemon.reload(&format!("{WIDE}{b}")), [] as [&str; 0]);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Hai"]).await;
    assert_eq!(daemon.get("/sources/a.xml").await.status, 404);
    daemon.reload(&format!("{WIDE}{a}{b}"));
    let both = daemon.until("/feed.xml", |answer| items(&answer.body).len() == 2).await;
    assert!(items(&both.body).iter().any(|item| item.guid == one));
    assert_eq!(origin.requests().len(), 2, "putting a source back does not poll it early");
}
