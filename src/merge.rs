//! Which entries make a channel. Pure: rows of the store in, numbers in the order of the document out.
//!
//! A channel is selected by *first seen* and ordered by *date*: the first makes "a reader that polls within the
//! window misses nothing" true, the second is what people expect.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use crate::model::{Digest, Floors, Row, Seq, SourceId, Timestamp};

/// What a merged channel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Everything first seen within this time,
    pub window: Duration,
    /// filled up to so many from what is older,
    pub min_entries: usize,
    /// cut to so many.
    pub max_entries: usize,
}

impl Rules {
    /// Tells these rules from others.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&[
            &self.window.as_millis().to_le_bytes(),
            &(self.min_entries as u64).to_le_bytes(),
            &(self.max_entries as u64).to_le_bytes(),
        ])
    }

    /// Where the window begins, seen from `now`.
    #[must_use]
    pub fn since(&self, now: Timestamp) -> Timestamp {
        let window = chrono::Duration::from_std(self.window).ok();
        window.and_then(|window| now.checked_sub_signed(window)).unwrap_or(Timestamp::MIN_UTC)
    }
}

/// What a channel shows, and what it will not show again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// In the order of the document: newest date first, ties in document order, later polls first.
    pub seqs: Vec<Seq>,
    /// From now on.
    pub floors: Floors,
}

/// Selects a merged channel from `rows` (newest place first): all within the window and at least `min_entries`.
#[must_use]
pub fn select(rows: &[Row], rules: &Rules, floors: &Floors, now: Timestamp) -> Selection {
    let since = rules.since(now);
    let eligible: Vec<&Row> = rows
        .iter()
        .filter(|row| floors.get(&row.source).is_none_or(|floor| position(row) >= *floor))
        .collect();
    let in_window = eligible.partition_point(|row| row.place >= since);
    let (fresh, old) = eligible.split_at(in_window);
    let mut chosen = fair_share(fresh, rules.max_entries);
    let wanting = rules.min_entries.min(rules.max_entries).saturating_sub(fresh.len());
    chosen.extend(fair_share(old, wanting));
    let floors = raised(floors, &eligible, &chosen);
    Selection { seqs: by_date(chosen), floors }
}

/// The `most` newest entries of one source, for its own channel: its archive included, in the same order.
#[must_use]
pub fn newest(mut rows: Vec<Row>, most: usize) -> Vec<Seq> {
    rows.truncate(most);
    by_date(rows.iter().collect())
}

fn by_date(mut rows: Vec<&Row>) -> Vec<Seq> {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.date, row.seq)));
    rows.into_iter().map(|row| row.seq).collect()
}

fn position(row: &Row) -> (i64, Seq) {
    (row.place.timestamp_millis(), row.seq)
}

/// At most `room` rows: where there are more, no source gets more than an equal share while others have rows to show.
/// Of each source the newest are taken.
fn fair_share<'a>(rows: &[&'a Row], room: usize) -> Vec<&'a Row> {
    let mut has: HashMap<&SourceId, usize> = HashMap::new();
    for row in rows {
        *has.entry(&row.source).or_default() += 1;
    }
    let (share, mut left_over) = share(has.values().copied().collect(), room);
    let mut taken: HashMap<&SourceId, usize> = HashMap::new();
    let mut chosen = Vec::with_capacity(room.min(rows.len()));
    for row in rows {
        let taken = taken.entry(&row.source).or_default();
        // What the equal share leaves over goes to the newest, one for each source.
        let extra = *taken == share && left_over > 0;
        if *taken < share || extra {
            left_over -= usize::from(extra);
            *taken += 1;
            chosen.push(*row);
        }
    }
    chosen
}

/// The equal share when sources with these counts part `room` among them, and what is left over then.
fn share(mut counts: Vec<usize>, room: usize) -> (usize, usize) {
    counts.sort_unstable();
    let mut left = room;
    let mut share = 0;
    for (index, &count) in counts.iter().enumerate() {
        let sources = counts.len() - index;
        let step = count - share;
        if step * sources > left {
            return (share + left / sources, left % sources);
        }
        left -= step * sources;
        share = count;
    }
    (share, 0)
}

/// Each source's floor: the oldest it still shows or, when it shows nothing, just above the newest it could have.
fn raised(floors: &Floors, eligible: &[&Row], chosen: &[&Row]) -> Floors {
    let mut newest = BTreeMap::new();
    for row in eligible {
        newest.entry(&row.source).or_insert_with(|| position(row));
    }
    let mut shown: BTreeMap<&SourceId, (i64, Seq)> = BTreeMap::new();
    for row in chosen {
        let oldest = shown.entry(&row.source).or_insert_with(|| position(row));
        *oldest = position(row).min(*oldest);
    }
    let mut raised = floors.clone();
    for (source, (place, seq)) in newest {
        let floor = shown.get(source).copied().unwrap_or((place, Seq(seq.0 + 1)));
        raised.insert(source.clone(), floor);
    }
    raised
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn now() -> Timestamp {
        "2026-11-23T06:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now() - chrono::Duration::seconds(hours * HOUR)
    }

    fn row(seq: u64, source: &str, hours: i64) -> Row {
        Row { seq: Seq(seq), source: SourceId::new(source).unwrap(), place: ago(hours), date: ago(hours) }
    }

    fn rules(min_entries: usize, max_entries: usize) -> Rules {
        Rules { window: Duration::from_hours(48), min_entries, max_entries }
    }

    fn shown(selection: &Selection) -> Vec<u64> {
        selection.seqs.iter().map(|seq| seq.0).collect()
    }

    fn select_new(rows: &[Row], rules: &Rules) -> Selection {
        select(rows, rules, &Floors::new(), now())
    }

    #[test]
    fn the_window_is_shown_filled_to_the_least_and_cut_to_the_most() {
        let rows = [row(5, "a", 1), row(4, "a", 2), row(3, "a", 47), row(2, "a", 49), row(1, "a", 500)];
        assert_eq!(shown(&select_new(&rows, &rules(0, 10))), [5, 4, 3]);
        assert_eq!(shown(&select_new(&rows, &rules(4, 10))), [5, 4, 3, 2]);
        assert_eq!(shown(&select_new(&rows, &rules(9, 10))), [5, 4, 3, 2, 1]);
        assert_eq!(shown(&select_new(&rows, &rules(0, 2))), [5, 4]);
        assert_eq!(shown(&select_new(&[], &rules(50, 1000))), [] as [u64; 0]);
    }

    #[test]
    fn the_order_is_by_date_and_ties_keep_the_documents_order() {
        let mut rows = [row(5, "a", 1), row(4, "a", 1), row(3, "a", 1)];
        rows[0].date = ago(30);
        assert_eq!(shown(&select_new(&rows, &rules(0, 10))), [4, 3, 5]);
    }

    #[test]
    fn a_flood_leaves_the_others_their_share() {
        let mut rows: Vec<Row> = (100..200).rev().map(|seq| row(seq, "loud", 1)).collect();
        rows.extend([row(3, "quiet", 2), row(2, "small", 3), row(1, "small", 4)]);
        let selection = select_new(&rows, &rules(0, 10));
        assert_eq!(shown(&selection), [199, 198, 197, 196, 195, 194, 193, 3, 2, 1]);
    }

    #[test]
    fn shares_fill_the_room_exactly() {
        let table = [
            (vec![5, 5], 10, (5, 0)),
            (vec![100, 1], 10, (9, 0)),
            (vec![100, 100, 1], 10, (4, 1)),
            (vec![7, 7, 7], 2, (0, 2)),
            (vec![3], 0, (0, 0)),
            (vec![], 5, (0, 0)),
        ];
        for (counts, room, wanted) in table {
            assert_eq!(share(counts.clone(), room), wanted, "{counts:?} in {room}");
        }
    }

    #[test]
    fn what_was_cut_or_aged_out_does_not_come_back() {
        let rules = rules(2, 3);
        let old: Vec<Row> =
            (1..=5).rev().map(|seq| row(seq, "a", 10 - i64::try_from(seq).unwrap())).collect();
        let first = select(&old, &rules, &Floors::new(), now());
        assert_eq!(shown(&first), [5, 4, 3]);
        // Two entries are taken down: the ones below the cut stay out.
        let fewer = [old[0].clone(), old[3].clone(), old[4].clone()];
        assert_eq!(shown(&select(&fewer, &rules, &first.floors, now())), [5]);
        // All age out of the window: two remain as the fill, and the third does not return when one of them goes.
        let later = now() + chrono::Duration::hours(100);
        let aged = select(&old, &rules, &first.floors, later);
        assert_eq!(shown(&aged), [5, 4]);
        let gone = [old[0].clone(), old[2].clone()];
        assert_eq!(shown(&select(&gone, &rules, &aged.floors, later)), [5]);
    }

    #[test]
    fn a_source_cut_out_altogether_returns_only_with_new_entries() {
        let none = Rules { max_entries: 1, ..rules(0, 1) };
        let rows = [row(9, "a", 1), row(8, "b", 2)];
        let first = select_new(&rows, &none);
        assert_eq!(shown(&first), [9]);
        assert_eq!(shown(&select(&rows[1..], &none, &first.floors, now())), [] as [u64; 0]);
        assert_eq!(shown(&select(&[row(10, "b", 0)], &none, &first.floors, now())), [10]);
    }

    #[test]
    fn other_rules_have_another_digest() {
        assert_ne!(rules(1, 2).digest(), rules(2, 2).digest());
        assert_eq!(rules(1, 2).digest(), rules(1, 2).digest());
    }
}
