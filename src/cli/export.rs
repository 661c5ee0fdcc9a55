//! `tintinh export FILE`: all that the store holds, as lines of JSON.

use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Progress;
use crate::{
    app::clock,
    config::StoreSettings,
    store::{Engine as _, Options as StoreOptions, SledEngine, StoreError, export},
};

/// Where to.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The file to write, in place of what is there; packed with zstd if its name ends in .zst
    file: PathBuf,
}

/// 0, or 1 with the reason on stderr.
pub(super) fn export(path: &Path, options: &Options) -> u8 {
    super::with_config(path, |config| {
        let store = &config.store;
        let engine = open(store).map_err(|error| match error {
            Problem::Store(StoreError::Locked { .. }) => {
                format!("{error}, or let it export by itself: `export` in [store]")
            }
            _ => error.to_string(),
        })?;
        let mut progress = Progress::new("exported");
        let summary = export::to_file(&engine, &options.file, &mut |so_far| progress.tell(so_far));
        progress.end();
        let summary = summary.map_err(|error| error.to_string())?;
        Ok(format!("{}: {}", options.file.display(), super::progress::words(summary)))
    })
}

/// Why there is no store to work on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// None was ever made there.
    #[error("there is no store in {}", .0.display())]
    None(PathBuf),
    /// It cannot be opened.
    #[error("{}", .0.in_words())]
    Store(#[from] StoreError),
}

/// The store in this folder, which must be there.
pub(super) fn open(settings: &StoreSettings) -> Result<SledEngine, Problem> {
    let path = &settings.path;
    if !SledEngine::exists(path) {
        return Err(Problem::None(path.clone()));
    }
    let exports = settings.export.as_ref().map(|export| export.folder.clone());
    let options = StoreOptions { cache: settings.cache, exports, at: Some(clock::now()) };
    let engine = SledEngine::open_with(path, options)?;
    if let Some(rescue) = engine.rescue() {
        super::complain(rescue);
    }
    Ok(engine)
}
