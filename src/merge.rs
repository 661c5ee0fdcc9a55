//! Which entries make a channel. Pure: rows of the store in, numbers in the order of the document out.
//!
//! A channel is selected by *first seen* and ordered by *date*: the first makes "a reader that polls within the
//! window misses nothing" true, the second is what people expect.

mod sifting;
mod story;

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use crate::model::{Digest, Duplicates, Floors, Row, Seq, SourceId, Timestamp};

pub use self::{
    sifting::{JUDGED_MAX, OLDER_JUDGED_MAX, Sifting, Stamp, Verdicts},
    story::{Credits, MEMBERS_MAX, archived, collapse},
};

/// What a merged channel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Everything first seen within this time,
    pub window: Duration,
    /// filled up to so many from what is older,
    pub min_entries: usize,
    /// cut to so many,
    pub max_entries: usize,
    /// and what is the same story by this.
    pub duplicates: Duplicates,
}

impl Rules {
    /// Tells these rules from others.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let window = self.window.as_millis().to_le_bytes();
        let [least, most] = [self.min_entries, self.max_entries].map(|count| (count as u64).to_le_bytes());
        match self.duplicates {
            // As it was before there was a choice: what was cut out then stays out.
            Duplicates::Exact => Digest::of(&[&window, &least, &most]),
            Duplicates::Keep => Digest::of(&[&window, &least, &most, b"keep"]),
        }
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

/// Selects a merged channel from `rows` (newest place first; where stories are one, of [`collapse`]): all within the window and at least `min_entries`.
///
/// Places and floors in the future come of a clock that was set back since. Such entries count as placed now, and such
/// floors as none: they would keep everything out that comes until then.
#[must_use]
pub fn select(rows: &[Row], rules: &Rules, floors: &Floors, now: Timestamp) -> Selection {
    let since = rules.since(now);
    let rows = placed_by(now, rows);
    let now = now.timestamp_millis();
    let floors: Floors = floors
        .iter()
        .filter(|(_, (place, _))| *place <= now)
        .map(|(id, floor)| (id.clone(), *floor))
        .collect();
    let eligible: Vec<&Row> = rows
        .iter()
        .filter(|row| floors.get(&row.source).is_none_or(|floor| position(row) >= *floor))
        .collect();
    let in_window = eligible.partition_point(|row| row.place >= since);
    let (fresh, old) = eligible.split_at(in_window);
    let mut chosen = fair_share(fresh, rules.max_entries);
    let wanting = rules.min_entries.min(rules.max_entries).saturating_sub(fresh.len());
    chosen.extend(fair_share(old, wanting));
    let floors = raised(floors, &eligible, &chosen, now);
    Selection { seqs: by_date(chosen), floors }
}

/// The rows, newest place first, with none in the future.
fn placed_by(now: Timestamp, rows: &[Row]) -> Cow<'_, [Row]> {
    if rows.first().is_none_or(|newest| newest.place <= now) {
        return Cow::Borrowed(rows);
    }
    let mut placed: Vec<Row> =
        rows.iter().map(|row| Row { place: row.place.min(now), ..row.clone() }).collect();
    placed.sort_unstable_by_key(|row| Reverse((row.place, row.seq)));
    Cow::Owned(placed)
}

/// The `most` newest entries of one source, for its own channel: its archive included, in the same order.
#[must_use]
pub fn newest(mut rows: Vec<Row>, most: usize) -> Vec<Seq> {
    rows.truncate(most);
    by_date(rows.iter().collect())
}

fn by_date(mut rows: Vec<&Row>) -> Vec<Seq> {
    rows.sort_unstable_by_key(|row| Reverse((row.date, row.seq)));
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

/// Each source's floor: the oldest it still shows or, when it shows nothing, just above the newest it could have. Never
/// as high as `now` (in milliseconds): what a poll under way is about to bring is placed a moment before.
fn raised(floors: Floors, eligible: &[&Row], chosen: &[&Row], now: i64) -> Floors {
    let mut newest = BTreeMap::new();
    for row in eligible {
        newest.entry(&row.source).or_insert_with(|| position(row));
    }
    let mut shown: BTreeMap<&SourceId, (i64, Seq)> = BTreeMap::new();
    for row in chosen {
        let oldest = shown.entry(&row.source).or_insert_with(|| position(row));
        *oldest = position(row).min(*oldest);
    }
    let mut raised = floors;
    for (source, (place, seq)) in newest {
        let floor = shown.get(source).copied().unwrap_or((place, Seq(seq.0 + 1)));
        if floor.0 < now {
            raised.insert(source.clone(), floor);
        }
    }
    raised
}

#[cfg(test)]
mod fairness;
#[cfg(test)]
mod tests;
