//! `tintinh check`: every problem of the file at once.

use std::{io::Write as _, path::Path};

/// 0 and a line of praise, or 2 and the problems on stderr.
pub(super) fn check(path: &Path) -> u8 {
    match super::load(path) {
        Ok(config) => {
            let resting = config.sources.iter().filter(|source| !source.enabled).count();
            let feeds = config.sources.len();
            let resting = if resting > 0 { format!(", {resting} of them resting") } else { String::new() };
            // Who closed stdout does not want to know.
            let _ = writeln!(std::io::stdout(), "{}: well, {feeds} feeds{resting}", path.display());
            super::WELL
        }
        Err(error) => {
            super::complain(&error);
            super::BAD_INPUT
        }
    }
}
