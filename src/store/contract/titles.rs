//! The contract of what recognises entries beside their keys: titles, and the count of aliases.

use super::{Bench, assert_census};
use crate::{
    model::{Commit, Seq},
    store::{ALIKE_MAX, Engine, samples::*},
};

pub(super) fn aliases_are_counted_with_their_entry<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 10, &[1, 2])).unwrap();
    let mut first = update("bao", 20, Seq(2), "Sửa");
    // The third is the second again, and leads elsewhere: it is none.
    first.changes.aliases = vec![(key(80), Seq(2)), (key(81), Seq(2)), (key(81), Seq(1))];
    bench.engine().apply(&first).unwrap();
    let mut second = commit("bao", 30, &[]);
    second.changes.aliases = vec![(key(82), Seq(2)), (key(80), Seq(2)), (key(83), Seq(1))];
    bench.engine().apply(&second).unwrap();
    bench.engine().apply(&update("bao", 40, Seq(2), "Sửa lần nữa")).unwrap();
    let bench = bench.reopen();
    let known = bench.engine().known(&source("bao"), &[key(1), key(2)]).unwrap();
    assert_eq!((known[&key(1)].aliases, known[&key(2)].aliases), (3, 1));
    assert_eq!(known[&key(1)].head, first.changes.updated[0].known.head);
    assert_census(bench.engine(), 2, 8);
}

fn alike(engine: &impl Engine, id: &str, number: u32) -> Vec<u64> {
    let title = likeness(number).title;
    let found = engine.alike(&source(id), &[title]).unwrap();
    found.get(&title).map(|alike| alike.iter().map(|known| known.seq.0).collect()).unwrap_or_default()
}

pub(super) fn a_title_is_that_of_several_entries_and_keeps_none_out<B: Bench>() {
    let bench = B::new();
    let same = |mut commit: Commit| {
        for new in &mut commit.changes.inserted {
            new.likeness = likeness(7);
        }
        commit
    };
    bench.engine().apply(&same(commit("bao", 10, &[1, 2]))).unwrap();
    assert_eq!(bench.engine().apply(&same(commit("bao", 20, &[3]))).unwrap().inserted, [Seq(3)]);
    bench.engine().apply(&same(commit("bao-moi", 20, &[1]))).unwrap();
    bench.engine().apply(&commit("bao", 30, &[5])).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(alike(engine, "bao", 7), [3, 2, 1]);
    assert_eq!(alike(engine, "bao-moi", 7), [4]);
    assert_eq!(alike(engine, "ba", 7), [0; 0]);
    let both = engine.alike(&source("bao"), &[likeness(5).title, likeness(6).title]).unwrap();
    let known = engine.known(&source("bao"), &[key(5)]).unwrap();
    assert_eq!(both, [(likeness(5).title, vec![known[&key(5)]])].into());
    let many: Vec<u32> = (100..200).collect();
    engine.apply(&same(commit("bao", 40, &many))).unwrap();
    let newest: Vec<u64> = (106 - ALIKE_MAX as u64..106).rev().collect();
    assert_eq!(alike(engine, "bao", 7), newest);
    assert_census(engine, 105, 210);
}

pub(super) fn an_updates_title_takes_the_place_of_the_former<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    let with = |second, number| {
        let mut change = update("bao", second, Seq(2), "Sửa");
        change.changes.updated[0].known.likeness = likeness(number);
        change
    };
    engine.apply(&with(20, 2)).unwrap();
    assert_eq!((alike(engine, "bao", 1), alike(engine, "bao", 2)), (vec![], vec![2, 1]));
    engine.apply(&with(30, 2)).unwrap();
    assert_eq!(alike(engine, "bao", 2), [2, 1]);
    assert_census(engine, 2, 4);
    // Twice in one commit: the last stands.
    let mut twice = with(50, 8);
    twice.changes.updated.extend(with(50, 9).changes.updated);
    engine.apply(&twice).unwrap();
    assert_eq!((alike(engine, "bao", 8), alike(engine, "bao", 9)), (vec![], vec![2]));
    assert_census(engine, 2, 4);
}
