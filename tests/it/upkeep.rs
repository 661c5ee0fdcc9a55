//! What the daemon does for its store by itself, seen from outside.

mod compaction;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{rss, titles},
    origin::{Origin, Reply},
};

/// A source that brings five old items, and on demand a sixth above them.
fn publisher(origin: &Origin) -> Arc<AtomicBool> {
    let more = Arc::new(AtomicBool::new(false));
    let has_more = Arc::clone(&more);
    origin.answer("/a", move |_| {
        let mut items = vec![];
        if has_more.load(Ordering::SeqCst) {
            items.push(("6", "Sáu", "Tue, 24 Jan 2012 05:57:00 +0700"));
        }
        items.extend([
            ("5", "Năm", "Sat, 21 Jan 2012 05:57:00 +0700"),
            ("4", "Bốn", "Fri, 20 Jan 2012 05:57:00 +0700"),
            ("3", "Ba", "Thu, 19 Jan 2012 05:57:00 +0700"),
            ("2", "Hai", "Wed, 18 Jan 2012 05:57:00 +0700"),
            ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700"),
        ]);
        Reply::ok(rss(&items))
    });
    more
}

#[tokio::test]
async fn what_is_pruned_leaves_every_feed_and_does_not_come_back_while_it_is_listed() {
    let origin = Origin::start();
    let more = publisher(&origin);
    let source = feed("a", &origin.url("/a"), "province = \"hue\"\ninterval = \"1s\"");
    let daemon = Daemon::start(&source).await;
    daemon.until("/feed.xml", |answer| titles(&answer.body).len() == 5).await;
    let own = daemon.get("/sources/a.xml").await;
    assert_eq!(titles(&own.body), ["Năm", "Bốn", "Ba", "Hai", "Một"]);
    daemon.reload(&format!("[store]\nkeep_entries = 2\n{source}"));
    for path in ["/feed.xml", "/provinces/hue.xml", "/sources/a.xml"] {
        daemon.until(path, |answer| titles(&answer.body) == ["Năm", "Bốn"]).await;
    }
    // The document that brings a new one lists the pruned ones too.
    more.store(true, Ordering::SeqCst);
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Sáu", "Năm", "Bốn"]).await;
    let daemon = daemon.restart(&format!("[store]\nkeep_entries = 2\n{source}")).await;
    let asked = origin.requests().len();
    origin.until_asked(asked + 2).await;
    // What is new is inside the window, and so it stays whatever the count.
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Sáu", "Năm"]).await;
    assert_eq!(titles(&daemon.get("/sources/a.xml").await.body), ["Sáu", "Năm"]);
}
