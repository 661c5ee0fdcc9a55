//! The hours and days on which a document asks not to be polled (RSS 2.0 `<skipHours>`, `<skipDays>`; in GMT).

use std::time::Duration;

use chrono::{Datelike as _, DurationRound as _, TimeDelta, Timelike as _};

use crate::model::{Skip, Timestamp};

/// Who waited for the end of a skipped hour comes within this time after it, not all at once.
pub(super) const SPREAD: Duration = Duration::from_mins(5);

/// This moment, or if it is to be skipped one soon after the end of what is skipped; for that nobody waits longer than
/// until `latest`, also where every hour is skipped.
pub(super) fn past(skip: Skip, at: Timestamp, latest: Timestamp, chance: f64) -> Timestamp {
    if !is_skipped(skip, at) {
        return at;
    }
    let hour = TimeDelta::hours(1);
    // Fails only in the years where timestamps end.
    let Ok(mut end) = at.duration_trunc(hour) else { return at };
    while is_skipped(skip, end) && end < latest {
        end += hour;
    }
    let spread = Duration::from_millis(SPREAD.mul_f64(chance.clamp(0.0, 1.0)).as_secs() * 1000);
    at.max((end + spread).min(latest))
}

fn is_skipped(skip: Skip, at: Timestamp) -> bool {
    let day = at.weekday().num_days_from_monday();
    skip.hours >> at.hour() & 1 == 1 || skip.days >> day & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-{text}:00Z").parse().unwrap()
    }

    #[test]
    fn a_poll_in_a_skipped_hour_waits_for_its_end() {
        // 2026-11-23 is a Monday. The bits of the hours are 0 to 5, 23, all; those of the days Monday, the weekend.
        let (night, late, all, monday, weekend) = (0b11_1111, 1 << 23, 0x00ff_ffff, 0b1, 0b110_0000);
        let table = [
            (0, 0, "23T03:20", "23T03:20"),
            (night, 0, "23T06:00", "23T06:00"),
            (night, 0, "23T05:59", "23T06:00"),
            (night, 0, "23T00:00", "23T06:00"),
            (late | night, 0, "22T23:10", "23T06:00"),
            (0, monday, "23T12:00", "24T00:00"),
            (1, monday, "23T12:00", "24T01:00"),
            // Longer than a day from the last poll nobody waits.
            (all, 0, "23T03:20", "23T20:00"),
            (0, weekend, "21T01:00", "21T20:00"),
        ];
        for (hours, days, placed, wanted) in table {
            let latest = if placed.starts_with("21") { at("21T20:00") } else { at("23T20:00") };
            let latest = if wanted.starts_with("24") { at("24T10:00") } else { latest };
            assert_eq!(past(Skip { hours, days }, at(placed), latest, 0.0), at(wanted), "{placed} {hours:b}");
        }
    }

    #[test]
    fn those_who_waited_do_not_come_all_at_once() {
        let skip = Skip { hours: 0b1, days: 0 };
        let come = |chance| past(skip, at("23T00:10"), at("23T20:00"), chance);
        assert_eq!(
            [come(0.0), come(0.5), come(1.0)],
            [at("23T01:00"), at("23T01:02") + TimeDelta::seconds(30), at("23T01:05")]
        );
    }

    #[test]
    fn who_is_not_to_come_before_a_week_does_not_come_sooner_for_it() {
        let skip = Skip { hours: 0b1, days: 0 };
        assert_eq!(past(skip, at("30T00:10"), at("24T00:10"), 0.0), at("30T00:10"));
    }
}
