//! The whole house: publishers on loopback on one side, readers on the other.

mod settings;

use std::{io::Read as _, path::Path};

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
    origin.on("/cut", [Reply::ok("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><item>")]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut tables = WIDE.to_owned();
    for path in ["good", "page", "down", "cut"] {
        tables += &feed(path, &origin.url(&format!("/{path}")), "");
    }
    tables += &feed("closed", &format!("http://{closed}/").parse().unwrap(), "");
    tables += &feed("inside", &"http://10.0.0.1/rss".parse().unwrap(), "");
    let daemon = Daemon::start(&tables).await;
    for (id, state, words) in [
        ("good", "ok", ""),
        ("page", "unreadable", "Trang chủ"),
        ("down", "refused", "Máy chủ đang bảo trì"),
        ("cut", "unreadable", ""),
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
    let origin = Origin::start();
    origin.on(
        "/a",
        [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")])).header("ETag", "\"v1\"")],
    );
    origin.on("/b", [Reply::status(404)]);
    let tables = WIDE.to_owned()
        + &feed("a", &origin.url("/a"), "interval = \"1h\"")
        + &feed("b", &origin.url("/b"), "interval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until_status("b", is_polled).await;
    let before = daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let (own, status) = (daemon.get("/sources/a.xml").await, daemon.status("b").await);
    let polls = origin.requests().len();

    let daemon = daemon.restart(&tables).await;
    // The port differs, and with it the self link; everything else must be the same.
    let after = daemon.get("/feed.xml").await;
    assert_eq!(items(&after.body), items(&before.body));
    assert_eq!(items(&daemon.get("/sources/a.xml").await.body), items(&own.body));
    assert_eq!(daemon.get("/sources/a.xml").await.header("last-modified"), own.header("last-modified"));
    let again = daemon.status("b").await;
    assert_eq!(
        (&again["state"], &again["next_poll"], &again["since"]),
        (&status["state"], &status["next_poll"], &status["since"])
    );
    assert_eq!(origin.requests().len(), polls);
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
async fn readers_are_answered_as_http_demands() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")]))]);
    let tables = WIDE.to_owned() + &feed("a", &origin.url("/a"), "province = \"hue\"\ninterval = \"1h\"");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    for path in ["/feed.xml", "/provinces/hue.xml", "/sources/a.xml"] {
        let full = daemon.get(path).await;
        assert_eq!(full.status, 200, "{path}");
        assert_eq!(full.header("content-type"), "application/rss+xml; charset=utf-8");
        assert_eq!((full.header("vary"), full.header("content-encoding")), ("Accept-Encoding", ""));
        assert!(full.header("cache-control").starts_with("public, max-age="), "{path}");
        let head = daemon.ask(Method::HEAD, path, &[]).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        assert_eq!(
            (head.header("etag"), head.header("content-length")),
            (full.header("etag"), full.header("content-length"))
        );
        let same = daemon.ask(Method::GET, path, &[("if-none-match", full.header("etag"))]).await;
        assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
        let since =
            daemon.ask(Method::GET, path, &[("if-modified-since", full.header("last-modified"))]).await;
        assert_eq!(since.status, 304, "{path}");
        let packed = daemon.ask(Method::GET, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, full.body, "{path}");
        assert_ne!(packed.header("etag"), full.header("etag"));
    }
    let table = [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/", 200),
        (Method::GET, "/nothing", 404),
        (Method::GET, "/provinces/nowhere.xml", 404),
        (Method::GET, "/provinces/hue", 404),
        (Method::GET, "/sources/nobody.xml", 404),
        (Method::GET, "/sources/..%2f..%2fetc.xml", 404),
        (Method::GET, "/sources/%00.xml", 404),
        (Method::GET, "/provinces/%ff.xml", 400),
        (Method::POST, "/feed.xml", 405),
        (Method::DELETE, "/sources/a.xml", 405),
    ];
    for (method, path, wanted) in table {
        let answer = daemon.ask(method.clone(), path, &[]).await;
        assert_eq!(answer.status.as_u16(), wanted, "{method} {path}");
        assert_eq!(answer.header("allow"), if wanted == 405 { "GET, HEAD" } else { "" });
        assert!(!answer.body.is_empty(), "{method} {path} is not answered in words");
    }
    let english = daemon.ask(Method::GET, "/", &[("accept-language", "en")]).await;
    assert!(english.text().contains("By province") && english.text().contains("/provinces/hue.xml"));
    let vietnamese = daemon.ask(Method::GET, "/", &[("accept-language", "vi")]).await;
    assert!(vietnamese.text().contains("Theo tỉnh"));
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

/// The bodies that publishers really sent, where they are at hand: they are not ours to ship.
#[tokio::test]
async fn the_captured_feeds_become_entries() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    if !samples.is_dir() {
        println!("left out: no captured feeds beside this folder");
        return;
    }
    let body = |name: &str| Reply::ok(std::fs::read(samples.join(name)).unwrap());
    let origin = Origin::start();
    origin.on("/thanhnien", [body("thanhnien.vn-home-2022-11-21.xml")]);
    origin.on("/tnck", [body("tinnhanhchungkhoan.vn-home-2026-06-13.xml")]);
    origin.on("/vietstock", [body("vietstock.vn-144-2026-06-13.xml")]);
    origin.on(
        "/vnexpress",
        [
            body("vnexpress.net-tin-moi-nhat-2019-02-14.xml"),
            body("vnexpress.net-tin-moi-nhat-2019-02-18.xml"),
        ],
    );
    let mut tables = WIDE.to_owned();
    for id in ["thanhnien", "tnck", "vietstock", "vnexpress"] {
        tables += &feed(id, &origin.url(&format!("/{id}")), "interval = \"1s\"");
    }
    let daemon = Daemon::start(&tables).await;
    let mut union = 0;
    for (id, count) in [("thanhnien", 100), ("tnck", 50), ("vietstock", 29), ("vnexpress", 50)] {
        let path = format!("/sources/{id}.xml");
        let own = items(&daemon.until(&path, |answer| items(&answer.body).len() == count).await.body);
        assert!(own.iter().all(|item| unicode_normalization::is_nfc(&item.title) && !item.link.is_empty()));
        union += own.len();
    }
    let all = items(&daemon.until("/feed.xml", |answer| items(&answer.body).len() == union).await.body);
    assert_eq!(all.len(), 229);
    let dates: Vec<_> =
        all.iter().map(|item| chrono::DateTime::parse_from_rfc2822(&item.date).unwrap()).collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older));
    for (title, date) in [
        ("Lương Nguyệt Anh khoe thành tích 'khủng' trong âm nhạc", "Mon, 21 Nov 2022 21:15:26 +0700"),
        ("Review VNM ETF quý 2: Thêm VPL, MSB, loại HDG, CTR", "Sat, 13 Jun 2026 09:36:06 +0700"),
        ("Siêu trăng lớn nhất năm sắp thắp sáng bầu trời tháng 2", "Thu, 14 Feb 2019 13:30:00 +0700"),
        ("Ngôi nhà Nhật chia 13 tầng nhưng không có phòng nào", "Mon, 18 Feb 2019 20:19:03 +0700"),
    ] {
        let found =
            all.iter().find(|item| item.title == title).unwrap_or_else(|| panic!("{title} is not there"));
        assert_eq!(found.date, date, "{title}");
    }
    let tnck = all
        .iter()
        .find(|item| item.title.starts_with("Giao dịch chứng khoán khối ngoại tuần 8-12/6"))
        .unwrap();
    assert_eq!(tnck.date, "Sat, 13 Jun 2026 10:41:47 +0700");
}
