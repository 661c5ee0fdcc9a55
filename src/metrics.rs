//! What is counted for monitors, under the names by which Prometheus knows such things (base units, `_total`; labels of few
//! values only). The one room that names `prometheus_client`. Counts what it is told; knows nobody who tells it.

mod store;

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::Registry,
};

use crate::model::State;

pub use self::store::{CommitEnd, StoreMetrics};

/// The media type of what [`Metrics::text`] gives: `OpenMetrics` 1.0, which Prometheus has read since 2.5.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A label's name, and its value.
type Label<Value = &'static str> = [(&'static str, Value); 1];
type Count = Gauge<u64, AtomicU64>;

/// All that is counted since the process began, and how some things stand.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    store: StoreMetrics,
    polls: Family<Label, Counter>,
    inserted: Counter,
    updated: Counter,
    articles: Family<Label, Counter>,
    articles_waiting: Count,
    sources: Family<Label, Count>,
    requests: Family<(Label, Label<u16>), Counter>,
}

impl Metrics {
    /// Metrics that begin at nothing, but for the store's, which has counted already.
    #[must_use]
    pub fn new(store: StoreMetrics) -> Self {
        let mut registry = Registry::with_prefix("tintinh");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The tintinh that runs", build);
        let polls: Family<Label, Counter> = Family::default();
        registry.register(
            "polls",
            "Polls that ended, by what came of them: read, unchanged (an equal body), not-modified (304), put-off, \
             or the state that a failed one left its source in",
            polls.clone(),
        );
        let inserted = Counter::default();
        registry.register("entries_inserted", "New entries that were stored", inserted.clone());
        let updated = Counter::default();
        registry.register("entries_updated", "Entries that were stored anew, changed", updated.clone());
        let articles: Family<Label, Counter> = Family::default();
        registry.register(
            "articles",
            "Articles that were to be read, by what came of it: read, failed, throttled, refused (by robots.txt, or no \
             address), put-off, gone (no longer wanted); and released, entries published without",
            articles.clone(),
        );
        let articles_waiting = Count::default();
        registry.register(
            "articles_waiting",
            "Entries whose article is still to be read",
            articles_waiting.clone(),
        );
        let sources: Family<Label, Count> = Family::default();
        registry.register("sources", "Sources in feeds.toml, by state; disabled ones apart", sources.clone());
        let requests: Family<(Label, Label<u16>), Counter> = Family::default();
        registry.register("http_requests", "Requests answered, by listener and status", requests.clone());
        store.register(registry.sub_registry_with_prefix("store"));
        Self { registry, store, polls, inserted, updated, articles, articles_waiting, sources, requests }
    }

    /// Counts a poll, and the changes that it brought and that were kept.
    pub fn polled(&self, outcome: &'static str, inserted: usize, updated: usize) {
        add(&self.polls, &[("outcome", outcome)]);
        self.inserted.inc_by(inserted as u64);
        self.updated.inc_by(updated as u64);
    }

    /// Counts what came of an article, and the changes that it brought and that were kept.
    pub fn article(&self, outcome: &'static str, inserted: usize, updated: usize) {
        add(&self.articles, &[("outcome", outcome)]);
        self.inserted.inc_by(inserted as u64);
        self.updated.inc_by(updated as u64);
    }

    /// So many articles are still to be read.
    pub fn set_articles_waiting(&self, count: usize) {
        self.articles_waiting.set(count as u64);
    }

    /// Counts a request that was answered with this status.
    pub fn answered(&self, listener: &'static str, status: u16) {
        add(&self.requests, &([("listener", listener)], [("code", status)]));
    }

    /// How the sources fare now: so many in each state, and so many that are disabled.
    pub fn fare(&self, states: impl Iterator<Item = State>, disabled: usize) {
        let mut counts = State::ALL.map(|state| (state, 0));
        for state in states {
            counts.iter_mut().filter(|(known, _)| *known == state).for_each(|(_, count)| *count += 1);
        }
        let counts = counts.map(|(state, count)| (state.name(), count));
        for (name, count) in counts.into_iter().chain([("disabled", disabled as u64)]) {
            self.sources.get_or_create(&[("state", name)]).set(count);
        }
    }

    /// What is counted of the store.
    #[must_use]
    pub fn store(&self) -> &StoreMetrics {
        &self.store
    }

    /// Everything, as [`MEDIA_TYPE`] wants it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A String takes all that is written to it.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}

fn add<L: EncodeLabelSet + Clone + std::hash::Hash + Eq>(family: &Family<L, Counter>, labels: &L) {
    family.get_or_create(labels).inc();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_in_full() {
        let metrics = Metrics::new(StoreMetrics::default());
        metrics.polled("read", 3, 1);
        metrics.polled("read", 2, 0);
        metrics.polled("not-modified", 0, 0);
        metrics.answered("readers", 304);
        metrics.article("read", 1, 0);
        metrics.article("failed", 0, 0);
        metrics.set_articles_waiting(7);
        metrics.fare([State::Ok, State::TooMuch, State::Ok].into_iter(), 4);
        metrics.store().flushed();
        let text = metrics.text();
        for line in [
            concat!("tintinh_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "# TYPE tintinh_polls counter",
            "tintinh_polls_total{outcome=\"read\"} 2",
            "tintinh_polls_total{outcome=\"not-modified\"} 1",
            "tintinh_entries_inserted_total 6",
            "tintinh_articles_total{outcome=\"read\"} 1",
            "tintinh_articles_total{outcome=\"failed\"} 1",
            "tintinh_articles_waiting 7",
            "tintinh_entries_updated_total 1",
            "tintinh_http_requests_total{listener=\"readers\",code=\"304\"} 1",
            "tintinh_sources{state=\"ok\"} 2",
            "tintinh_sources{state=\"too-much\"} 1",
            "tintinh_sources{state=\"gone\"} 0",
            "tintinh_sources{state=\"disabled\"} 4",
            "tintinh_store_flushes_total 1",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
