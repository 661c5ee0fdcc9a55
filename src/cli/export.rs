//! `tintinh export FILE`: all that the store holds, as lines of JSON, read by us or told by the daemon that has the store.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    daemon::{self, DaemonError},
    progress::{self, Progress},
};
use crate::{
    app::clock,
    config::StoreSettings,
    store::{
        Engine as _, Options as StoreOptions, SledEngine, StoreError,
        export::{self, ExportError},
    },
};

/// Where to.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The file to write, in place of what is there; packed with zstd if its name ends in .zst
    file: PathBuf,
}

/// 0, or 1 with the reason on stderr, or 3 when the store is in use and its daemon does not answer.
pub(super) fn export(path: &Path, options: &Options) -> u8 {
    super::with_config(path, |config| {
        let (store, file) = (&config.store, &options.file);
        let by_daemon = daemon::do_by_holder(store, |address| receive(address, file))?;
        let summary = match by_daemon {
            Some(summary) => summary,
            None => write(store, file)?,
        };
        Ok(format!("{}: {}", file.display(), progress::words(summary)))
    })
}

/// By our own hands.
fn write(store: &StoreSettings, file: &Path) -> Result<export::Summary, String> {
    let engine = open(store).map_err(|error| error.to_string())?;
    let mut progress = Progress::new("exported", "entries");
    let summary = export::to_file(&engine, file, &mut |so_far| {
        progress.tell(so_far.entries + so_far.tombstones);
        true
    });
    progress.end();
    summary.map_err(|error| error.to_string())
}

/// What the daemon tells goes into the file.
fn receive(address: SocketAddr, file: &Path) -> Result<export::Summary, DaemonError> {
    let mut progress = Progress::new("exported", "entries");
    let mut failed = None;
    let received = export::receive(file, |lines| {
        let mut count = 0;
        let asked = daemon::post(address, "/export", "", &mut |piece| {
            count += piece.split(|byte| *byte == b'\n').count() as u64 - 1;
            progress.tell(count);
            lines.write_all(piece).map_err(|error| {
                format!("cannot write {}: {error}; name a file that may be written", file.display())
            })
        });
        asked.map_err(|error| {
            failed = Some(error);
            ExportError::Abandoned
        })
    });
    progress.end();
    received.map_err(|error| failed.unwrap_or_else(|| DaemonError::Unusable(error.to_string())))
}

/// Why there is no store to work on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// None was ever made there.
    #[error(
        "there is no store in {}; the daemon makes one when it starts, and `path` in [store] says where",
        .0.display()
    )]
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
