//! Layout 3 numbers rows, and knows which entries of several sources are one story. Layout 2 is walked in the order in
//! which its entries were committed, and each step may be done twice.

use super::{super::tree::Tree, migrating};
use crate::{
    model::Seq,
    store::{
        StoreError,
        plan::{Added, Leaders, Lookup as _},
        sled::{commit, keys, rows::Batch},
    },
};

/// Entries that one batch brings over.
const STEP: usize = 256;
/// Steps between two fsyncs.
const FSYNC_EVERY: usize = 16;

/// Whether all of a store was brought over.
pub fn knows_groups(tree: &Tree) -> Result<bool, StoreError> {
    let is_of_layout_2 = tree.get(keys::SCHEMA)?.is_none_or(|schema| *schema == 2_u32.to_be_bytes());
    Ok(!is_of_layout_2 && tree.get(keys::PROGRESS)?.is_none())
}

/// Brings over what is not brought over yet, and says on the way how far it is. Killed at any instant, it goes on there.
/// Tombstones stay as they are: what their links were nobody knows any more.
pub fn to_layout_3(tree: &Tree) -> Result<(), StoreError> {
    bring_over(tree, usize::MAX)
}

/// So many steps of it at most.
fn bring_over(tree: &Tree, steps: usize) -> Result<(), StoreError> {
    if knows_groups(tree)? {
        return Ok(());
    }
    let mut after = Seq(0);
    if let Some(bytes) = tree.get(keys::PROGRESS)? {
        after = keys::read_seq(&bytes).unwrap_or(after);
    } else {
        // Of the new layout from the first step on, for one that knows only the former must not touch it any more.
        let mut begin = Batch::default();
        begin.insert(keys::SCHEMA, &3_u32.to_be_bytes()[..]);
        begin.insert(keys::PROGRESS, &after.0.to_be_bytes()[..]);
        tree.db.apply_batch(begin).map_err(migrating)?;
    }
    for step in 1..=steps {
        let some = tree.oldest(after, STEP)?;
        let Some(last) = some.last() else { return done(tree) };
        after = last.seq;
        let mut leaders = Leaders::new(tree);
        let mut added: Vec<Added> = Vec::with_capacity(some.len());
        for stored in some {
            let (known, seq) = (tree.known_of(stored.seq)?, stored.seq);
            let nothing = || StoreError::Damaged { what: format!("nothing leads to entry {}", seq.0) };
            let keys = tree.traces(seq)?.ok_or_else(nothing)?.keys;
            added.push(leaders.receive(stored, known, keys)?);
        }
        for batch in commit::brought_over(&added, after)? {
            tree.db.apply_batch(batch).map_err(migrating)?;
        }
        if step.is_multiple_of(FSYNC_EVERY) {
            to_disk(tree)?;
        }
    }
    Ok(())
}

fn done(tree: &Tree) -> Result<(), StoreError> {
    to_disk(tree)?;
    tree.db.remove(keys::PROGRESS).map_err(migrating)?;
    to_disk(tree)
}

fn to_disk(tree: &Tree) -> Result<(), StoreError> {
    tree.db.flush().map_err(migrating)?;
    tree.data.sync_all().map_err(|error| migrating(error.into()))
}

#[cfg(test)]
mod tests {
    use super::{super::unpacked, *};
    use crate::store::{
        Engine as _, SledEngine,
        plan::{Tie, Traces},
        samples::*,
        sled::values,
    };

    type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

    fn rows(tree: &Tree) -> Pairs {
        tree.db.iter().map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap()).collect()
    }

    /// Makes it what layout 2 would have written.
    fn take_back(tree: Tree) -> Tree {
        let tree = unpacked(tree);
        take_back_rows(&tree);
        tree
    }

    fn take_back_rows(tree: &Tree) {
        for (key, value) in rows(tree) {
            match key[0] {
                keys::LEADER | keys::MEMBER | keys::ROW | keys::OWN_ROW => {
                    tree.db.remove(key).unwrap();
                }
                keys::TRACES => {
                    let traces = values::read_traces(&value).unwrap();
                    tree.db.insert(key, values::traces(&Traces { tie: None, ..traces })).unwrap();
                }
                keys::ENTRY => {
                    let mut stored = tree.entry(keys::read_seq(&key).unwrap()).unwrap().unwrap();
                    stored.lead = None;
                    tree.db.insert(key, values::entry(&stored).unwrap()).unwrap();
                    let mut row = crate::model::Row::of(&stored);
                    row.lead = None;
                    let place = row.place.timestamp_millis();
                    tree.db.insert(keys::place(place, row.seq), values::place(&row)).unwrap();
                    tree.db
                        .insert(keys::own_place(&row.source, place, row.seq), values::own_place(&row))
                        .unwrap();
                }
                _ => {}
            }
        }
        tree.db.insert(keys::SCHEMA, &2_u32.to_be_bytes()).unwrap();
    }

    #[test]
    fn groups_are_found_out_in_the_order_of_numbers_however_often_it_is_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        for round in 0..14_u32 {
            let numbers: Vec<u32> = (0..50).map(|number| round / 3 * 50 + number).collect();
            engine.apply(&commit(["bao", "dai", "so"][round as usize % 3], round, &numbers)).unwrap();
        }
        let tree = engine.trees().current.clone();
        let expected = rows(&tree);
        assert!(knows_groups(&tree).unwrap());
        let tree = take_back(tree);
        assert!(!knows_groups(&tree).unwrap());
        // One step; and once more, as if it had not been told that it was done.
        bring_over(&tree, 1).unwrap();
        assert_eq!(tree.get(keys::PROGRESS).unwrap().unwrap(), 256_u64.to_be_bytes());
        assert!(!knows_groups(&tree).unwrap());
        tree.db.insert(keys::PROGRESS, &100_u64.to_be_bytes()).unwrap();
        bring_over(&tree, 1).unwrap();
        drop((tree, engine));
        let engine = SledEngine::open(folder.path()).unwrap();
        let tree = engine.trees().current.clone();
        assert_eq!(rows(&tree), expected);
        assert_eq!(engine.check().unwrap().told, Vec::<String>::new());
        assert_eq!(engine.groups(&[Seq(1)]).unwrap()[0].len(), 3);
    }

    #[test]
    fn whatever_is_missing_of_groups_and_rows_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let engine = SledEngine::open(folder.path()).unwrap();
        engine.apply(&commit("bao", 1, &[1, 2])).unwrap();
        engine.apply(&commit("dai", 2, &[1, 3])).unwrap();
        engine.take_down(&[Seq(3)]).unwrap();
        assert_eq!(engine.check().unwrap().faults, 0);
        let db = engine.trees().current.db.clone();
        let mut lacking = 0;
        for letter in [keys::LEADER, keys::MEMBER, keys::ROW, keys::OWN_ROW, keys::TAKEN_DOWN] {
            for row in db.scan_prefix([letter]) {
                let (key, value) = row.unwrap();
                db.remove(&key).unwrap();
                let census = engine.check().unwrap();
                assert!(census.faults > 0, "{key:?}");
                db.insert(&key, value).unwrap();
                lacking += 1;
            }
        }
        // Six keys of three entries bar, three links lead; of one group one is led; three entries have rows.
        assert!(lacking >= 12, "{lacking}");
        let lost = Traces {
            source: source("dai"),
            keys: vec![key(9)],
            tie: Some(Tie { link: link_key(9), lead: None }),
        };
        db.insert(keys::numbered(keys::TRACES, Seq(1)), values::traces(&lost)).unwrap();
        assert!(engine.check().unwrap().faults > 0);
    }
}
