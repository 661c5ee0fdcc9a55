//! What the daemon does when its database fails, on an engine that fails at the call that a test wants.

use std::sync::{Arc, Mutex};

use tintinh::{
    app::AppError,
    store::{MemoryEngine, StoreError},
};

use crate::support::{
    daemon::{Daemon, feed},
    engine::Asking,
    feed::{rss, titles},
    origin::{Origin, Reply},
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
