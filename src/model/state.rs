//! How a source fares, and what is remembered of it from poll to poll.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Articles, Digest, History, Timestamp};

/// What is remembered of a source from poll to poll, over restarts. Written without what it lacks: after each poll that is,
/// and of most sources it lacks most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceState {
    /// In a word, how it fares.
    pub state: State,
    /// Since when it has been in that state.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: Timestamp,
    /// Why, in the upstream's own words where it used any; empty when all is well.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Failed polls in a row.
    pub failures: u32,
    /// When the first of them ended.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Not polled before this.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub next_poll: Timestamp,
    /// What the publisher asked for at the last poll: not sooner than this, whatever the admin says of our pace.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Of the address in the admin's file when it was last polled: what a poll of another one came to says nothing of when to poll this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Digest>,
    /// The last poll that ended, well or not.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_poll: Option<Timestamp>,
    /// The last poll that ended well (200 or 304).
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_success: Option<Timestamp>,
    /// When it last brought a new entry.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_entry: Option<Timestamp>,
    /// When what readers see of it last changed.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_change: Option<Timestamp>,
    /// To be sent with the next request.
    pub validators: Validators,
    /// Of the body last read, so that an equal one is not read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Digest>,
    /// Of everything but the body that the last reading depended on (normalizer version, address, zone, hosts rewritten,
    /// who asks): when it differs, the source is read anew by one unconditional request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Digest>,
    /// When a whole body last came, or was asked for unconditionally in vain.
    #[serde(with = "chrono::serde::ts_milliseconds_option", skip_serializing_if = "Option::is_none")]
    pub last_whole: Option<Timestamp>,
    /// How long the last document is fresh, in seconds: a 304 that says nothing of it leaves it (RFC 9111 §4.3.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// The shortest time between polls that the document itself asked for (`<ttl>`), in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_ttl: Option<u64>,
    /// When the document itself asked not to be polled.
    pub skip: Skip,
    /// How often it publishes, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhythm: Option<Rhythm>,
    /// How far it is slowed down, in eighths of a doubling: each 429 or 503 adds eight, each poll that ends well takes
    /// one off.
    pub slowness: u8,
    /// The host and port that said 429, if that was the last answer: not its own, where it is redirected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttled_at: Option<(String, u16)>,
    /// Where its address permanently redirects to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// The address that is asked in place of the admin's, after it was [`SourceState::moved`] to for long enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<String>,
    /// Plain text: under whose rights its entries are, by the last document (RSS `<copyright>`, `atom:rights`, `dc:rights`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// How many items its page had when it was last read; none for a feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<usize>,
    /// What had to be put right before the last document could be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<String>,
    /// What its publisher should know of the last document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Of its entries' articles: what is to be read still, and how the others fared.
    #[serde(skip_serializing_if = "Articles::is_none")]
    pub articles: Articles,
    /// What it has brought and how it has fared lately. Shared, as states are copied often.
    pub history: Arc<History>,
}

impl Default for SourceState {
    fn default() -> Self {
        Self {
            state: State::New,
            since: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            failures: 0,
            failing_since: None,
            next_poll: Timestamp::UNIX_EPOCH,
            not_before: None,
            address: None,
            last_poll: None,
            last_success: None,
            last_entry: None,
            last_change: None,
            validators: Validators::default(),
            body: None,
            reading: None,
            last_whole: None,
            max_age: None,
            document_ttl: None,
            skip: Skip::default(),
            rhythm: None,
            slowness: 0,
            throttled_at: None,
            moved: None,
            adopted: None,
            rights: None,
            matched: None,
            repairs: Vec::new(),
            warnings: Vec::new(),
            articles: Articles::default(),
            history: Arc::default(),
        }
    }
}

/// How a source fares, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Never polled to an end.
    New,
    /// The last poll ended well.
    Ok,
    /// The same, but nothing new has come for longer than it used to take.
    Silent,
    /// Nobody at all can be reached: it is our own network that is down.
    Offline,
    /// No answer: name look-up, connection, TLS or time-out.
    Unreachable,
    /// An answer with an error status.
    Refused,
    /// 429: we ask too often, for this host's liking.
    Throttled,
    /// 503: not able to answer now.
    Unavailable,
    /// 404.
    Missing,
    /// 410, or 404 for so long that it is asked once a week.
    Gone,
    /// A body that is no feed, or one too broken to read.
    Unreadable,
    /// More redirects, a larger body, or a longer reading, than we follow or take.
    TooMuch,
    /// An address that must not be asked: not http(s), or inside a private network.
    Forbidden,
    /// Our own fault: the store or the reader failed.
    Internal,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::New,
        Self::Ok,
        Self::Silent,
        Self::Offline,
        Self::Unreachable,
        Self::Refused,
        Self::Throttled,
        Self::Unavailable,
        Self::Missing,
        Self::Gone,
        Self::Unreadable,
        Self::TooMuch,
        Self::Forbidden,
        Self::Internal,
    ];

    /// The word by which programs know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Silent => "silent",
            Self::Offline => "offline",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Missing => "missing",
            Self::Gone => "gone",
            Self::Unreadable => "unreadable",
            Self::TooMuch => "too-much",
            Self::Forbidden => "forbidden",
            Self::Internal => "internal",
        }
    }
}

/// ETag and Last-Modified, verbatim (RFC 9110 §8.8): one pair, replaced together, never invented. Bytes, because an
/// ETag may hold what is not UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Validators {
    /// Sent back as If-None-Match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<Vec<u8>>,
    /// Sent back as If-Modified-Since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Vec<u8>>,
}

/// The hours and days on which a document asks not to be polled (RSS 2.0 `<skipHours>` and `<skipDays>`), in GMT.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Skip {
    /// A bit for each hour, midnight's the lowest.
    pub hours: u32,
    /// A bit for each day, Monday's the lowest.
    pub days: u8,
}

/// How often a source publishes, by the dates of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// The usual time from one entry to the next, in seconds.
    pub usual: u64,
    /// The longest time from one entry to the next that is known, in seconds.
    pub longest: u64,
    /// The date of the newest entry.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub newest: Timestamp,
}

/// A permanent redirect (301, 308) that a source's address gave, all the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Where to.
    pub to: String,
    /// When it was first seen.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub since: Timestamp,
    /// How many polls in a row found the same feed there.
    pub times: u32,
    /// Whether one of them got it whole: a page that is not the feed may answer 304 to anybody.
    #[serde(default)]
    pub whole: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_the_name_that_it_is_stored_under() {
        for (place, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.name()));
            assert!(!State::ALL[..place].contains(&state), "{} is listed twice", state.name());
        }
    }
}
