//! Verdicts by table; pruning against a model, at random, on every engine.

mod random;

use super::*;
use crate::store::samples::{at, stored};

const DAY: u32 = 86_400;

#[test]
fn an_entry_stays_for_as_long_as_it_is_kept_or_shown() {
    use Verdict::{Overdue, Stays, Young};
    // In days: now, kept for, window, first seen, placed.
    let table = [
        (100, 30, 2, 69, 69, Overdue),
        (100, 30, 2, 70, 70, Young),
        (100, 30, 2, 99, 0, Young),
        (100, 30, 2, 69, 0, Overdue),
        // Shown longer than kept: the window decides.
        (100, 30, 60, 69, 69, Young),
        (100, 30, 60, 39, 39, Overdue),
        (100, 30, 36_525, 0, 0, Young),
        // A clock that was set back.
        (100, 30, 2, 101, 101, Stays),
        (100, 30, 2, 69, 99, Stays),
    ];
    for (now, age, window, seen, placed, expected) in table {
        let days = |days: u32| at(days * DAY);
        let long = |days: u32| Duration::from_secs(u64::from(days) * u64::from(DAY));
        let keep = Keep { age: long(age), entries: None, window: long(window) };
        let stored = StoredEntry { first_seen: days(seen), place: days(placed), ..stored(1) };
        assert_eq!(keep.judge(&stored, days(now)), expected, "{now} {age} {window} {seen} {placed}");
    }
}
