//! NukeViet 3 to 4.5 formats its dates with `H:m:s`, and in PHP `m` is the month: in May every time reads `:05:`.
//!
//! Date, hour and seconds are right, and the minutes are gone; within an hour the written times have no order. What
//! can still be known: the document lists entries by their true time, and none is later than the present or than the
//! response's Last-Modified. So the entries of one hour are spread evenly over it, in the document's order, each in the
//! middle of its share: nothing else is off by less in the worst case. In the hour that is not over yet each stands at
//! the end of its share: the newest has come since the last poll, hence just before the present; and with its seconds
//! being those of Last-Modified, it is given exactly that time.
//!
//! Later polls spread the same entries otherwise. What was kept first stands, so that no date ever moves.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, DurationRound as _, TimeDelta, TimeZone, Timelike as _};
use chrono_tz::Tz;

use super::Circumstances;
use crate::model::{Entry, Timestamp};

/// So many dates must show the month, and all must: one does by accident once in sixty times.
const EVIDENCE_MIN: usize = 3;

const HOUR: TimeDelta = TimeDelta::hours(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// Whether this is what NukeViet calls itself.
pub(super) fn is_generator(generator: &str) -> bool {
    generator.to_ascii_lowercase().contains("nukeviet")
}

/// Whether all entries' dates have the month for minutes, be it in Greenwich or in `zone`, and enough dates do. `all`
/// are the document's, the channel's own included.
pub(super) fn shows(all: &[Timestamp], published: &[Timestamp], zone: Tz) -> bool {
    let in_utc = |instant: &Timestamp| shows_month(instant);
    let in_zone = |instant: &Timestamp| shows_month(&instant.with_timezone(&zone));
    let enough = |test: &dyn Fn(&Timestamp) -> bool| {
        let dates = if published.len() >= EVIDENCE_MIN { published } else { all };
        dates.len() >= EVIDENCE_MIN && dates.iter().all(test)
    };
    !published.is_empty() && (enough(&in_utc) || enough(&in_zone))
}

fn shows_month<Zone: TimeZone>(instant: &DateTime<Zone>) -> bool {
    instant.month() == instant.minute()
}

/// Gives the entries minutes that keep their order.
pub(super) fn correct(entries: &mut [&mut Entry], circumstances: &Circumstances) {
    let written: Vec<Timestamp> = entries.iter().filter_map(|entry| hour_of(entry)).collect();
    let Some(&newest) = written.iter().max() else { return };
    let latest = latest(newest, circumstances);
    let mut hours: HashMap<Timestamp, Hour> = HashMap::new();
    for &start in &written {
        hours.entry(start).or_insert_with(|| Hour::new(start, latest)).entries += 1;
    }
    let newest_first = written.first() >= written.last();
    let total = entries.len();
    for number in 0..total {
        let at = if newest_first { number } else { total - 1 - number };
        let Some(entry) = entries.get_mut(at) else { continue };
        let Some(hour) = hour_of(entry).and_then(|start| hours.get_mut(&start)) else { continue };
        entry.published = entry.published.map(|published| hour.next(published));
    }
}

fn hour_of(entry: &Entry) -> Option<Timestamp> {
    entry.published?.duration_trunc(HOUR).ok()
}

/// No entry is younger. A Last-Modified from before the newest entry's hour is wrong.
fn latest(newest: Timestamp, circumstances: &Circumstances) -> Timestamp {
    let modified = circumstances.modified.filter(|&modified| modified >= newest);
    modified.map_or(circumstances.now, |modified| modified.min(circumstances.now))
}

/// The entries of one hour, as they are gone through from the newest on.
struct Hour {
    start: Timestamp,
    /// How much of it had passed.
    passed: TimeDelta,
    entries: i32,
    done: i32,
    /// No later one follows.
    bound: Timestamp,
}

impl Hour {
    fn new(start: Timestamp, latest: Timestamp) -> Self {
        // An hour that lies in the future is for others to judge.
        let passed = if latest < start { HOUR } else { HOUR.min(latest - start) };
        Self { start, passed, entries: 0, done: 0, bound: start + passed }
    }

    /// The time of the next entry, which has the seconds of the one that was written.
    fn next(&mut self, written: Timestamp) -> Timestamp {
        let shares = self.entries - self.done;
        let place = if self.passed < HOUR {
            self.passed * shares / self.entries
        } else {
            self.passed * (2 * shares - 1) / (2 * self.entries)
        };
        let within_minute = written - written.duration_trunc(MINUTE).unwrap_or(written);
        let minutes = (place - within_minute).num_minutes().max(0);
        let date = self.start + TimeDelta::minutes(minutes) + within_minute;
        self.done += 1;
        self.bound = self.bound.min(date);
        self.bound
    }
}

#[cfg(test)]
mod tests {
    use super::{super::entry, *};

    fn corrected(now: &str, modified: Option<&str>, written: &[&str]) -> Vec<String> {
        let mut entries: Vec<Entry> = written.iter().map(|date| entry(date)).collect();
        let circumstances = Circumstances {
            zone: Tz::Asia__Ho_Chi_Minh,
            now: now.parse().unwrap(),
            modified: modified.map(|date| date.parse().unwrap()),
        };
        let mut borrowed: Vec<&mut Entry> = entries.iter_mut().collect();
        correct(&mut borrowed, &circumstances);
        entries.iter().map(|entry| entry.published.unwrap().format("%dT%H:%M:%S").to_string()).collect()
    }

    type Case<'a> = (&'a str, &'a str, Option<&'a str>, &'a [&'a str], &'a [&'a str]);

    #[test]
    fn minutes_follow_the_order_of_the_document() {
        let hour = ["2026-05-04T02:05:12Z", "2026-05-04T02:05:40Z", "2026-05-04T02:05:00Z"];
        let earlier = "2026-05-04T01:05:30Z";
        let table: &[Case<'_>] = &[
            ("one, hour over", "2026-05-04T09:00:00Z", None, &hour[..1], &["04T02:29:12"]),
            (
                "three, hour over",
                "2026-05-04T09:00:00Z",
                None,
                &hour,
                &["04T02:49:12", "04T02:29:40", "04T02:10:00"],
            ),
            (
                "three, oldest first",
                "2026-05-04T09:00:00Z",
                None,
                &[earlier, hour[1], hour[0]],
                &["04T01:29:30", "04T02:14:40", "04T02:44:12"],
            ),
            (
                "one, just now",
                "2026-05-04T02:20:30Z",
                None,
                &[hour[0], earlier],
                &["04T02:20:12", "04T01:29:30"],
            ),
            ("two, just now", "2026-05-04T02:20:00Z", None, &hour[..2], &["04T02:19:12", "04T02:09:40"]),
            ("at the full hour", "2026-05-04T02:00:05Z", None, &hour[..2], &["04T02:00:05", "04T02:00:05"]),
            (
                "Last-Modified",
                "2026-05-04T09:00:00Z",
                Some("2026-05-04T02:33:12Z"),
                &hour[..1],
                &["04T02:33:12"],
            ),
            (
                "Last-Modified of old",
                "2026-05-04T09:00:00Z",
                Some("2020-01-01T00:00:00Z"),
                &hour[..1],
                &["04T02:29:12"],
            ),
            (
                "Last-Modified of tomorrow",
                "2026-05-04T02:20:30Z",
                Some("2026-05-05T00:00:00Z"),
                &hour[..1],
                &["04T02:20:12"],
            ),
            ("in the future", "2026-05-04T01:00:00Z", None, &hour[..1], &["04T02:29:12"]),
            ("none", "2026-05-04T01:00:00Z", None, &[], &[]),
        ];
        for (case, now, modified, written, wanted) in table {
            assert_eq!(&corrected(now, *modified, written), wanted, "{case}");
        }
    }

    #[test]
    fn however_many_entries_share_an_hour_their_order_stays() {
        let written: Vec<String> =
            (0..200).map(|number| format!("2026-05-04T02:05:{:02}Z", number * 7 % 60)).collect();
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        for now in ["2026-05-04T09:00:00Z", "2026-05-04T02:07:00Z"] {
            let dates = corrected(now, None, &written);
            assert!(dates.is_sorted_by(|newer, older| newer >= older), "{dates:?}");
            assert!(dates.iter().all(|date| date.starts_with("04T02:")), "{dates:?}");
        }
    }

    #[test]
    fn the_fault_is_told_by_all_dates_and_enough_of_them() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let may = at("2026-05-04T02:05:12Z");
        // The first of June in Vietnam.
        let june = at("2026-05-31T18:06:12Z");
        let sound = at("2026-05-04T02:17:12Z");
        let table: [(&str, &[Timestamp], &[Timestamp], bool); 8] = [
            ("three entries", &[], &[may, may, at("2026-04-30T23:04:00Z")], true),
            ("an entry and the channel", &[may, may, may], &[may], true),
            ("an entry and a sound channel", &[sound, may, may], &[may], false),
            ("two entries", &[may, may], &[may, may], false),
            ("one sound entry", &[], &[may, may, may, sound], false),
            ("months of the zone", &[], &[june, june, june], true),
            ("months of both", &[], &[june, may, at("2026-05-31T18:05:12Z")], false),
            ("no entries", &[may, may, may], &[], false),
        ];
        for (case, all, published, wanted) in table {
            assert_eq!(shows(all, published, Tz::Asia__Ho_Chi_Minh), wanted, "{case}");
        }
        assert!(is_generator(" NukeViet v4.0 ") && is_generator("NUKEVIET 3.4") && !is_generator("ONECMS"));
    }
}
