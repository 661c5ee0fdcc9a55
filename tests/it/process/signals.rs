//! What signals do: SIGTERM and SIGINT end it well and soon, SIGHUP reads the file again.

use std::time::{Duration, Instant};

use crate::support::{
    daemon::feed,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::{Process, Signal, ask, statuses, until, write, written},
};

const DATE: &str = "Tue, 17 Jan 2012 05:57:00 +0700";

/// The drain, the store's closing and the runtime's end have bounds that make about 10 s; more is stuck.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn sigterm_and_sigint_end_it_well_and_what_was_read_is_kept() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), "interval = \"1h\""));
    for signal in [Signal::TERM, Signal::INT] {
        let daemon = Process::run(&file);
        let (readers, _) = daemon.addresses().await;
        until(&format!("http://{readers}/feed.xml"), |body| titles(body) == ["Một"]).await;
        let asked = Instant::now();
        daemon.signal(signal);
        let ended = daemon.ended().await;
        assert_eq!(ended.code, Some(0), "{signal:?}: {ended:#?}");
        assert!(asked.elapsed() < SOON, "{signal:?} took {:?}", asked.elapsed());
        assert!(ended.stdout.is_empty() && ask(&format!("http://{readers}/feed.xml")).await.is_none());
    }
    assert_eq!(origin.requests().len(), 1, "the second run had it from the store");
}

#[tokio::test]
async fn a_publisher_that_hangs_does_not_keep_it_from_ending() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok("<?xml version=\"1.0\"?><rss>").then_silence()]);
    let (_folder, file) = written(&feed("a", &origin.url("/a"), ""));
    for signal in [Signal::TERM, Signal::INT] {
        let before = origin.requests().len();
        let daemon = Process::run(&file);
        origin.until_asked(before + 1).await;
        daemon.addresses().await;
        let asked = Instant::now();
        daemon.signal(signal);
        let ended = daemon.ended().await;
        assert_eq!(ended.code, Some(0), "{signal:?}: {ended:#?}");
        assert!(asked.elapsed() < SOON, "{signal:?} took {:?}", asked.elapsed());
    }
}

#[tokio::test]
async fn it_ends_when_told_while_the_store_is_still_being_opened() {
    let (folder, file) = written("");
    let store = folder.path().join("data");
    std::fs::create_dir(&store).unwrap();
    // Reading a pipe that nobody writes to takes for ever, as opening damaged files can.
    let made = std::process::Command::new("mkfifo").arg(store.join("tintinh.store")).status().unwrap();
    assert!(made.success());
    let daemon = Process::spawn(&mut crate::support::process::tintinh([
        "--log",
        "debug",
        "--config",
        file.to_str().unwrap(),
    ]));
    daemon.logged("starting").await;
    let asked = Instant::now();
    daemon.signal(Signal::TERM);
    let ended = daemon.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(asked.elapsed() < SOON, "it took {:?}", asked.elapsed());
}

#[tokio::test]
async fn sighup_takes_a_good_file_and_leaves_the_old_one_in_force_for_a_bad_one() {
    let origin = Origin::start();
    origin.on("/a", [Reply::ok(rss(&[("1", "Một", DATE)]))]);
    origin.on("/b", [Reply::ok(rss(&[("2", "Hai", DATE)]))]);
    let a = feed("a", &origin.url("/a"), "interval = \"1s\"");
    let (_folder, file) = written(&a);
    let daemon = Process::run(&file);
    let (readers, admin) = daemon.addresses().await;
    let address = format!("http://{readers}/feed.xml");
    let before = until(&address, |body| titles(body) == ["Một"]).await;

    write(&file, &format!("{a}intervall = \"2s\"\n"));
    daemon.signal(Signal::HUP);
    let told = daemon.logged("intervall").await;
    assert!(
        told.contains("feeds.toml:17:1: `feeds.a.intervall` is not known: did you mean `interval`?"),
        "{told}"
    );
    daemon.logged("1 problem; nothing was changed").await;
    // The old file is still in force: the source is asked on, and readers see what they saw.
    let asked = origin.requests().len();
    origin.until_asked(asked + 1).await;
    assert_eq!(until(&address, |_| true).await, before);
    assert_eq!(statuses(&admin).await.len(), 1);

    write(&file, &format!("[store]\npath = \"elsewhere\"\n{a}{}", feed("b", &origin.url("/b"), "")));
    daemon.signal(Signal::HUP);
    daemon.logged("`store.path` has changed, which needs a restart").await;
    daemon.logged("is in force").await;
    until(&address, |body| titles(body).len() == 2).await;
    assert_eq!(statuses(&admin).await.len(), 2);

    daemon.signal(Signal::TERM);
    assert_eq!(daemon.ended().await.code, Some(0));
}
