//! Notices panics on sled's own threads, which no caller of sled ever learns of.

use std::{
    panic,
    sync::{Once, OnceLock},
    thread,
};

use crate::store::error::panic_message;

static SEEN: OnceLock<String> = OnceLock::new();

/// Listens from now on; the former hook still runs.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if let Some(name) = thread::current().name().filter(|name| is_sleds(name)) {
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
