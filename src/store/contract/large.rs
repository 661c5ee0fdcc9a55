//! The contract of what is large, of reading beside writing, and of all that is there after closing.

use super::{Bench, assert_census, numbers, one, rows};
use crate::{
    model::{Digest, EntryKey, Rule, Seq},
    store::{Engine, Scope, samples::*},
};

pub(super) fn a_huge_entry_is_kept_and_harms_no_other<B: Bench>() {
    let bench = B::new();
    let mut commit = commit("bao", 10, &[1, 2, 3]);
    let noise = (0..40_000_u32).map(|number| Digest::of(&[&number.to_be_bytes()]).to_string());
    commit.changes.inserted[1].entry.content = Some(noise.collect());
    bench.engine().apply(&commit).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(one(engine, Seq(3)).entry, entry(1));
    assert_eq!(one(engine, Seq(1)).entry, entry(3));
    let huge = one(engine, Seq(2));
    assert_eq!((huge.key, huge.entry.title, huge.entry.summary), (key(2), entry(2).title, entry(2).summary));
    assert_census(engine, 3, 6);
}

pub(super) fn a_large_commit_is_whole_and_in_order<B: Bench>() {
    let bench = B::new();
    let numbers_in: Vec<u32> = (1..=400).collect();
    let mut large = commit("bao", 10, &numbers_in);
    for (new, number) in large.changes.inserted.iter_mut().zip(0_u32..) {
        let noise = (0..600_u32)
            .map(|part| Digest::of(&[&[number, part].map(u32::to_be_bytes).concat()]).to_string());
        new.entry.content = Some(noise.collect());
    }
    let committed = bench.engine().apply(&large).unwrap();
    let falling: Vec<u64> = (1..=400).rev().collect();
    assert_eq!(committed.inserted.iter().map(|seq| seq.0).collect::<Vec<_>>(), falling);
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(numbers(engine, &Scope::Source(source("bao"))), falling);
    for (new, stored) in large.changes.inserted.iter().zip(engine.entries(&committed.inserted).unwrap()) {
        assert_eq!(new.entry, stored.entry);
    }
    assert_eq!(engine.source_states().unwrap()[&source("bao")], large.state);
    assert_census(engine, 400, 800);
}

pub(super) fn everything_is_there_after_reopening<B: Bench>() {
    let bench = B::new();
    for round in 0..20 {
        bench
            .engine()
            .apply(&commit(["bao", "dai"][round as usize % 2], round, &[round * 2, round * 2 + 1]))
            .unwrap();
    }
    bench.engine().apply(&update("bao", 99, Seq(1), "Sửa")).unwrap();
    let seqs: Vec<Seq> = (0..50).map(Seq).collect();
    let look = |engine: &B::Kind| {
        let keys = [key(4), link_key(5), EntryKey::new(Rule::Fingerprint, "x")];
        let found = (engine.entries(&seqs).unwrap(), engine.known(&source("bao"), &keys).unwrap());
        (found, rows(engine, &Scope::All), engine.source_states().unwrap(), engine.check().unwrap())
    };
    let before = look(bench.engine());
    let bench = bench.reopen();
    assert_eq!(look(bench.engine()), before);
    assert_eq!(bench.engine().apply(&commit("bao", 100, &[1_000])).unwrap().inserted, [Seq(41)]);
    assert_census(bench.engine(), 41, 82);
}

pub(super) fn a_scan_sees_no_half_of_a_commit<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..60 {
                let numbers: Vec<u32> = (0..7).map(|number| round * 7 + number).collect();
                // Alternately above and below what is there, so that a walk could meet one end alone.
                let mut commit = commit("bao", 1_000 + round, &numbers);
                for new in commit.changes.inserted.iter_mut().step_by(2) {
                    new.place = at(500 - round);
                }
                engine.apply(&commit).unwrap();
            }
        });
        while !writer.is_finished() {
            assert_eq!(rows(engine, &Scope::All).len() % 7, 0);
        }
    });
    assert_eq!(rows(engine, &Scope::All).len(), 420);
}
