//! What is counted for monitors, under the names by which Prometheus knows such things (base units, `_total`; labels of few
//! values only). The one room that names `prometheus_client`. Counts what it is told; knows nobody who tells it.

mod durations;
mod store;

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use crate::model::{State, Timestamp};

use self::durations::Durations;
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
    durations: Durations,
    received: Counter,
    live: Count,
    last_success: Count,
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
        let received = Counter::default();
        let help = "Bytes of publishers' bodies, as they were sent";
        registry.register_with_unit("received", help, Unit::Bytes, received.clone());
        let (live, last_success) = (Count::default(), Count::default());
        registry.register("entries_live", "Entries in the merged feed", live.clone());
        let help = "When any source was last asked with success; 0 while none was";
        registry.register_with_unit("last_success_timestamp", help, Unit::Seconds, last_success.clone());
        let durations = Durations::new(&mut registry);
        store.register(registry.sub_registry_with_prefix("store"));
        Self {
            registry,
            store,
            polls,
            inserted,
            updated,
            articles,
            articles_waiting,
            sources,
            requests,
            durations,
            received,
            live,
            last_success,
        }
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

    /// Counts what asking a publisher took, and the bytes of the body that it sent.
    pub fn fetched(&self, took: Duration, bytes: Option<u64>) {
        self.durations.fetch.observe(took.as_secs_f64());
        self.received.inc_by(bytes.unwrap_or(0));
    }

    /// Counts what reading a document took.
    pub fn parsed(&self, took: Duration) {
        self.durations.parse.observe(took.as_secs_f64());
    }

    /// Counts what making a channel's documents took.
    pub fn rendered(&self, took: Duration) {
        self.durations.render.observe(took.as_secs_f64());
    }

    /// So many entries are in the merged feed.
    pub fn set_live(&self, entries: usize) {
        self.live.set(entries as u64);
    }

    /// When any source was last asked with success.
    pub fn set_last_success(&self, at: Option<Timestamp>) {
        let seconds = at.map_or(0, |at| u64::try_from(at.timestamp()).unwrap_or(0));
        self.last_success.set(seconds);
    }

    /// Counts a request that was answered with this status, and after how long.
    pub fn answered(&self, listener: &'static str, status: u16, took: Duration) {
        add(&self.requests, &([("listener", listener)], [("code", status)]));
        self.durations.answered(listener, took);
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
        metrics.answered("readers", 304, Duration::from_millis(2));
        metrics.fetched(Duration::from_millis(300), Some(700));
        metrics.fetched(Duration::from_millis(70), None);
        metrics.parsed(Duration::from_millis(3));
        metrics.rendered(Duration::from_millis(30));
        metrics.set_live(12);
        metrics.set_last_success(Timestamp::from_timestamp(1_700_000_000, 0));
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
            "# TYPE tintinh_fetch_duration_seconds histogram",
            "tintinh_fetch_duration_seconds_bucket{le=\"0.1\"} 1",
            "tintinh_fetch_duration_seconds_count 2",
            "tintinh_received_bytes_total 700",
            "tintinh_parse_duration_seconds_bucket{le=\"0.005\"} 1",
            "tintinh_render_duration_seconds_bucket{le=\"0.1\"} 1",
            "tintinh_http_request_duration_seconds_bucket{le=\"0.005\",listener=\"readers\"} 1",
            "tintinh_entries_live 12",
            "tintinh_last_success_timestamp_seconds 1700000000",
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
