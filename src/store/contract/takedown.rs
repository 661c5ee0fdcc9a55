//! The contract of takedown: gone at once, everywhere, and for ever.

use super::{Bench, assert_census, groups::groups, numbers, one, upkeep::all};
use crate::{
    model::{Commit, EntryKey, Presence, Seq, SourceId},
    store::{Engine, Scope, samples::*},
};

fn presence(engine: &impl Engine, id: &str, number: u32) -> Option<Presence> {
    engine.known(&source(id), &[key(number)]).unwrap().get(&key(number)).map(|known| known.presence)
}

fn found(engine: &impl Engine, wanted: EntryKey) -> Vec<u64> {
    let found = engine.find(&|_, key| key == wanted, 9).unwrap();
    found.iter().map(|remembered| remembered.known.seq.0).collect()
}

const DOWN: Option<Presence> = Some(Presence::TakenDown);

pub(super) fn what_is_taken_down_is_gone_with_its_group_and_stays_so<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    engine.apply(&commit("dai", 20, &[1, 3])).unwrap();
    engine.apply(&commit("so", 25, &[1])).unwrap();
    // One that is pruned already goes too.
    engine.bury(&[Seq(5)]).unwrap();
    let gone = engine.take_down(&[Seq(4), Seq(4), Seq(77)]).unwrap();
    assert_eq!(gone.taken_down, [Seq(2), Seq(4), Seq(5)]);
    assert_eq!(gone.touched, ["bao", "dai", "so"].map(source));
    assert_eq!(engine.take_down(&[Seq(2)]).unwrap().taken_down, []);
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(["bao", "dai", "so"].map(|id| presence(engine, id, 1)), [DOWN; 3]);
    assert_eq!(engine.entries(&[Seq(2), Seq(4)]).unwrap(), []);
    assert_eq!((numbers(engine, &Scope::All), groups(engine, &[4])), (vec![3, 1], vec![vec![]]));
    assert_eq!(engine.numbered(Seq(0)..Seq(99)).unwrap().len(), 2);
    assert_census(engine, 2, 10);
    assert_eq!(engine.check().unwrap().tombstones, 3);
    // No document, no time and no prune makes it forgotten.
    let mut listing = commit("bao", 30, &[]);
    listing.changes.listed = Some(vec![]);
    engine.apply(&listing).unwrap();
    engine.forget(&[Seq(2), Seq(4), Seq(5)]).unwrap();
    engine.bury(&[Seq(2)]).unwrap();
    assert_eq!((presence(engine, "bao", 1), engine.left_before(at(999), 9).unwrap()), (DOWN, vec![]));
    // It is neither updated nor new.
    let mut again = update("bao", 40, Seq(2), "Lại đây");
    again.changes.inserted = commit("bao", 40, &[1]).changes.inserted;
    let committed = engine.apply(&again).unwrap();
    assert_eq!((committed.inserted, committed.updated), (vec![], vec![]));
    assert_census(engine, 2, 10);
}

pub(super) fn its_link_is_barred_in_every_source<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1])).unwrap();
    // It has moved to another link, which leads to it too, and which is another source's already.
    engine.apply(&commit("dai", 15, &[5])).unwrap();
    let mut moved = update("bao", 20, Seq(1), "Sửa");
    moved.changes.updated[0].entry.canonical_link = entry(6).canonical_link;
    moved.changes.aliases = vec![(link_key(5), Seq(1))];
    engine.apply(&moved).unwrap();
    assert_eq!(engine.take_down(&[Seq(1)]).unwrap().taken_down, [Seq(1), Seq(2)]);
    let mut records = all(engine);
    let copy = B::new();
    // Also of a store that was put back, however much at once.
    let rest = records.split_off(3);
    copy.engine().restore(&records).unwrap();
    copy.engine().restore(&rest).unwrap();
    for bench in [bench, copy] {
        let bench = bench.reopen();
        let engine = bench.engine();
        let other = |number: u32, link: u32| {
            let mut commit = commit("so", 30 + number, &[number]);
            commit.changes.inserted[0].keys = vec![key(number)];
            commit.changes.inserted[0].entry.canonical_link = Some(format!("https://bao.vn/{link}"));
            commit
        };
        for (number, link) in [(101, 1), (105, 5), (106, 6)] {
            let committed = engine.apply(&other(number, link)).unwrap();
            assert_eq!(
                (committed.inserted, committed.taken_down.len(), committed.touched),
                (vec![], 1, vec![]),
                "{link}"
            );
            assert_eq!(presence(engine, "so", number), DOWN, "{link}");
        }
        // Another link is free, and the guid of another source's entry bars nothing.
        assert_eq!(engine.apply(&other(107, 7)).unwrap().inserted, [Seq(6)]);
        let mut guid = commit("tin", 60, &[1]);
        guid.changes.inserted[0].keys = vec![key(1)];
        guid.changes.inserted[0].entry.canonical_link = None;
        assert_eq!(engine.apply(&guid).unwrap().inserted, [Seq(7)]);
        assert_census(engine, 2, 11);
        assert_eq!(one(engine, Seq(7)).lead, None);
    }
}

pub(super) fn nothing_moves_to_a_barred_link<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    engine.apply(&commit("dai", 15, &[1])).unwrap();
    engine.take_down(&[Seq(2)]).unwrap();
    let numbered = |seq: u64, link: u32| {
        let mut moved = update("bao", 20, Seq(seq), "Sửa");
        moved.changes.updated[0].entry.canonical_link = entry(link).canonical_link;
        moved
    };
    // It has numbers 3 to 1 from the document's end: the first entry has number 3, and another source has it too.
    let mut moved = numbered(3, 2);
    moved.changes.updated.extend(numbered(1, 7).changes.updated);
    moved.changes.aliases = vec![(key(77), Seq(3))];
    let committed = engine.apply(&moved).unwrap();
    assert_eq!((committed.updated, committed.taken_down), (vec![Seq(1)], vec![]));
    assert_eq!(committed.touched, [source("dai")]);
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(presence(engine, "bao", 1), Some(Presence::Listed));
    assert_eq!(numbers(engine, &Scope::All), [4, 1]);
    assert_census(engine, 2, 9);
    // Neither the same document nor one that moves it on brings it back; its former link is free.
    for link in [2, 1, 9] {
        assert_eq!(engine.apply(&numbered(3, link)).unwrap().updated, []);
    }
    let mut elsewhere = commit("so", 40, &[201]);
    elsewhere.changes.inserted[0].entry.canonical_link = entry(1).canonical_link;
    assert_eq!(engine.apply(&elsewhere).unwrap().inserted, [Seq(5)]);
    // Nobody moves another source's entry.
    let mut foreign = numbered(1, 2);
    foreign.source = source("so");
    engine.apply(&foreign).unwrap();
    assert_eq!(numbers(engine, &Scope::All), [5, 4, 1]);
}

pub(super) fn what_people_have_of_an_entry_finds_it<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    engine.apply(&commit("dai", 20, &[1])).unwrap();
    let mut aliased = commit("dai", 30, &[]);
    aliased.changes.aliases = vec![(key(80), Seq(3))];
    engine.apply(&aliased).unwrap();
    let mut keyless = commit("so", 40, &[4]);
    keyless.changes.inserted[0].keys = vec![key(4)];
    keyless.changes.inserted[0].dropped = Some("x".to_owned());
    engine.apply(&keyless).unwrap();
    let linked = |mut commit: Commit| {
        commit.changes.inserted[0].keys = vec![key(5)];
        commit
    };
    engine.apply(&linked(commit("tin", 50, &[1]))).unwrap();
    engine.bury(&[Seq(2)]).unwrap();
    let expected = [
        (key(1), vec![2, 3]),
        (link_key(1), vec![2, 3, 5]),
        (key(80), vec![3]),
        (key(4), vec![4]),
        (key(99), vec![]),
    ];
    for (key, seqs) in expected {
        assert_eq!(found(engine, key), seqs, "{key:?}");
    }
    // Source and key together, which is what a public guid is made of; and no more than was asked for.
    let wanted = |id: &SourceId, of: EntryKey| id.as_str() == "dai" && of == key(1);
    let told = engine.find(&wanted, 9).unwrap();
    assert_eq!((told.len(), told[0].stored.clone()), (1, Some(one(engine, Seq(3)))));
    assert_eq!(engine.find(&|_, key| key == link_key(1), 1).unwrap().len(), 1);
    assert_eq!(engine.find(&|_, key| key == link_key(1), 0).unwrap(), []);
}
