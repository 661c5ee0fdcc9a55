//! What `tintinh why` and `tintinh forget` tell and do, with a daemon and without.

use std::{path::Path, process::Output};

use reqwest::Method;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss, titles},
    origin::{Origin, Reply},
    process::{Process, Signal, tintinh, until, written},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// `tintinh` with these arguments, to its end: its exit code and what it says, on stdout and on stderr.
async fn run(file: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let all = ["--config", file.to_str().unwrap()].into_iter().chain(arguments.iter().copied());
    let Output { status, stdout, stderr } = tintinh(all).output().await.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn an_article_is_told_of_and_taken_down_for_ever_with_its_story() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE), ("2", "Hai", DATE)]))]);
    origin.on("/b", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    origin.on("/c", [Reply::ok(rss(&[]))]);
    let pace = "interval = \"1s\"\nmax_interval = \"1s\"";
    let own = "[[channels]]\nslug = \"rieng\"\ntitle = \"Riêng\"\nsources = [\"c\"]\n";
    let tables = feed("a", &origin.url("/a"), &format!("{pace}\nprovince = \"hue\""))
        + &feed("b", &origin.url("/b"), pace)
        + &feed("c", &origin.url("/c"), pace)
        + own;
    let (_folder, file) = written(&tables);
    let daemon = Process::run(&file);
    let (readers, _) = daemon.addresses().await;
    let shown_at = |name: &str| format!("http://{readers}/{name}");
    until(&shown_at("feed.xml"), |body| titles(body).len() == 2).await;
    until(&shown_at("sources/b.xml"), |body| titles(body) == ["Một"]).await;
    let address = "http://bao.example/1.html?utm_source=x";

    let (code, told, _) = run(&file, &["why", address]).await;
    assert_eq!(code, Some(0), "{told}");
    for wanted in [
        "  source: Báo a (a)\n",
        "  source: Báo b (b)\n",
        "  link: https://bao.example/1.html\n",
        "  identified by: its publisher's guid 1\n",
        "  state: kept\n",
        "  story: it leads; it came from ",
        "  story: led by ",
        "  feed: yes, within the window, as far as there is room (",
        "  provinces/hue: yes, within",
        "  sources/a: yes, while it is among the newest",
        "  channels/rieng: no: its source is none of the channel's",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in {told}");
    }
    assert!(!told.contains("Hai"), "{told}");
    // Our guid, as readers have it, leads to the same two.
    let shown = items(&until(&shown_at("feed.xml"), |_| true).await);
    let guid = &shown.iter().find(|item| item.title == "Một").unwrap().guid;
    assert_eq!(run(&file, &["why", guid]).await.1.matches("  source: ").count(), 2);

    let (code, _, words) = run(&file, &["forget", "https://bao.example/9.html"]).await;
    assert_eq!(
        (code, &*words),
        (
            Some(1),
            "tintinh: nothing is known under https://bao.example/9.html; name an article by its address, or by a guid that a feed shows\n"
        )
    );
    let (code, told, _) = run(&file, &["forget", address]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("taken down for ever: 2 entries\n"), "{told}");
    assert!(told.contains("  Một, of Báo a (a)\n") && told.contains("  Một, of Báo b (b)\n"), "{told}");
    for (name, left) in [("feed", &["Hai"][..]), ("provinces/hue", &["Hai"]), ("sources/b", &[])] {
        until(&shown_at(&format!("{name}.xml")), |body| titles(body) == left).await;
    }
    // Another source brings it later, beside something else; and those that had it say it anew.
    origin.on("/a", [Reply::ok(rss(&[("1", "Một, sửa", DATE), ("2", "Hai", DATE), ("3", "Ba", DATE)]))]);
    origin.on("/c", [Reply::ok(rss(&[("1", "Một", DATE), ("4", "Bốn", DATE)]))]);
    let body = until(&shown_at("feed.xml"), |body| titles(body).len() >= 3).await;
    assert!(!titles(&body).iter().any(|title| title.starts_with("Một")), "{:?}", titles(&body));
    until(&shown_at("sources/c.xml"), |body| titles(body) == ["Bốn"]).await;
    let (_, told, _) = run(&file, &["why", guid]).await;
    assert_eq!(told.matches("  state: taken down; it never comes back\n").count(), 3, "{told}");
    let (code, told, _) = run(&file, &["forget", address]).await;
    assert_eq!((code, &*told), (Some(0), "nothing was left to take down: it was taken down before\n"));

    // Without a daemon the same is done by hand.
    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
    let (code, told, _) = run(&file, &["why", "https://bao.example/4.html"]).await;
    assert!(code == Some(0) && told.starts_with("Bốn\n  source: Báo c (c)\n"), "{told}");
    let (code, told, _) = run(&file, &["forget", "4"]).await;
    assert_eq!((code, &*told), (Some(0), "taken down for ever: 1 entry\n  Bốn, of Báo c (c)\n"));
    assert_eq!(run(&file, &["why", " "]).await.0, Some(2));
}

#[tokio::test]
async fn an_article_that_moves_to_an_address_taken_down_is_shown_no_more() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE), ("2", "Hai", DATE)]))]);
    origin.on("/b", [Reply::ok(rss(&[("3", "Ba", DATE)]))]);
    let tables = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"\nprovince = \"hue\"")
        + &feed("b", &origin.url("/b"), "");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 3).await;
    daemon.until("/sources/a.xml", |answer| titles(&answer.body).len() == 2).await;
    let told = daemon.post_admin("/forget", "https://bao.example/2.html").await;
    assert!(told.text().contains("\"well\":true"), "{}", told.text());
    daemon.until("/sources/a.xml", |answer| titles(&answer.body) == ["Một"]).await;
    origin.on("/a", [Reply::ok(rss(&[("1", "Một, dời", DATE)]).replace("example/1.html", "example/2.html"))]);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Ba"]).await;
    for path in ["/sources/a.xml", "/provinces/hue.atom", "/archive/0.xml"] {
        daemon.until(path, |answer| !answer.text().contains("Một")).await;
    }
}

#[tokio::test]
async fn a_guid_that_several_stories_have_takes_none_of_them_down() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    origin.on("/b", [Reply::ok(rss(&[("1", "Khác", DATE)]).replace("bao.example", "dai.example"))]);
    let tables = feed("a", &origin.url("/a"), "") + &feed("b", &origin.url("/b"), "");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 2).await;
    let reply = daemon.post_admin("/forget", "1").await;
    let told: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let words = told["words"].as_str().unwrap();
    assert_eq!(told["well"], false);
    assert!(words.starts_with("nothing was taken down: 2 stories are called so;"), "{words}");
    assert!(
        words.contains("\n  Một, of a, urn:uuid:") && words.contains("\n  Khác, of b, urn:uuid:"),
        "{words}"
    );
    assert_eq!(titles(&daemon.get("/feed.xml").await.body).len(), 2);
    // Our guid says which.
    let guid = items(&daemon.get("/sources/b.xml").await.body)[0].guid.clone();
    let told = daemon.post_admin("/forget", &guid).await;
    assert!(told.text().contains("\"well\":true"), "{}", told.text());
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Một"]).await;
}

#[tokio::test]
async fn no_web_page_asks_and_no_nonsense_is_looked_for() {
    let daemon = Daemon::start("").await;
    for path in ["/why", "/forget"] {
        for headers in
            [&[("Origin", "http://evil.example")][..], &[("Origin", "null")], &[("Host", "evil.example")]]
        {
            assert_eq!(daemon.ask_admin(Method::POST, path, headers).await.status, 403, "{headers:?}");
        }
        let answer = daemon.ask_admin(Method::GET, path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"));
        for (body, status) in [("", 400), (" \n", 400), (&*"a".repeat(4097), 413), (&*"a".repeat(4096), 200)]
        {
            assert_eq!(daemon.post_admin(path, body).await.status, status, "{} bytes", body.len());
        }
        let answer = daemon.post_admin(path, "a\u{1b}b").await;
        assert_eq!(
            answer.text(),
            "{\"well\":false,\"words\":\"nothing is known under ab; name an article by its address, or by a guid that a feed shows\"}\n"
        );
        assert_eq!(daemon.ask(Method::POST, path, &[]).await.status, 405);
    }
}
