//! What the store needs from time to time: pruning, exports, compaction. Decides only when.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::{clock, rendering::Rendering};
use crate::{
    config::{Config, ExportSettings, StoreSettings},
    model::{SourceId, Timestamp},
    store::{Keep, Options, Store, StoreError, Usage, export},
};

/// How often what is past keeping is looked for.
const EVERY: Duration = Duration::from_hours(1);
/// How often it is looked for wasted room.
const MEASURE_EVERY: TimeDelta = TimeDelta::hours(24);
/// The first time after a start: one that comes to nothing else should not begin with a long walk.
const MEASURE_FIRST: TimeDelta = TimeDelta::minutes(50);
/// After an export that failed, the next is tried so much later.
const EXPORT_AGAIN: Duration = Duration::from_mins(10);

/// The store is made anew when its files take so many times its data, and more than `compact_above`: smaller ones waste
/// nothing that matters.
const WASTE: u64 = 4;

/// Opens the store, and says so where it was found damaged.
pub(super) async fn open(settings: &StoreSettings) -> Result<Store, StoreError> {
    let exports = settings.export.as_ref().map(|export| export.folder.clone());
    let options = Options { cache: settings.cache, exports, at: Some(clock::now()) };
    let store = Store::open_with(settings.path.clone(), options).await?;
    if let Some(rescue) = store.rescue() {
        warn!(read = rescue.read, found = rescue.found, exported = rescue.exported, "{rescue}");
    }
    Ok(store)
}

/// What upkeep needs.
pub(super) struct Upkeep {
    store: Store,
    rendering: Arc<Rendering>,
    config: watch::Receiver<Arc<Config>>,
    news: mpsc::Sender<SourceId>,
    /// When wasted room was last looked for,
    measured: Timestamp,
    /// and from which size on.
    above: u64,
}

impl Upkeep {
    pub(super) fn new(
        store: &Store,
        rendering: &Arc<Rendering>,
        config: watch::Receiver<Arc<Config>>,
        news: mpsc::Sender<SourceId>,
    ) -> Self {
        let above = config.borrow().store.compact_above;
        Self {
            store: store.clone(),
            rendering: Arc::clone(rendering),
            config,
            news,
            measured: clock::now() - MEASURE_EVERY + MEASURE_FIRST,
            above,
        }
    }

    /// Never ends by itself. What it was doing when it is dropped is done, or done again the next time.
    pub(super) async fn run(mut self) {
        loop {
            self.prune().await;
            let next_export = self.export().await;
            // An admin who says another size wants to see what comes of it.
            let above = self.config.borrow().store.compact_above;
            if clock::now() - self.measured >= MEASURE_EVERY || above != self.above {
                (self.measured, self.above) = (clock::now(), above);
                self.compact().await;
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY.min(next_export)) => {}
                // Another file may keep less, or export elsewhere.
                Ok(()) = self.config.changed() => {}
            }
        }
    }

    /// Makes an export if one is due. Gives how long until the next.
    async fn export(&self) -> Duration {
        let Some(settings) = self.config.borrow().store.export.clone() else { return EVERY };
        let ExportSettings { folder, every, keep } = &settings;
        let exported = async {
            fs::create_dir_all(folder)?;
            let wait = export::due(names(folder)?.iter().map(String::as_str), *every, clock::now());
            if !wait.is_zero() {
                return Ok::<Duration, export::ExportError>(wait);
            }
            let file = folder.join(export::name(clock::now()));
            let summary = self.store.export(file.clone()).await?;
            info!(
                entries = summary.entries,
                tombstones = summary.tombstones,
                "exported to {}",
                file.display()
            );
            for name in export::surplus(names(folder)?.iter().map(String::as_str), *keep) {
                fs::remove_file(folder.join(name))?;
            }
            Ok(*every)
        };
        exported.await.unwrap_or_else(|error| {
            warn!(%error, "no export to {}", folder.display());
            EXPORT_AGAIN
        })
    }

    async fn compact(&self) {
        let done = async {
            let usage = self.store.usage().await?;
            self.tell(usage);
            if !is_wasteful(usage, self.above) {
                return Ok(None);
            }
            let done = self.store.compact().await?;
            self.tell(Usage { files: done.after, ..usage });
            Ok(Some(done))
        };
        match done.await {
            Ok(Some(done)) => info!(before = done.before, after = done.after, "the store was made anew"),
            Ok(None) => {}
            Err(error) => {
                let error: StoreError = error;
                warn!(error = error.in_words(), "the store could not be made anew");
            }
        }
    }

    /// Tells monitors what was measured.
    fn tell(&self, usage: Usage) {
        let second = clock::now().timestamp().unsigned_abs();
        self.store.metrics().measured(second, usage.files, usage.live, usage.entries);
    }

    async fn prune(&mut self) {
        let config = self.config.borrow_and_update().clone();
        let (age, entries) = (config.store.keep, config.store.keep_entries);
        let keep = Keep { age, entries, window: config.longest_window() };
        match self.store.prune(&keep, clock::now()).await {
            Ok(pruned) if pruned.entries + pruned.forgotten > 0 => {
                info!(entries = pruned.entries, forgotten = pruned.forgotten, "pruned");
                self.rendering.forget_documents();
                for source in pruned.sources {
                    // A renderer that is gone means that we are ending.
                    let _ = self.news.send(source).await;
                }
            }
            Ok(_) => {}
            Err(error) => warn!(error = error.in_words(), "the store could not be pruned"),
        }
    }
}

/// The files of a folder, by name.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

fn is_wasteful(usage: Usage, above: u64) -> bool {
    usage.files > above && usage.files / WASTE > usage.live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_files_that_hold_little_are_wasteful() {
        for (files, live, expected) in
            [(1000, 1, false), (1001, 1, true), (2000, 500, false), (2000, 499, true), (1000, 0, false)]
        {
            let usage = Usage { files, live, ..Usage::default() };
            assert_eq!(is_wasteful(usage, 1000), expected, "{files} {live}");
        }
    }
}
