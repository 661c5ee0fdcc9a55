//! `tintinh poll ID`: the running daemon polls a source now, as soon as politeness permits, and says what came of it.

use std::path::Path;

use clap::Args;

use super::{
    Failed,
    daemon::{self, DaemonError},
};
use crate::app::reloading::Verdict;

/// A verdict of one source is less, in bytes.
const ANSWER_MAX: usize = 1 << 20;

/// Which one.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The feed's id in feeds.toml
    id: String,
}

/// 0 and what the poll brought, or 1 and why it failed or was not made, or 3 when no daemon answers.
pub(super) fn poll(path: &Path, options: &Options) -> u8 {
    super::end(asked(path, &options.id))
}

fn asked(path: &Path, id: &str) -> Result<String, Failed> {
    let address = daemon::find(path)?;
    let answer = daemon::posted(address, "/poll", id, ANSWER_MAX);
    let verdict: Verdict = answer.and_then(|answer| daemon::read(&answer)).map_err(DaemonError::failed)?;
    if verdict.well { Ok(verdict.words) } else { Err(verdict.words.into()) }
}
