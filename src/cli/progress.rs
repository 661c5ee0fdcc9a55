//! How far long work is, on a terminal; nothing where stderr is none.

use std::io::{IsTerminal as _, Write as _, stderr};

use crate::store::export::Summary;

/// A line on stderr that is written over and over.
pub(super) struct Progress {
    done: &'static str,
    what: &'static str,
    on_terminal: bool,
}

impl Progress {
    pub(super) fn new(done: &'static str, what: &'static str) -> Self {
        Self { done, what, on_terminal: stderr().is_terminal() }
    }

    /// Says how far it is.
    pub(super) fn tell(&mut self, so_far: u64) {
        if self.on_terminal {
            // Who closed stderr does not want to know.
            let _ = write!(stderr(), "\r{} {so_far} {}", self.done, self.what);
        }
    }

    pub(super) fn end(&mut self) {
        if self.on_terminal {
            let _ = writeln!(stderr());
        }
    }
}

/// What a store or an export holds.
pub(super) fn words(summary: Summary) -> String {
    let Summary { entries, tombstones, sources, channels } = summary;
    format!("{entries} entries, {tombstones} tombstones, {sources} sources, {channels} channels")
}
