//! Notices panics on sled's own threads, which no caller of sled ever learns of.

use std::{
    panic,
    sync::{
        Once, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::store::error::panic_message;

static SEEN: OnceLock<String> = OnceLock::new();

/// How many databases are being opened that may be damaged.
static EXPECTED: AtomicUsize = AtomicUsize::new(0);

/// While it lives, a panic of sled's is no surprise: what opens a damaged database notices it, or its silence.
pub struct Expecting(());

/// Begins to expect panics.
pub fn expect() -> Expecting {
    EXPECTED.fetch_add(1, Ordering::AcqRel);
    Expecting(())
}

impl Drop for Expecting {
    fn drop(&mut self) {
        EXPECTED.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Whether panics are expected just now.
pub fn are_expected() -> bool {
    EXPECTED.load(Ordering::Acquire) > 0
}

/// Listens from now on; the former hook still runs.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if let Some(name) = thread::current().name().filter(|name| is_sleds(name) && !are_expected()) {
                // Only the first is kept: it is the cause of the others.
                let _ = SEEN.set(format!("`{name}`: {}", panic_message(panic.payload())));
            }
            former(panic);
        }));
    });
}

/// The first panic on one of sled's threads, if there was any in this process.
pub fn seen() -> Option<&'static str> {
    SEEN.get().map(String::as_str)
}

fn is_sleds(thread: &str) -> bool {
    thread == "log flusher" || thread.starts_with("sled-io-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sleds_threads_are_listened_to() {
        for (name, expected) in [("log flusher", true), ("sled-io-3", true), ("store-writer", false)] {
            assert_eq!(is_sleds(name), expected, "{name}");
        }
    }
}
