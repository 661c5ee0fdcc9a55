use std::time::Duration;

use super::*;
use crate::model::{Duplicates, SourceId};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::Duration::minutes(minutes)
}

fn row(seq: u64) -> Row {
    let source = SourceId::new(if seq.is_multiple_of(3) { "a" } else { "b" }).unwrap();
    let place = at(i64::try_from(seq).unwrap());
    Row { seq: Seq(seq), source, place, date: place, lead: None }
}

/// Numbers 1 to `count`, placed a minute apart, the newest first.
fn rows(count: u64) -> Vec<Row> {
    (1..=count).rev().map(row).collect()
}

fn rules(window: u64, min_entries: usize) -> Rules {
    Rules {
        window: Duration::from_mins(window),
        min_entries,
        max_entries: 1000,
        duplicates: Duplicates::Keep,
    }
}

fn even(wanted: &[Seq]) -> HashSet<Seq> {
    wanted.iter().copied().filter(|seq| seq.0.is_multiple_of(2)).collect()
}

/// What passes, what is remembered, and which entries were read for it.
fn sift(
    rows: &[Row],
    rules: &Rules,
    before: Verdicts,
    stamp_of: impl Fn(&Row) -> Stamp,
    at_once: usize,
) -> (Vec<u64>, Verdicts, Vec<u64>) {
    let now = rows.first().map_or(at(0), |newest| newest.place);
    let mut sifting = Sifting::new(rows, rules, before, stamp_of, now);
    let mut read = Vec::new();
    loop {
        let wanted = sifting.wanted(at_once);
        if wanted.is_empty() {
            break;
        }
        assert!(wanted.len() <= at_once);
        read.extend(wanted.iter().map(|seq| seq.0));
        sifting.judge(&wanted, &even(&wanted));
    }
    let (passed, verdicts) = sifting.end();
    (passed.iter().map(|row| row.seq.0).collect(), verdicts, read)
}

#[test]
fn the_window_is_judged_whole_and_below_it_only_what_fills() {
    let rows = rows(100);
    // The window's filter, how many are wanted at least, how many are read at once, what passes, and the reads.
    let table = [
        (9, 0, 100, (92..=100).rev().step_by(2).collect::<Vec<u64>>(), 10),
        (9, 5, 100, (92..=100).rev().step_by(2).collect(), 10),
        (9, 6, 1, (90..=100).rev().step_by(2).collect(), 11),
        (9, 10, 4, (82..=100).rev().step_by(2).collect(), 22),
        (9, 999, 7, (2..=100).rev().step_by(2).collect(), 100),
        (9_999, 0, 7, (2..=100).rev().step_by(2).collect(), 100),
    ];
    for (window, least, at_once, wanted, reads) in table {
        let (passed, verdicts, read) =
            sift(&rows, &rules(window, least), Verdicts::default(), |_| None, at_once);
        assert_eq!(passed, wanted, "{window} {least} {at_once}");
        assert_eq!(read.len(), reads, "{window} {least} {at_once}");
        assert!(verdicts.len() <= reads);
    }
    let (passed, verdicts, read) = sift(&[], &rules(9, 9), Verdicts::default(), |_| None, 10);
    assert!(passed.is_empty() && verdicts.is_empty() && read.is_empty());
}

#[test]
fn what_was_judged_is_read_again_only_when_its_source_changed() {
    let rules = rules(9_999, 0);
    let (passed, verdicts, read) = sift(&rows(60), &rules, Verdicts::default(), |_| None, 8);
    assert_eq!((passed.len(), verdicts.len(), read.len()), (30, 60, 60));
    let (again, verdicts, read) = sift(&rows(60), &rules, verdicts, |_| None, 8);
    assert_eq!((again, read), (passed, vec![]));
    // Two new ones, of which one's source has a new stamp for all of its entries.
    let of_a = |row: &Row| (row.source.as_str() == "a").then(|| at(61));
    let (passed, verdicts, mut read) = sift(&rows(62), &rules, verdicts, of_a, 8);
    read.sort_unstable();
    let mut wanted: Vec<u64> = (1..=60).filter(|seq| seq % 3 == 0).collect();
    wanted.extend([61, 62]);
    assert_eq!((passed.len(), read), (31, wanted));
    // What is gone from the rows is forgotten.
    let (_, verdicts, read) = sift(&rows(62)[..10], &rules, verdicts, of_a, 8);
    assert_eq!((verdicts.len(), read), (10, vec![]));
}

#[test]
fn an_entry_that_is_gone_is_let_through_by_none() {
    let rows = rows(3);
    let mut sifting = Sifting::new(&rows, &rules(9, 0), Verdicts::default(), |_| None, at(3));
    let wanted = sifting.wanted(9);
    sifting.judge(&wanted, &HashSet::from([Seq(1)]));
    assert_eq!(sifting.wanted(9), []);
    assert_eq!(sifting.end().0, [row(1)]);
}

#[test]
fn no_more_rows_are_looked_at_than_the_limits_say() {
    let count = JUDGED_MAX as u64 + 9;
    let all = rows(count);
    let sifting = Sifting::new(&all, &rules(count, 0), Verdicts::default(), |_| None, at(0));
    assert_eq!((sifting.rows.len(), sifting.in_window), (JUDGED_MAX, JUDGED_MAX));
    let below = &all[..OLDER_JUDGED_MAX + 9];
    let sifting = Sifting::new(below, &rules(0, 0), Verdicts::default(), |_| None, at(1_000_000));
    assert_eq!((sifting.rows.len(), sifting.in_window), (OLDER_JUDGED_MAX, 0));
}
