//! What can go wrong with the store, in words an admin can act on. Names no engine's own errors.

use std::{any::Any, io, path::PathBuf};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the store.
    #[error("the store in {path} is in use by another tintinh; stop that one first")]
    Locked {
        /// The store's folder.
        path: PathBuf,
    },
    /// Traces of a store, but not its data.
    #[error(
        "{path} held a store, but its data file is missing or empty; bring `db` back from a backup, \
         or remove the whole folder to begin anew"
    )]
    Lost {
        /// The store's folder.
        path: PathBuf,
    },
    /// Written by a tintinh with another layout.
    #[error(
        "the store in {path} has layout {found}, and this tintinh reads layout {known}; export it with \
         the tintinh that wrote it and import it with this one"
    )]
    Schema {
        /// The store's folder.
        path: PathBuf,
        /// The layout found.
        found: u32,
        /// The layout this program reads and writes.
        known: u32,
    },
    /// An earlier layout could not be brought to this one.
    #[error(
        "the store in {path} could not be brought to the layout of this version, and is as it was: {why}"
    )]
    Unmigrated {
        /// The store's folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The folder or a file in it cannot be used.
    #[error("cannot {action} {path}")]
    Folder {
        /// What was tried: "create", "lock".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Opening took too long; damaged files can do that.
    #[error("the store in {path} did not open within {seconds} s; its files may be damaged")]
    Slow {
        /// The store's folder.
        path: PathBuf,
        /// The deadline.
        seconds: u64,
    },
    /// The engine reports an error.
    #[error("{action} failed")]
    Engine {
        /// What was being done: "opening the store".
        action: &'static str,
        /// The engine's own words.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine panicked.
    #[error("{action} panicked: {message}")]
    Panicked {
        /// What was being done.
        action: &'static str,
        /// The panic's message.
        message: String,
    },
    /// A kept value cannot be read.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// Which value, and how.
        what: String,
    },
    /// Too little room to write safely. Nothing was written, and the store is as good as before.
    #[error("{free} MiB are free on the disk of {path}, and writing safely takes {needed} MiB")]
    NoSpace {
        /// The store's folder.
        path: PathBuf,
        /// Mebibytes free.
        free: u64,
        /// Mebibytes needed.
        needed: u64,
    },
    /// The system lets files grow no further. Nothing was written, and the store is as good as before.
    #[error("files may grow to {limit} MiB here (ulimit -f), and the data file in {path} would be larger")]
    FileLimit {
        /// The store's folder.
        path: PathBuf,
        /// Mebibytes.
        limit: u64,
    },
    /// The engine has no such operation.
    #[error("this kind of store cannot do that")]
    Unable,
    /// The database is being made anew already.
    #[error("the store's files are being made anew already")]
    Busy,
    /// What was under way was given up, because it was asked to. Nothing has changed.
    #[error("given up before its end; nothing has changed")]
    Abandoned,
    /// A record that contradicts itself was to be put back. Nothing was written.
    #[error("a record cannot be put back: {what}")]
    Contradiction {
        /// How it does.
        what: &'static str,
    },
    /// An earlier write failed; nothing is written any more, so that no half-known state is built upon.
    #[error("the store no longer writes since an earlier failure: {reason}")]
    Failed {
        /// The earlier failure.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Closing took too long; what was acknowledged is safe.
    #[error("the store's last writes were not done within {seconds} s")]
    Unfinished {
        /// The deadline.
        seconds: u64,
    },
}

impl StoreError {
    /// Whether nothing was touched by the write that gave this error, so that later ones may be tried.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::NoSpace { .. }
                | Self::FileLimit { .. }
                | Self::Damaged { .. }
                | Self::Unable
                | Self::Busy
                | Self::Contradiction { .. }
        )
    }

    /// Whether it says that what is on the disk is not what was written, rather than that there is no room or no right.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Lost { .. } | Self::Slow { .. } | Self::Damaged { .. } => true,
            // sled's own words: it wraps what the system says.
            Self::Engine { .. } | Self::Panicked { .. } => {
                let words = self.with_causes();
                !NO_DAMAGE.iter().any(|cause| words.contains(cause))
            }
            _ => false,
        }
    }

    /// The error, all its causes, and what to do about it, in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = self.with_causes();
        self.advice().map_or_else(|| words.clone(), |advice| format!("{words}; {advice}"))
    }

    /// The error and all its causes.
    fn with_causes(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            words.push_str(": ");
            words.push_str(&error.to_string());
            cause = error.source();
        }
        words
    }

    /// What an admin can do about it; none where the error says it itself, and where there is nothing to do.
    fn advice(&self) -> Option<&'static str> {
        let advice = match self {
            Self::Folder { .. } => {
                "see whether the user that runs tintinh may write there, and the disk is well"
            }
            Self::Unmigrated { .. } => {
                "start it again; if that does not help, export it with the tintinh that wrote it, and import it with this one"
            }
            Self::Slow { .. } => {
                "start it again; if it is as slow, move the folder aside, and `tintinh import` the newest export"
            }
            Self::Engine { .. } => {
                "see whether the disk is full or faulty, and what the system's log says of it; then restart tintinh"
            }
            Self::Panicked { .. } => "restart tintinh; if it comes again, report it with these words",
            Self::Damaged { .. } => "restart tintinh, which sets a damaged store aside and saves what it can",
            Self::NoSpace { .. } => "make room there, and the daemon goes on by itself",
            Self::FileLimit { .. } => "raise that limit (LimitFSIZE= of the unit), and restart tintinh",
            Self::Busy => "wait for its end",
            Self::Contradiction { .. } => "the export is faulty: take another one, and report it",
            Self::Closed => "tintinh is ending: ask again when it runs",
            Self::Unfinished { .. } => {
                "what was kept before is safe: see whether the disk is very slow or faulty"
            }
            Self::Locked { .. }
            | Self::Lost { .. }
            | Self::Schema { .. }
            | Self::Unable
            | Self::Abandoned
            | Self::Failed { .. } => return None,
        };
        Some(advice)
    }

    /// What a caught panic says.
    pub(super) fn panicked(action: &'static str, payload: &(dyn Any + Send)) -> Self {
        Self::Panicked { action, message: panic_message(payload) }
    }
}

/// What the system says when a write or an opening fails for want of room or of a right.
const NO_DAMAGE: [&str; 10] = [
    "Input/output error",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "No space left",
    "File too large",
    "quota exceeded",
    "Permission denied",
    "Read-only file system",
    "Too many open files",
    "could not acquire lock",
];

/// The words of a panic.
pub(super) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}
