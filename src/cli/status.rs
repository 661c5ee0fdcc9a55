//! `tintinh status`: how the sources fare, as the running daemon tells it on its status page; for people, for cron and for
//! monitors.

mod table;

use std::path::Path;

use clap::Args;

use self::table::{Survey, table};
use super::{
    Failed,
    daemon::{self, DaemonError},
};

/// What is told of 100,000 sources is less, in bytes.
const ANSWER_MAX: usize = 512 << 20;

/// How it is told.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// Print what /status.json says
    #[arg(long)]
    json: bool,
}

/// 0 when all is well, 1 when something is sick, 3 when no daemon answers.
pub(super) fn status(path: &Path, options: &Options) -> u8 {
    match asked(path, options) {
        Ok((words, is_well)) => {
            super::say(&words);
            if is_well { super::WELL } else { super::FAILURE }
        }
        Err(failed) => {
            super::complain(&failed.words);
            failed.code
        }
    }
}

fn asked(path: &Path, options: &Options) -> Result<(String, bool), Failed> {
    let address = daemon::find(path)?;
    let answer = daemon::got(address, "/status.json", ANSWER_MAX).map_err(DaemonError::failed)?;
    let survey: Survey = daemon::read(&answer).map_err(DaemonError::failed)?;
    let words = if options.json {
        String::from_utf8_lossy(&answer).trim_end().to_owned()
    } else {
        table(&survey, address)
    };
    Ok((words, survey.is_well()))
}
