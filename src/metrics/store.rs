//! What is counted of the store.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{Label, add};

/// How long commits take, in seconds: some milliseconds with an fsync, more behind others or a slow disk.
const COMMIT_SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// A gauge without labels that is not there before it is set.
type Measured = Family<[(&'static str, &'static str); 0], Gauge<u64, AtomicU64>>;

/// Clones count together.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    commits: Family<Label, Counter>,
    commit_duration: Histogram,
    flushes: Counter,
    failing: Gauge,
    rescued: Gauge,
    compactions: Family<Label, Counter>,
    exports: Family<Label, Counter>,
    pruned: Counter,
    measured: Measured,
    files: Measured,
    live: Measured,
    entries: Measured,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            commits: Family::default(),
            commit_duration: Histogram::new(COMMIT_SECONDS),
            flushes: Counter::default(),
            failing: Gauge::default(),
            rescued: Gauge::default(),
            compactions: Family::default(),
            exports: Family::default(),
            pruned: Counter::default(),
            measured: Family::default(),
            files: Family::default(),
            live: Family::default(),
            entries: Family::default(),
        }
    }
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitEnd {
    /// It is stored.
    Kept,
    /// Nothing was touched: no room.
    Refused,
    /// The store has failed.
    Failed,
}

impl StoreMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let Self { commits, commit_duration, flushes, failing, rescued, .. } = self.clone();
        registry.register(
            "commits",
            "Polls' ends that were to be stored, by result: kept, refused (nothing was touched), failed",
            commits,
        );
        registry.register_with_unit(
            "commit_duration",
            "From asking for a commit to its acknowledgement",
            Unit::Seconds,
            commit_duration,
        );
        registry.register("flushes", "Times that the database was brought to the disk", flushes);
        registry.register("failing", "1 when the store failed and nothing can be stored any more", failing);
        registry.register("rescued", "1 when the store was found damaged at the start, and mended", rescued);
        let Self { compactions, exports, pruned, .. } = self.clone();
        registry.register("compactions", "Times that the files were made anew, by result", compactions);
        registry.register("exports", "Exports, by result", exports);
        registry.register("entries_pruned", "Entries that became tombstones", pruned);
        let Self { measured, files, live, entries, .. } = self.clone();
        registry.register_with_unit(
            "measured_timestamp",
            "When files, live data and entries were last measured",
            Unit::Seconds,
            measured,
        );
        registry.register_with_unit("files", "What the files take, when last measured", Unit::Bytes, files);
        registry.register_with_unit("live", "Keys and values, when last measured", Unit::Bytes, live);
        registry.register("entries", "Entries that are kept, when last measured", entries);
    }

    /// Counts a commit that took so long.
    pub fn committed(&self, end: CommitEnd, took: Duration) {
        let result = match end {
            CommitEnd::Kept => "kept",
            CommitEnd::Refused => "refused",
            CommitEnd::Failed => "failed",
        };
        add(&self.commits, &[("result", result)]);
        self.commit_duration.observe(took.as_secs_f64());
    }

    /// Counts a flush with its fsync.
    pub fn flushed(&self) {
        self.flushes.inc();
    }

    /// Says whether the store has failed.
    pub fn set_failing(&self, failing: bool) {
        self.failing.set(failing.into());
    }

    /// Says whether it was found damaged at the start.
    pub fn set_rescued(&self, rescued: bool) {
        self.rescued.set(rescued.into());
    }

    /// Counts a compaction, done or not.
    pub fn compacted(&self, done: bool) {
        add(&self.compactions, &[("result", word(done))]);
    }

    /// Counts an export, done or not.
    pub fn exported(&self, done: bool) {
        add(&self.exports, &[("result", word(done))]);
    }

    /// Counts entries that became tombstones.
    pub fn pruned(&self, entries: usize) {
        self.pruned.inc_by(entries as u64);
    }

    /// What was measured at this second: bytes of the files, bytes of keys and values, entries.
    pub fn measured(&self, second: u64, files: u64, live: u64, entries: u64) {
        for (gauge, value) in
            [(&self.measured, second), (&self.files, files), (&self.live, live), (&self.entries, entries)]
        {
            gauge.get_or_create(&[]).set(value);
        }
    }
}

fn word(done: bool) -> &'static str {
    if done { "done" } else { "failed" }
}
