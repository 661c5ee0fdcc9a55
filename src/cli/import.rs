//! `tintinh import FILE`: an export becomes a store, wholly or not at all.

use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::{Progress, words};
use crate::{
    model::Seq,
    store::{
        Engine, Options as StoreOptions, SledEngine,
        export::{self, ImportError, Summary},
    },
};

/// What from.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The export to read, packed with zstd or not
    file: PathBuf,
}

/// 0, or 1 with the reason on stderr.
pub(super) fn import(path: &Path, options: &Options) -> u8 {
    super::with_config(path, |config| {
        let (store, file) = (&config.store, &options.file);
        let told = |error: ImportError| format!("{}: {error}", file.display());
        // Before anything is made: a bad export leaves nothing behind.
        export::from_file(file).and_then(|mut lines| export::inspect(&mut lines)).map_err(told)?;
        let options = StoreOptions { cache: store.cache, ..StoreOptions::default() };
        let engine = SledEngine::open_with(&store.path, options).map_err(|error| error.in_words())?;
        let summary = take(&engine, &store.path, file).map_err(told)?;
        Ok(format!("{}: {}", store.path.display(), words(summary)))
    })
}

fn take(engine: &SledEngine, path: &Path, file: &Path) -> Result<Summary, ImportError> {
    let is_empty =
        engine.next()? == Seq(1) && engine.source_states()?.is_empty() && engine.channel_states()?.is_empty();
    if !is_empty {
        return Err(ImportError::NotEmpty { path: path.to_owned() });
    }
    let mut progress = Progress::new("imported", "entries");
    let summary = engine.refill(|fresh| {
        export::read(&mut export::from_file(file)?, fresh, &mut |so_far| {
            progress.tell(so_far.entries + so_far.tombstones);
            true
        })
    });
    progress.end();
    summary
}
