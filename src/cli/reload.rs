//! `tintinh reload`: the running daemon reads its file again, and what it says of it comes here.

use std::path::Path;

use super::{
    Failed,
    daemon::{self, DaemonError},
};
use crate::app::reloading::Verdict;

/// A thousand problems with their lines are less, in bytes.
const ANSWER_MAX: usize = 4 << 20;

/// 0 and what has changed, or 2 and what is wrong with the file, or 3 when no daemon answers.
pub(super) fn reload(path: &Path) -> u8 {
    super::end(asked(path))
}

fn asked(path: &Path) -> Result<String, Failed> {
    let address = daemon::find(path)?;
    let file = std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let answer = daemon::posted(address, "/reload", &file.to_string_lossy(), ANSWER_MAX);
    let verdict: Verdict = answer.and_then(|answer| daemon::read(&answer)).map_err(DaemonError::failed)?;
    if verdict.well {
        Ok(verdict.words)
    } else {
        Err(Failed { code: super::BAD_INPUT, words: verdict.words })
    }
}
