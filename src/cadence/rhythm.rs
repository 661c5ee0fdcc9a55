//! How often a source publishes, told by the dates of its entries.

use crate::model::{Rhythm, Timestamp};

/// So many of the newest entries tell.
const NEWEST: usize = 20;
/// With fewer times between entries nothing can be said of them.
const FEWEST_GAPS: usize = 3;
/// From so many on the longest is left out: an entry that is pinned, or a holiday, is no habit.
const ENOUGH_GAPS: usize = 5;

/// The rhythm of a document whose entries have these dates; those that lie in the future are passed over.
#[must_use]
pub fn rhythm(dates: impl IntoIterator<Item = Timestamp>, now: Timestamp) -> Option<Rhythm> {
    let mut dates: Vec<Timestamp> = dates.into_iter().filter(|date| *date <= now).collect();
    dates.sort_unstable_by(|one, other| other.cmp(one));
    dates.truncate(NEWEST);
    let newest = *dates.first()?;
    let gaps = dates.windows(2).map(|pair| (pair[0] - pair[1]).num_seconds());
    let mut gaps: Vec<u64> = gaps.filter_map(|gap| u64::try_from(gap).ok()).collect();
    gaps.sort_unstable();
    if gaps.len() >= ENOUGH_GAPS {
        gaps.pop();
    }
    if gaps.len() < FEWEST_GAPS {
        return None;
    }
    let usual = gaps.iter().sum::<u64>() / gaps.len() as u64;
    Some(Rhythm { usual, longest: *gaps.last()?, newest })
}

/// What is known after a further document.
pub(super) fn merged(before: Option<Rhythm>, read: Option<Rhythm>) -> Option<Rhythm> {
    let (Some(before), Some(read)) = (before, read) else { return read.or(before) };
    Some(Rhythm { longest: before.longest.max(read.longest), newest: before.newest.max(read.newest), ..read })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    /// The usual and the longest time between entries, and how long ago the newest was, in hours.
    type Told = Option<(u64, u64, i64)>;

    /// Of entries dated so many hours ago.
    fn of(hours: &[i64]) -> Told {
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        let found = rhythm(hours.iter().map(|hours| now - TimeDelta::hours(*hours)), now)?;
        Some((found.usual / 3600, found.longest / 3600, (now - found.newest).num_hours()))
    }

    #[test]
    fn the_dates_tell_how_often_a_source_publishes() {
        let table: [(&[i64], Told); 8] = [
            (&[], None),
            (&[1, 2, 3], None),
            (&[3, 1, 2, 4], Some((1, 1, 1))),
            (&[-5, 1, 2, 3, 4], Some((1, 1, 1))),
            // A pinned entry of long ago says nothing.
            (&[1, 3, 5, 7, 9, 99_999], Some((2, 2, 1))),
            // A burst, and a day of nothing.
            (&[0, 0, 0, 24, 24, 24, 48], Some((4, 24, 0))),
            (&[7, 7, 7, 7, 7, 7], Some((0, 0, 7))),
            (&[0, 10, 20, 30, 70], Some((17, 40, 0))),
        ];
        for (hours, wanted) in table {
            assert_eq!(of(hours), wanted, "{hours:?}");
        }
    }

    #[test]
    fn only_the_newest_entries_count() {
        let hours: Vec<i64> = (0..20).chain([1000, 2000, 3000, 4000, 5000, 6000]).collect();
        assert_eq!(of(&hours), Some((1, 1, 0)));
    }

    #[test]
    fn the_longest_silence_is_remembered() {
        let newest = Timestamp::UNIX_EPOCH;
        let (long, short) =
            (Rhythm { usual: 9, longest: 90, newest }, Rhythm { usual: 1, longest: 2, newest });
        assert_eq!(merged(Some(long), Some(short)), Some(Rhythm { usual: 1, longest: 90, newest }));
        assert_eq!(merged(Some(long), None), Some(long));
        assert_eq!(merged(None, Some(short)), Some(short));
    }
}
