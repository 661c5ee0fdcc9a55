//! Gathers the rows that a channel selects from, out of scans. Knows no database and no channel.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashSet},
    ops::ControlFlow,
    sync::Arc,
};

use crate::model::{Row, Seq, SourceId, Timestamp};

use super::{Engine, Scope, StoreError};

/// Whose rows are wanted.
#[derive(Debug, Clone)]
pub enum Sources {
    /// Of all these, by one scan over everything: for channels that take most of what is kept.
    All(Arc<HashSet<SourceId>>),
    /// Of these, by a scan of each: for channels that take little of what is kept.
    Only(Vec<SourceId>),
}

/// See [`super::Store::rows`].
pub(super) fn gather(
    engine: &dyn Engine,
    sources: &Sources,
    since: Timestamp,
    at_least: usize,
) -> Result<Vec<Row>, StoreError> {
    match sources {
        Sources::All(configured) => all(engine, configured, since, at_least),
        Sources::Only(only) => merged(engine, only, since, at_least),
    }
}

/// See [`super::Store::stories`].
pub(super) fn stories(
    engine: &dyn Engine,
    sources: &Sources,
    since: Timestamp,
    at_least: usize,
) -> Result<Vec<Row>, StoreError> {
    let group = |row: &Row| row.lead.as_ref().map_or(row.seq, |lead| lead.seq);
    let mut asked = at_least;
    let mut rows = loop {
        let rows = gather(engine, sources, since, asked)?;
        let groups: HashSet<Seq> = rows.iter().map(group).collect();
        if groups.len() >= at_least || rows.len() < asked {
            break rows;
        }
        asked = asked.saturating_mul(2);
    };
    if let Sources::Only(only) = sources {
        let have: HashSet<Seq> = rows.iter().map(|row| row.seq).collect();
        let leads: BTreeSet<Seq> = rows.iter().filter_map(|row| Some(row.lead.as_ref()?.seq)).collect();
        for group in engine.groups(&leads.into_iter().collect::<Vec<_>>())? {
            rows.extend(
                group.into_iter().filter(|row| only.contains(&row.source) && !have.contains(&row.seq)),
            );
        }
        rows.sort_unstable_by_key(|row| Reverse((row.place, row.seq)));
    }
    Ok(rows)
}

fn all(
    engine: &dyn Engine,
    configured: &HashSet<SourceId>,
    since: Timestamp,
    at_least: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    engine.scan(&Scope::All, &mut |row| {
        if row.place < since && rows.len() >= at_least {
            return ControlFlow::Break(());
        }
        if configured.contains(&row.source) {
            rows.push(row);
        }
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn merged(
    engine: &dyn Engine,
    only: &[SourceId],
    since: Timestamp,
    at_least: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    // The newest of the older rows, the oldest of them on top: what the scans so far allow the next one to skip.
    let mut older: BinaryHeap<Reverse<Aged>> = BinaryHeap::new();
    for source in only.iter().collect::<BTreeSet<_>>() {
        engine.scan(&Scope::Source(source.clone()), &mut |row| {
            if row.place >= since {
                rows.push(row);
                return ControlFlow::Continue(());
            }
            while rows.len() + older.len() > at_least && older.pop().is_some() {}
            let aged = Aged(row);
            if rows.len() + older.len() >= at_least {
                // Full: it can only take the place of an older one, and after it come only older ones.
                match older.peek_mut() {
                    Some(mut oldest) if oldest.0 < aged => *oldest = Reverse(aged),
                    _ => return ControlFlow::Break(()),
                }
            } else {
                older.push(Reverse(aged));
            }
            ControlFlow::Continue(())
        })?;
    }
    let needed = at_least.saturating_sub(rows.len());
    let newest_first = older.into_sorted_vec();
    rows.extend(newest_first.into_iter().take(needed).map(|Reverse(Aged(row))| row));
    rows.sort_unstable_by_key(|row| Reverse((row.place, row.seq)));
    Ok(rows)
}

/// A row that compares by age: the newest is the greatest.
struct Aged(Row);

impl Aged {
    fn age(&self) -> (Timestamp, Seq) {
        (self.0.place, self.0.seq)
    }
}

impl PartialEq for Aged {
    fn eq(&self, other: &Self) -> bool {
        self.age() == other.age()
    }
}

impl Eq for Aged {}

impl PartialOrd for Aged {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Aged {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.age().cmp(&other.age())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryEngine, samples};

    /// Three sources whose entries take turns, one a second: entry n has place n and number n.
    fn turns(count: u32) -> MemoryEngine {
        let engine = MemoryEngine::new();
        for number in 1..=count {
            let mut commit = samples::commit(["a", "b", "c"][number as usize % 3], number, &[number]);
            commit.changes.inserted[0].place = samples::at(number);
            engine.apply(&commit).unwrap();
        }
        engine
    }

    fn numbers(sources: &Sources, since: u32, at_least: usize) -> Vec<u64> {
        let rows = gather(&turns(12), sources, samples::at(since), at_least).unwrap();
        rows.iter().map(|row| row.seq.0).collect()
    }

    #[test]
    fn rows_since_an_instant_are_filled_up_from_older_ones() {
        let ids = |names: &[&str]| names.iter().map(|name| samples::source(name)).collect::<Vec<_>>();
        // Of `a` are 3 6 9 12, of `b` 1 4 7 10.
        #[rustfmt::skip]
        let table: &[(u32, usize, &[u64])] = &[
            (10, 0, &[12, 10]),
            (10, 2, &[12, 10]),
            (10, 3, &[12, 10, 9]),
            (10, 5, &[12, 10, 9, 7, 6]),
            (13, 1, &[12]),
            (13, 0, &[]),
            (13, 99, &[12, 10, 9, 7, 6, 4, 3, 1]),
            (0, 3, &[12, 10, 9, 7, 6, 4, 3, 1]),
        ];
        for (since, at_least, expected) in table {
            let all = Sources::All(Arc::new(ids(&["a", "b"]).into_iter().collect()));
            assert_eq!(numbers(&all, *since, *at_least), *expected, "all {since} {at_least}");
            let only = Sources::Only(ids(&["b", "a", "b", "none"]));
            assert_eq!(numbers(&only, *since, *at_least), *expected, "only {since} {at_least}");
        }
    }
}
