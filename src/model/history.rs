//! What a source has brought and how it has fared lately: small enough to be kept with its state, over restarts; and what
//! its last polls came to, which is not kept.

use serde::{Deserialize, Serialize};

use super::{State, Timestamp};

/// Counts of a source by hour and by day, what its polls cost, and its turns from well to sick and back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// The hours of the last two days in which there was something to count, oldest first; see [`History::hour`].
    pub hours: Vec<Count>,
    /// The days of the last two weeks in which there was something to count, oldest first; see [`History::day`].
    pub days: Vec<Count>,
    /// When it was found to be sick, and well again, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// How long the last poll took that asked it, in milliseconds; with its redirects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<u32>,
    /// What the last document took on the network, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// What 304 has saved so far, in bytes: the length of the last document, at each.
    pub saved: u64,
}

impl History {
    /// Hours that are counted by themselves.
    pub const HOURS: u32 = 48;
    /// Days that are counted by themselves.
    pub const DAYS: u32 = 14;
    /// The most turns remembered.
    pub const TURNS_MAX: usize = 6;

    /// The hour that this moment is in, numbered from 1970.
    #[must_use]
    pub fn hour(at: Timestamp) -> u32 {
        u32::try_from(at.timestamp().div_euclid(3600)).unwrap_or_default()
    }

    /// The day that this moment is in, numbered from 1970; days change at midnight in Vietnam.
    #[must_use]
    pub fn day(at: Timestamp) -> u32 {
        u32::try_from((at.timestamp() + 7 * 3600).div_euclid(86_400)).unwrap_or_default()
    }

    /// New entries that bear a date within the last 24 hours, the hour that has begun included.
    #[must_use]
    pub fn entries_in_a_day(&self, now: Timestamp) -> u32 {
        let now = Self::hour(now);
        let lately = self.hours.iter().filter(|count| count.slot + 24 > now && count.slot <= now);
        lately.fold(0, |sum, count| sum.saturating_add(count.entries))
    }

    /// Whether it was sick by the last of its turns.
    #[must_use]
    pub fn is_sick(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.is_sick)
    }
}

/// What is counted in an hour or a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
pub struct Count {
    /// Which hour or day.
    pub slot: u32,
    /// New entries, by the date that they bear.
    pub entries: u32,
    /// Polls that failed.
    pub failures: u32,
}

impl From<(u32, u32, u32)> for Count {
    fn from((slot, entries, failures): (u32, u32, u32)) -> Self {
        Self { slot, entries, failures }
    }
}

impl From<Count> for (u32, u32, u32) {
    fn from(count: Count) -> Self {
        (count.slot, count.entries, count.failures)
    }
}

/// A source fell sick, or is well again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// When that was found.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: Timestamp,
    /// Whether it fell sick.
    pub is_sick: bool,
    /// The state that it came into.
    pub state: State,
    /// See [`super::SourceState::reason`].
    pub reason: String,
}

/// Polls in a row that came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When the first of them ended.
    pub first: Timestamp,
    /// When the last of them ended.
    pub last: Timestamp,
    /// How many they are.
    pub times: u32,
    /// What came of them in a word: what was read, or the state that a failure left the source in.
    pub outcome: &'static str,
    /// Why, in the upstream's own words where it used any; empty when all went well.
    pub words: String,
    /// How long the last of them took, in milliseconds.
    pub took: u32,
    /// What the last document took on the network, in bytes; none where none came.
    pub length: Option<u64>,
    /// Entries that were new.
    pub inserted: usize,
    /// Entries that had changed.
    pub updated: usize,
}

impl Attempt {
    /// Whether the next poll came to the same, so that one line tells of both. News are told apart.
    #[must_use]
    pub fn is_like(&self, next: &Self) -> bool {
        let quiet = |it: &Self| it.inserted + it.updated == 0;
        self.outcome == next.outcome && self.words == next.words && quiet(self) && quiet(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_change_at_midnight_in_vietnam_and_hours_on_the_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (evening, midnight) = (at("2026-11-24T16:59:59Z"), at("2026-11-24T17:00:00Z"));
        assert_eq!((History::day(evening), History::day(midnight)), (20_781, 20_782));
        assert_eq!((History::hour(evening), History::hour(midnight)), (498_760, 498_761));
        assert_eq!(History::hour(at("1969-12-31T23:59:59Z")), 0);
    }

    #[test]
    fn a_history_is_written_in_few_bytes_and_read_again() {
        let history = History {
            hours: vec![Count { slot: 498_736, entries: 3, failures: 1 }],
            saved: 7,
            ..History::default()
        };
        let json = serde_json::to_string(&history).unwrap();
        assert_eq!(json, "{\"hours\":[[498736,3,1]],\"days\":[],\"saved\":7}");
        assert_eq!(serde_json::from_str::<History>(&json).unwrap(), history);
        assert_eq!(serde_json::from_str::<History>("{}").unwrap(), History::default());
    }
}
