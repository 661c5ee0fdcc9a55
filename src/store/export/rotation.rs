//! Exports that are made by themselves: what they are called, when the next is due, which are too many. Knows no file.

use std::time::Duration;

use chrono::NaiveDateTime;

use crate::model::Timestamp;

const STEM: &str = "tintinh-";
const END: &str = ".jsonl.zst";
const FORM: &str = "%Y%m%dT%H%M%SZ";

/// What the export of this instant is called. Names sort as their instants do.
#[must_use]
pub fn name(at: Timestamp) -> String {
    format!("{STEM}{}{END}", at.format(FORM))
}

/// When the export of this name was made; none where the name is not one of ours.
fn instant(name: &str) -> Option<Timestamp> {
    let written = name.strip_prefix(STEM)?.strip_suffix(END)?;
    Some(NaiveDateTime::parse_from_str(written, FORM).ok()?.and_utc())
}

/// How long until the next export is due, given the names in its folder. One that comes of the future is of a clock that
/// was set back, and does not count.
#[must_use]
pub fn due<'a>(names: impl IntoIterator<Item = &'a str>, every: Duration, now: Timestamp) -> Duration {
    let made = names.into_iter().filter_map(instant).filter(|made| *made <= now).max();
    let since = made.map(|made| (now - made).to_std().unwrap_or_default());
    since.map_or(Duration::ZERO, |since| every.saturating_sub(since))
}

/// The newest of these; names that are not ours are not looked at.
#[must_use]
pub fn newest<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().filter(|name| instant(name).is_some()).max()
}

/// Which of these are too many when `keep` are kept, the newest; names that are not ours are not looked at.
#[must_use]
pub fn surplus<'a>(names: impl IntoIterator<Item = &'a str>, keep: usize) -> Vec<&'a str> {
    let mut ours: Vec<&str> = names.into_iter().filter(|name| instant(name).is_some()).collect();
    ours.sort_unstable();
    ours.truncate(ours.len().saturating_sub(keep));
    ours
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_is_due_so_long_after_the_last() {
        let hour = Duration::from_hours(1);
        let now = at("2026-11-25T12:00:00Z");
        let table: [(&[&str], Duration); 6] = [
            (&[], Duration::ZERO),
            (&["tintinh-20261125T113000Z.jsonl.zst"], hour / 2),
            (&["tintinh-20261125T113000Z.jsonl.zst", "tintinh-20261125T100000Z.jsonl.zst"], hour / 2),
            (&["tintinh-20261124T113000Z.jsonl.zst"], Duration::ZERO),
            (&["tintinh-20271125T113000Z.jsonl.zst"], Duration::ZERO),
            (&["tintinh-20261125T113000Z.jsonl.zst.part", "mine.jsonl.zst"], Duration::ZERO),
        ];
        for (names, expected) in table {
            assert_eq!(due(names.iter().copied(), hour, now), expected, "{names:?}");
        }
    }

    #[test]
    fn the_oldest_of_ours_are_too_many() {
        let names = [
            "mine.jsonl.zst",
            "tintinh-20261125T113000Z.jsonl.zst",
            "tintinh-20251125T113000Z.jsonl.zst",
            "tintinh-20261125T123000Z.jsonl.zst",
            "tintinh-oder-so.jsonl.zst",
        ];
        assert_eq!(surplus(names, 2), ["tintinh-20251125T113000Z.jsonl.zst"]);
        assert_eq!(surplus(names, 9), [""; 0]);
        assert_eq!(newest(names), Some(names[3]));
        assert_eq!(newest(["mine.jsonl.zst"]), None);
        assert_eq!(name(at("2026-11-25T12:30:00Z")), names[3]);
    }
}
