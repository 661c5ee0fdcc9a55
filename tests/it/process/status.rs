//! What an admin asks the running daemon at a shell: how all fares, and to poll a source now.

use serde_json::Value;

use super::{path, ran};
use crate::support::{
    daemon::feed,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, ask, until, written},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

#[tokio::test]
async fn status_shows_the_sick_first_and_its_exit_code_says_whether_there_are_any() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    origin.on("/b", [Reply::status(500).body("Đang \u{1b}[31mbảo trì")]);
    let well = feed("a", &origin.url("/a"), "");
    let (_folder, file) = written(&(well.clone() + &feed("b", &origin.url("/b"), "")));
    let none = ran(["status", "--config", path(&file)]).await;
    assert_eq!((none.code, none.stdout.len(), none.stderr.len()), (Some(3), 0, 1), "{none:#?}");

    let daemon = Process::run(&file);
    let (_, admin) = daemon.addresses().await;
    daemon.logged("polled").await;
    daemon.logged("poll failed").await;
    let sick = ran(["status", "--config", path(&file)]).await;
    assert_eq!((sick.code, sick.stderr.len()), (Some(1), 0), "{sick:#?}");
    assert_eq!(sick.stdout[0], format!("2 feeds, 1 of them sick; http://{admin}/"));
    assert!(sick.stdout[1].starts_with("  SOURCE  STATE"), "{sick:#?}");
    assert!(sick.stdout[2].starts_with("✗ b       refused"), "{sick:#?}");
    assert!(sick.stdout[3].contains("500") && !sick.stdout[3].contains('\u{1b}'), "{sick:#?}");
    assert!(sick.stdout[4].starts_with("✓ a       ok") && sick.stdout[4].ends_with("Báo a"), "{sick:#?}");

    let json = ran(["status", "--json", "--config", path(&file)]).await;
    assert_eq!(json.code, Some(1));
    let (_, body) = ask(&format!("http://{admin}/status.json")).await.unwrap();
    let (told, served): (Value, Value) =
        (serde_json::from_str(&json.stdout.concat()).unwrap(), serde_json::from_slice(&body).unwrap());
    assert_eq!(told["sources"], served["sources"]);

    crate::support::process::write(&file, &well);
    daemon.logged("is in force: removed b").await;
    let well = ran(["status", "--config", path(&file)]).await;
    assert_eq!(
        (well.code, &*well.stdout[0]),
        (Some(0), &*format!("1 feeds, none of them sick; http://{admin}/"))
    );
}

#[tokio::test]
async fn poll_asks_a_source_now_unless_its_publisher_minds() {
    let origin = Origin::start();
    origin.on(
        "/a",
        [Reply::ok(rss(&[("1", "Một", DATE)])), Reply::ok(rss(&[("2", "Hai", DATE), ("1", "Một", DATE)]))],
    );
    origin.on("/b", [Reply::status(503).header("Retry-After", "3600")]);
    let slow = "interval = \"24h\"";
    let (_folder, file) = written(
        &(feed("a", &origin.url("/a"), slow)
            + &feed("b", &origin.url("/b"), slow)
            + &feed("c", &origin.url("/a?c"), "enabled = false")),
    );
    let poll = async |id| ran(["poll", id, "--config", path(&file)]).await;
    assert_eq!(poll("a").await.code, Some(3));
    let daemon = Process::run(&file);
    daemon.logged("polled").await;
    daemon.logged("poll failed").await;
    assert_eq!(origin.requests().len(), 2);

    let news = poll("a").await;
    assert_eq!((news.code, news.stderr.len()), (Some(0), 0), "{news:#?}");
    assert!(news.stdout[0].starts_with("a: read, 1 new, 0 updated; next poll 20"), "{news:#?}");
    assert_eq!(origin.requests().len(), 3);

    for (id, words) in [
        ("b", "tintinh: b is not polled now: its publisher asks for no request before 20"),
        ("c", "tintinh: c is not polled now: it rests (enabled = false)"),
        ("d", "tintinh: `d` is no feed of the file that is in force"),
    ] {
        let refused = poll(id).await;
        assert_eq!((refused.code, refused.stdout.len()), (Some(1), 0), "{refused:#?}");
        assert!(refused.stderr[0].starts_with(words), "{refused:#?}");
    }
    assert_eq!(origin.requests().len(), 3);
}

#[tokio::test]
async fn poll_tells_why_a_source_failed() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)])), Reply::status(404)]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"24h\""));
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    // Only then everybody who waited for the first poll has been told.
    until(&format!("http://{readers}/feed.xml"), |body| titles(body) == ["Một"]).await;
    let failed = ran(["poll", "a", "--config", path(&file)]).await;
    assert_eq!((failed.code, failed.stdout.len()), (Some(1), 0), "{failed:#?}");
    assert!(
        failed.stderr[0].starts_with("tintinh: a: missing: ") && failed.stderr[0].contains("404"),
        "{failed:#?}"
    );
}
