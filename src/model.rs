//! The vocabulary: plain data that every room speaks. Imports nothing of ours and decides nothing.

mod change;
mod channel;
mod entry;
mod page;
mod province;
mod readership;
mod record;
mod source;
mod state;

pub use change::{Alike, Changes, Commit, Committed, Known, KnownEntry, NewEntry, Presence, Update};
pub use channel::{ChannelId, ChannelState, Floors};
pub use entry::{
    Author, Digest, Enclosure, Entry, EntryKey, Identity, Likeness, Row, Rule, Seq, StoredEntry,
};
pub use page::PageRules;
pub use province::Province;
pub use readership::{Headcount, Readership};
pub use record::{Record, Remembered};
pub use source::{Access, Limits, Pace, Secret, Source, SourceId};
pub use state::{Failure, Hints, Moved, Outcome, Reach, Rhythm, Skip, SourceState, State, Tally, Validators};

/// An instant in UTC. Stored at millisecond precision.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
