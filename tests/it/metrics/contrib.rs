//! The alert rules and the dashboard that we ship: each name in them is one that monitors are told.

use std::collections::BTreeSet;

use reqwest::Method;

use tintinh::metrics::{Metrics, StoreMetrics};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{items, rss},
    origin::{Origin, Reply},
};

const ALERTS: &str = include_str!("../../../contrib/alerts.yml");
const DASHBOARD: &str = include_str!("../../../contrib/grafana.json");

/// Names of ours in a text, as a query has them.
fn names(text: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.split(|letter: char| !is_part(letter)).filter(|word| word.starts_with("tintinh_")).collect()
}

/// Expressions of the dashboard.
fn queries() -> Vec<String> {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap().clone());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rules_and_dashboard_name_only_what_is_told() {
    let origin = Origin::start();
    let one = ("1", "Một", "Tue, 17 Jan 2012 05:57:00 +0700");
    origin.on("/a", [Reply::ok(rss(&[one]))]);
    let tables = "[channel]\nwindow = \"36500d\"\n".to_owned()
        + &feed("a", &origin.url("/a"), "interval = \"1h\"\nfull_text = true");
    let daemon = Daemon::start(&tables).await;
    daemon.until("/feed.xml", |answer| !items(&answer.body).is_empty()).await;
    let told = daemon.ask_admin(Method::GET, "/metrics", &[]).await;
    // What the store takes is told once it was measured, and that is not at once.
    let store = StoreMetrics::default();
    store.measured(0, 0, 0, 0);
    let measured = Metrics::new(store).text();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for line in told.text().lines().chain(measured.lines()) {
        let Some(declared) = line.strip_prefix("# TYPE ") else { continue };
        let (name, kind) = declared.split_once(' ').unwrap();
        let suffixes: &[&str] = match kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        known.extend(suffixes.iter().map(|suffix| format!("{name}{suffix}")));
    }
    let queries = queries().join("\n");
    let rules = names(ALERTS);
    let shown = names(&queries);
    assert!(rules.len() > 5 && shown.len() > 12, "{rules:?} {shown:?}");
    for name in rules.union(&shown) {
        assert!(known.contains(*name), "{name} is not among {known:#?}");
    }
    // States that they single out are states.
    for state in ["ok", "new", "silent", "throttled", "disabled"] {
        assert!(told.text().contains(&format!("tintinh_sources{{state=\"{state}\"}}")), "{state}");
    }
}
