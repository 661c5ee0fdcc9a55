//! What the daemon does when its database fails, on an engine that fails at the call that a test wants.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Method};

use tintinh::{
    app::AppError,
    model::{EntryKey, Rule},
    store::{Engine as _, MemoryEngine, StoreError, export},
};

use crate::support::{
    daemon::{Daemon, feed},
    engine::Asking,
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::PATIENCE,
    stored,
};

/// What fails from now on, by the methods' names.
#[derive(Clone, Default)]
struct Faults(Arc<Mutex<Vec<&'static str>>>);

impl Faults {
    fn set(&self, names: &[&'static str]) {
        *self.0.lock().unwrap() = names.to_vec();
    }

    fn engine(&self) -> Asking<MemoryEngine> {
        let faults = self.clone();
        let may = move |name| {
            if faults.0.lock().unwrap().contains(&name) { Err(broken(name)) } else { Ok(()) }
        };
        Asking { inner: MemoryEngine::new(), may: Box::new(may) }
    }
}

fn broken(name: &str) -> StoreError {
    let source = std::io::Error::other(format!("{name} is broken"));
    StoreError::Engine { action: "the trial", source: Box::new(source) }
}

#[tokio::test]
async fn a_store_that_failed_on_a_full_disk_leaves_readers_served_until_there_is_room() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let faults = Faults::default();
    let tables = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"");
    let daemon = Daemon::start_on(faults.engine(), &tables).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Một"]).await;
    faults.set(&["sync", "room"]);
    origin.on("/a", [Reply::ok(rss(&[two, one]))]);
    let failed = |status: &serde_json::Value| status["state"] == "internal";
    let status = daemon.until_status("a", failed).await;
    assert!(status["reason"].as_str().unwrap().contains("sync is broken"), "{status}");
    // Polls go on and fail in words, and readers are served what was acknowledged.
    let asked = origin.requests().len();
    origin.until_asked(asked + 2).await;
    assert_eq!(titles(&daemon.get("/feed.xml").await.body), ["Một"]);
    faults.set(&["sync"]);
    let ended = daemon.ended().await.unwrap_err();
    assert!(matches!(&ended, AppError::StoreFailed(reason) if reason.contains("sync is broken")), "{ended}");
}

/// A scheduled export at once, and once more after each reload.
const EXPORTS: &str = "[store]\nexport = \"exports\"\n";

async fn until_counted(daemon: &Daemon, line: &str) {
    let counted = async {
        while !daemon.ask_admin(Method::GET, "/metrics", &[]).await.text().lines().any(|told| told == line) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.unwrap_or_else(|_| panic!("{line} is not told"));
}

#[tokio::test]
async fn an_export_or_a_compaction_that_fails_harms_nobody_and_is_told() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    let two = ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let faults = Faults::default();
    faults.set(&["remembered", "compact"]);
    let source = feed("a", &origin.url("/a"), "interval = \"1s\"\nmax_interval = \"1s\"");
    let daemon = Daemon::start_on(faults.engine(), &format!("{EXPORTS}{source}")).await;
    // By itself: nothing stands in the folder.
    until_counted(&daemon, "tintinh_store_exports_total{result=\"failed\"} 1").await;
    assert_eq!(fs::read_dir(daemon.folder().join("exports")).unwrap().count(), 0);
    // As an admin asks: in words.
    let answer = daemon.ask_admin(Method::POST, "/export", &[]).await;
    let words = "the trial failed: remembered is broken; see whether the disk is full or faulty, and what the system's log says of it; then restart tintinh\n";
    assert_eq!((answer.status.as_u16(), answer.text()), (500, words));
    until_counted(&daemon, "tintinh_store_exports_total{result=\"failed\"} 2").await;
    let answer = daemon.ask_admin(Method::POST, "/compact", &[]).await;
    let words = "{\"error\":\"the trial failed: compact is broken; see whether the disk is full or faulty, and what the system's log says of it; then restart tintinh\"}\n";
    assert_eq!(answer.text(), words);
    until_counted(&daemon, "tintinh_store_compactions_total{result=\"failed\"} 1").await;
    // Polls and readers go on, and so do exports when they can.
    origin.on("/a", [Reply::ok(rss(&[two, one]))]);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Hai", "Một"]).await;
    faults.set(&[]);
    daemon.reload(&format!("{EXPORTS}{source}"));
    until_counted(&daemon, "tintinh_store_exports_total{result=\"done\"} 1").await;
    let made: Vec<_> = fs::read_dir(daemon.folder().join("exports")).unwrap().collect();
    assert_eq!(made.len(), 1);
    let file = made[0].as_ref().unwrap().path();
    assert_eq!(export::inspect(&mut export::from_file(&file).unwrap()).unwrap().entries, 2);
}

#[tokio::test]
async fn pruning_that_fails_harms_nobody_and_is_tried_again() {
    let origin = Origin::start();
    let items =
        [("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700"), ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700")];
    origin.on("/a", [Reply::ok(rss(&items))]);
    let faults = Faults::default();
    let source = feed("a", &origin.url("/a"), "interval = \"1h\"");
    let daemon = Daemon::start_on(faults.engine(), &source).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 2).await;
    faults.set(&["oldest"]);
    let pruning = format!("[store]\nkeep_entries = 1\n{source}");
    daemon.reload(&pruning);
    // It stays well: what could not be read now may be read later.
    let status = daemon.status("a").await;
    assert_eq!((status["state"].as_str(), daemon.get("/feed.xml").await.status.as_u16()), (Some("ok"), 200));
    faults.set(&[]);
    daemon.reload(&pruning);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Hai"]).await;
}

#[tokio::test]
async fn an_export_that_breaks_off_is_not_taken_for_whole() {
    let faults = Faults::default();
    let engine = faults.engine();
    for number in 0..40 {
        let key = EntryKey::new(Rule::Guid, &number.to_string());
        let content = stored::words(key, 300).concat();
        let new = stored::new(stored::entry(&number.to_string(), Some(content)), vec![key], stored::at(1));
        engine.apply(&stored::commit("bao", stored::at(1), "x", vec![new])).unwrap();
    }
    // The first read gives 400 KB, and the second fails.
    let reads = AtomicUsize::new(0);
    let may = move |name| match name {
        "remembered" if reads.fetch_add(1, Ordering::SeqCst) > 0 => Err(broken(name)),
        _ => Ok(()),
    };
    let daemon =
        Daemon::start_on(Asking { inner: engine, may: Box::new(may) }, "[store]\nkeep = \"36500d\"").await;
    let client = Client::builder().no_proxy().build().unwrap();
    let mut answer = client.post(format!("http://{}/export", daemon.admin)).send().await.unwrap();
    let ended = loop {
        match answer.chunk().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert!(ended.is_err());
}
