//! Local times that are labelled GMT. Knows no software by name.
//!
//! Many servers print their own clock and write `GMT` behind it; in Vietnam what was published just now then lies
//! seven hours in the future. One document shows it while its news are fresher than the zone is ahead; what is read
//! later is taken at its word. Believed only where reading the times as local leaves none in the future: who announces
//! events with their dates is ahead by days, not by hours.

use std::collections::HashSet;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::Circumstances;
use crate::{
    model::{Entry, Timestamp},
    normalize::timestamp,
};

/// So much may two clocks differ.
const SKEW: TimeDelta = TimeDelta::minutes(10);

/// So many entries must be ahead, unless there are fewer: a single one may be meant for later.
const AHEAD_MIN: usize = 2;

/// Whether the entries whose dates are labelled GMT are local times. With `hours_only` the minutes mean nothing.
pub(super) fn is_wrong(
    entries: &[&mut Entry],
    as_utc: &HashSet<Timestamp>,
    hours_only: bool,
    circumstances: &Circumstances,
) -> bool {
    let Some(latest) = circumstances.now.checked_add_signed(SKEW) else { return false };
    // Of a time whose minutes are wrong, the least that it can be.
    let slack = if hours_only { TimeDelta::hours(1) } else { TimeDelta::zero() };
    let least = |instant: Timestamp| instant.checked_sub_signed(slack).unwrap_or(instant);
    let labelled: Vec<Timestamp> = entries
        .iter()
        .filter_map(|entry| entry.published)
        .filter(|published| as_utc.contains(published))
        .collect();
    let ahead = labelled.iter().filter(|&&instant| least(instant) > latest).count();
    let past_as_local =
        |&instant: &Timestamp| as_local(instant, circumstances.zone).is_some_and(|it| least(it) <= latest);
    ahead > 0 && ahead >= labelled.len().min(AHEAD_MIN) && labelled.iter().all(past_as_local)
}

/// Reads the dates that were labelled GMT as local times.
pub(super) fn correct(entries: &mut [&mut Entry], as_utc: &HashSet<Timestamp>, zone: Tz) {
    for entry in entries {
        for date in [&mut entry.published, &mut entry.updated] {
            *date = date.map(|instant| {
                let local = as_utc.contains(&instant).then(|| as_local(instant, zone));
                local.flatten().unwrap_or(instant)
            });
        }
    }
}

/// The instant at which clocks in this zone show what clocks in Greenwich show at that one.
fn as_local(instant: Timestamp, zone: Tz) -> Option<Timestamp> {
    timestamp::in_zone(instant.naive_utc(), zone)
}

#[cfg(test)]
mod tests {
    use super::{super::entry, *};

    fn wrong(zone: Tz, dates: &[&str]) -> bool {
        let now = "2026-05-04T02:20:00Z".parse().unwrap();
        let mut entries: Vec<Entry> = dates.iter().map(|date| entry(date)).collect();
        let as_utc = entries.iter().filter_map(|entry| entry.published).collect();
        let borrowed: Vec<&mut Entry> = entries.iter_mut().collect();
        is_wrong(&borrowed, &as_utc, false, &Circumstances { zone, now, modified: None })
    }

    #[test]
    fn a_label_is_wrong_where_times_are_ahead_by_less_than_the_zone() {
        let vietnam = Tz::Asia__Ho_Chi_Minh;
        let table: &[(&str, Tz, &[&str], bool)] = &[
            ("fresh", vietnam, &["2026-05-04T09:15:00Z", "2026-05-04T08:00:00Z"], true),
            (
                "fresh, and old ones",
                vietnam,
                &["2026-05-04T09:15:00Z", "2026-05-04T02:50:00Z", "2026-05-01T00:00:00Z"],
                true,
            ),
            ("the only one", vietnam, &["2026-05-04T09:15:00Z"], true),
            ("one for later", vietnam, &["2026-05-04T09:15:00Z", "2026-05-04T01:00:00Z"], false),
            ("past", vietnam, &["2026-05-04T02:15:00Z", "2026-05-04T01:00:00Z"], false),
            ("a clock that is fast", vietnam, &["2026-05-04T02:25:00Z", "2026-05-04T02:24:00Z"], false),
            (
                "events",
                vietnam,
                &["2026-05-09T09:00:00Z", "2026-05-04T09:00:00Z", "2026-05-04T08:00:00Z"],
                false,
            ),
            ("ahead by more", vietnam, &["2026-05-04T10:15:00Z", "2026-05-04T10:00:00Z"], false),
            ("Greenwich", Tz::UTC, &["2026-05-04T09:15:00Z", "2026-05-04T08:00:00Z"], false),
            ("west", Tz::America__New_York, &["2026-05-04T09:15:00Z", "2026-05-04T08:00:00Z"], false),
            ("nothing", vietnam, &[], false),
        ];
        for (case, zone, dates, wanted) in table {
            assert_eq!(wrong(*zone, dates), *wanted, "{case}");
        }
    }

    #[test]
    fn only_what_was_labelled_moves() {
        let (mut labelled, mut zoned) = (entry("2026-05-04T09:15:00Z"), entry("2026-05-04T01:00:00Z"));
        labelled.updated = labelled.published;
        let as_utc = labelled.published.into_iter().collect();
        correct(&mut [&mut labelled, &mut zoned], &as_utc, Tz::Asia__Ho_Chi_Minh);
        let local = "2026-05-04T02:15:00Z".parse().ok();
        assert_eq!((labelled.published, labelled.updated), (local, local));
        assert_eq!(zoned.published, "2026-05-04T01:00:00Z".parse().ok());
    }
}
