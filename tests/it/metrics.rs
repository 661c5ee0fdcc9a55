//! What monitors are told: read strictly, as `OpenMetrics` 1.0 prescribes.

mod contrib;
mod exposition;

use std::time::Duration;

use crate::support::{
    daemon::{Daemon, feed},
    feed::{rss, titles},
    origin::{Origin, Reply},
    process::PATIENCE,
};
pub use exposition::Exposition;
use reqwest::Method;

async fn asked(daemon: &Daemon) -> Exposition {
    let answer = daemon.ask_admin(Method::GET, "/metrics", &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    Exposition::read(answer.text())
}

#[tokio::test]
async fn monitors_are_told_what_was_polled_stored_and_answered() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one])).header("ETag", "\"1\""), Reply::status(304)]);
    let tables = format!(
        "[channel]\nwindow = \"36500d\"\n{}{}{}",
        feed("a", &origin.url("/a"), "interval = \"1s\""),
        feed("b", &origin.url("/b"), "interval = \"1h\""),
        feed("c", &origin.url("/c"), "enabled = false"),
    );
    let daemon = Daemon::start(&tables).await;
    let at_first = asked(&daemon).await;
    assert_eq!(at_first.value("tintinh_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), Some(1.0));
    daemon.until("/feed.xml", |answer| titles(&answer.body) == ["Một"]).await;
    daemon.until_status("b", |status| status["state"] == "missing").await;
    // A poll is counted a moment after it is told.
    let counted = async {
        loop {
            let now = asked(&daemon).await;
            let polls = |outcome| now.value("tintinh_polls_total", &[("outcome", outcome)]).unwrap_or(0.0);
            if polls("not-modified") > 1.0 && polls("missing") > 0.0 {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let now = tokio::time::timeout(PATIENCE, counted).await.unwrap();
    for (name, labels, value) in [
        ("tintinh_polls_total", &[("outcome", "read")][..], 1.0),
        ("tintinh_polls_total", &[("outcome", "missing")], 1.0),
        ("tintinh_entries_inserted_total", &[], 1.0),
        ("tintinh_entries_updated_total", &[], 0.0),
        ("tintinh_sources", &[("state", "ok")], 1.0),
        ("tintinh_sources", &[("state", "missing")], 1.0),
        ("tintinh_sources", &[("state", "new")], 0.0),
        ("tintinh_sources", &[("state", "disabled")], 1.0),
        ("tintinh_store_commits_total", &[("result", "kept")], 1.0),
        ("tintinh_store_commit_duration_seconds_count", &[], 1.0),
        ("tintinh_store_failing", &[], 0.0),
        ("tintinh_store_rescued", &[], 0.0),
    ] {
        assert_eq!(now.value(name, labels), Some(value), "{name} {labels:?}");
    }
    let answered = |exposition: &Exposition, listener, code| {
        exposition
            .value("tintinh_http_requests_total", &[("listener", listener), ("code", code)])
            .unwrap_or(0.0)
    };
    assert!(answered(&now, "readers", "200") >= 1.0);
    assert!(answered(&now, "admins", "200") > answered(&at_first, "admins", "200"));
    // However many ask for what: there are few series, and none by a name that a stranger chose.
    for path in ["/x", "/sources/none.xml", "/%F0%9F"] {
        assert_eq!(daemon.get(path).await.status, 404);
    }
    let foreign = daemon.ask_admin(Method::GET, "/metrics", &[("Host", "evil.example")]).await;
    assert_eq!(foreign.status, 403);
    let after = asked(&daemon).await;
    let told = ["readers", "admins"].map(|listener| {
        let code = if listener == "readers" { "404" } else { "403" };
        after.value("tintinh_http_requests_total", &[("listener", listener), ("code", code)])
    });
    assert_eq!(told, [Some(3.0), Some(1.0)]);
    assert!(after.series() < 100, "{} series", after.series());
}
