//! The vocabulary: plain data that every room speaks. Imports nothing of ours and decides nothing.

mod article;
mod change;
mod channel;
#[cfg(test)]
pub(crate) mod dice;
mod entry;
mod filter;
mod history;
mod identity;
mod outcome;
mod own;
mod page;
mod province;
mod readership;
mod record;
mod slug;
mod source;
mod state;
mod stored;

pub use article::{Article, ArticleRules, Articles, Completion, FromArticle, Held, Waiting};
pub use change::{Alike, Changes, Commit, Committed, Known, KnownEntry, NewEntry, Presence, Update};
pub use channel::{ChannelId, ChannelSlug, ChannelState, Floors, Version};
pub use entry::{Author, Enclosure, Entry};
pub use filter::{Criteria, Extent, Matching, Part, Patterns, Republishing};
pub use history::{Attempt, Count, History, Turn};
pub use identity::{Digest, EntryKey, Identity, Likeness, Rule, Seq};
pub use outcome::{Failure, Hints, Outcome, Reach, Tally};
pub use own::{Duplicates, Language, OwnChannel};
pub use page::PageRules;
pub use province::Province;
pub use readership::{Headcount, Readership};
pub use record::{Grouping, Record, Remembered};
pub use source::{Access, Limits, Pace, Secret, Source, SourceId};
pub use state::{Moved, Rhythm, Skip, SourceState, State, Validators};
pub use stored::{Lead, Row, StoredEntry};

/// An instant in UTC. Stored at millisecond precision.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
