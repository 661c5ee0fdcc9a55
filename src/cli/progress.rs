//! How far long work is, on a terminal; nothing where stderr is none.

use std::io::{IsTerminal as _, Write as _, stderr};

use crate::store::export::Summary;

/// A line on stderr that is written over and over.
pub(super) struct Progress {
    done: &'static str,
    on_terminal: bool,
}

impl Progress {
    pub(super) fn new(done: &'static str) -> Self {
        Self { done, on_terminal: stderr().is_terminal() }
    }

    /// Says how far it is. The work shall always go on.
    pub(super) fn tell(&mut self, so_far: Summary) -> bool {
        if self.on_terminal {
            // Who closed stderr does not want to know.
            let _ = write!(stderr(), "\r{} {} entries", self.done, so_far.entries + so_far.tombstones);
        }
        true
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
