//! Verdicts by table; pruning against a model, at random, on every engine.

mod random;

use super::*;
use crate::store::{
    MemoryEngine, SledEngine,
    samples::{at, commit, key, source, stored},
};

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

/// A source whose two entries were pruned, last read on this day, if it ever was.
async fn pruned(engine: impl Engine, read: Option<u32>) -> Store {
    let store = Store::new(engine).unwrap();
    let mut first = commit("bao", DAY, &[1, 2]);
    first.state.last_success = read.map(|day| at(day * DAY));
    store.commit(first).await.unwrap();
    let keep = Keep { age: Duration::from_secs(1), entries: None, window: Duration::ZERO };
    assert_eq!(store.prune(&keep, at(2 * DAY)).await.unwrap().entries, 2);
    store
}

#[tokio::test]
async fn tombstones_of_a_source_that_is_read_no_more_vanish_180_days_after_it_last_was() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep { age: Duration::from_secs(1), entries: None, window: Duration::ZERO };
    let known = async |store: &Store| store.known(source("bao"), vec![key(1), key(2)]).await.unwrap().len();
    let sled = SledEngine::open(folder.path()).unwrap();
    for store in [pruned(MemoryEngine::new(), Some(3)).await, pruned(sled, Some(3)).await] {
        assert_eq!(store.prune(&keep, at(183 * DAY)).await.unwrap().forgotten, 0);
        assert_eq!(known(&store).await, 2);
        assert_eq!(store.prune(&keep, at(183 * DAY + 1)).await.unwrap().forgotten, 2);
        assert_eq!(known(&store).await, 0);
        assert_eq!(store.check().await.unwrap().told, Vec::<String>::new());
    }
    // One that is read, or of which nobody knows when it was.
    for read in [Some(400), None] {
        let store = pruned(MemoryEngine::new(), read).await;
        assert_eq!(store.prune(&keep, at(500 * DAY)).await.unwrap().forgotten, 0, "{read:?}");
        assert_eq!(known(&store).await, 2);
    }
}
