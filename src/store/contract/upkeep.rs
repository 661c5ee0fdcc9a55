//! The contract of pruning, and of carrying a store elsewhere.

use std::collections::HashMap;

use super::{Bench, assert_census, numbers, one, states::channel_state};
use crate::{
    model::{ChannelId, Commit, Presence, Record, Seq},
    store::{Engine, Scope, StoreError, samples::*},
};

fn presence(engine: &impl Engine, number: u32) -> Option<Presence> {
    engine.known(&source("bao"), &[key(number)]).unwrap().get(&key(number)).map(|known| known.presence)
}

fn listing(second: u32, listed: &[(u64, Presence)]) -> Commit {
    let mut commit = commit("bao", second, &[]);
    commit.changes.listed = Some(listed.iter().map(|(seq, presence)| (Seq(*seq), *presence)).collect());
    commit
}

pub(super) fn what_is_buried_is_shown_no_more_and_stays_known<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    // One of them twice, one that never was.
    bench.engine().bury(&[Seq(2), Seq(3), Seq(3), Seq(77)]).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(
        (numbers(engine, &Scope::All), numbers(engine, &Scope::Source(source("bao")))),
        (vec![1], vec![1])
    );
    assert_eq!(engine.entries(&[Seq(1), Seq(2), Seq(3)]).unwrap().len(), 1);
    assert_eq!((presence(engine, 1), presence(engine, 3)), (Some(Presence::Listed), Some(Presence::Kept)));
    // Neither its guid nor its link is new, its title is its own, an update finds nothing, and an alias finds it.
    let mut again = commit("bao", 20, &[1, 2, 4]);
    again.changes.inserted[1].keys[0] = key(90);
    again.changes.updated = update("bao", 20, Seq(3), "x").changes.updated;
    again.changes.aliases = vec![(key(91), Seq(3))];
    let committed = engine.apply(&again).unwrap();
    assert_eq!((committed.inserted, committed.updated), (vec![Seq(4)], vec![]));
    let title = likeness(1).title;
    assert_eq!(engine.alike(&source("bao"), &[title]).unwrap()[&title][0].seq, Seq(3));
    let known = engine.known(&source("bao"), &[key(91)]).unwrap()[&key(91)];
    assert_eq!((known.seq, known.aliases, known.presence), (Seq(3), 1, Presence::Listed));
    assert_census(engine, 2, 9);
    assert_eq!(engine.check().unwrap().tombstones, 2);
}

pub(super) fn a_document_says_which_tombstones_it_lists<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    engine.apply(&commit("dai", 10, &[1])).unwrap();
    engine.bury(&[Seq(1), Seq(2), Seq(3)]).unwrap();
    // A poll that read no document says nothing.
    engine.apply(&commit("bao", 20, &[])).unwrap();
    assert_eq!((presence(engine, 1), presence(engine, 2)), (Some(Presence::Listed), Some(Presence::Listed)));
    engine.apply(&listing(30, &[(2, Presence::Listed)])).unwrap();
    let left = Presence::Left(at(30));
    assert_eq!((presence(engine, 1), presence(engine, 2)), (Some(Presence::Listed), Some(left)));
    // When it left stays as it was.
    engine.apply(&listing(40, &[(2, Presence::Listed)])).unwrap();
    assert_eq!(presence(engine, 2), Some(left));
    assert_eq!(engine.left_before(at(30), 9).unwrap(), []);
    assert_eq!(engine.left_before(at(31), 9).unwrap(), [Seq(1)]);
    // It is put back, and the other is taken out; an alias in the same commit harms neither.
    let mut back = listing(50, &[(1, left)]);
    back.changes.aliases = vec![(key(80), Seq(1)), (key(81), Seq(2))];
    engine.apply(&back).unwrap();
    let known = engine.known(&source("bao"), &[key(80), key(81)]).unwrap();
    assert_eq!((known[&key(80)].presence, known[&key(80)].aliases), (Presence::Listed, 1));
    assert_eq!((known[&key(81)].presence, known[&key(81)].aliases), (Presence::Left(at(50)), 1));
    assert_eq!(engine.left_before(at(99), 9).unwrap(), [Seq(2)]);
    // Another source's document changes nothing of ours.
    let foreign = Commit { source: source("dai"), ..listing(60, &[(2, left)]) };
    engine.apply(&foreign).unwrap();
    assert_eq!(presence(engine, 1), Some(Presence::Left(at(50))));
    assert_eq!(engine.left_before(at(99), 9).unwrap(), [Seq(2), Seq(3)]);
    assert_census(engine, 0, 8);
}

pub(super) fn a_tombstone_is_forgotten_wholly<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    bench.engine().bury(&[Seq(1), Seq(2)]).unwrap();
    bench.engine().apply(&listing(20, &[(2, Presence::Listed)])).unwrap();
    // Listed or not, as it is asked; but never an entry.
    bench.engine().forget(&[Seq(1), Seq(2), Seq(3), Seq(77)]).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(
        (presence(engine, 1), presence(engine, 2), presence(engine, 3)),
        (Some(Presence::Kept), None, None)
    );
    assert_eq!(engine.left_before(at(99), 9).unwrap(), []);
    assert_census(engine, 1, 2);
    // It may come back, under another number.
    assert_eq!(engine.apply(&commit("bao", 30, &[3])).unwrap().inserted, [Seq(4)]);
    // The last number is not given again, though nothing is left of it.
    engine.bury(&[Seq(4)]).unwrap();
    engine.forget(&[Seq(4)]).unwrap();
    let bench = bench.reopen();
    assert_eq!(bench.engine().next().unwrap(), Seq(5));
    assert_census(bench.engine(), 1, 2);
}

pub(super) fn what_is_old_is_found_from_its_beginning<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    assert_eq!(engine.next().unwrap(), Seq(1));
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    engine.apply(&commit("dai", 20, &[3, 4, 5])).unwrap();
    engine.bury(&[Seq(1), Seq(4)]).unwrap();
    let oldest = |after, most| -> Vec<u64> {
        engine.oldest(Seq(after), most).unwrap().iter().map(|stored| stored.seq.0).collect()
    };
    assert_eq!(
        (oldest(0, 9), oldest(0, 2), oldest(2, 9), oldest(5, 9)),
        (vec![2, 3, 5], vec![2, 3], vec![3, 5], vec![])
    );
    let all = engine.remembered(Seq(0), 9).unwrap();
    let seqs: Vec<u64> = all.iter().map(|it| it.known.seq.0).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    assert_eq!(all[1].stored, Some(one(engine, Seq(2))));
    assert_eq!((all[0].stored.as_ref(), all[0].known.presence), (None, Presence::Listed));
    assert_eq!((&all[0].source, &all[0].keys), (&source("bao"), &vec![key(2), link_key(2)]));
    assert_eq!(engine.remembered(Seq(1), 2).unwrap(), all[1..3]);
}

/// Everything that the engine holds.
pub(super) fn all(engine: &impl Engine) -> Vec<Record> {
    let mut records = vec![Record::Next(engine.next().unwrap())];
    let mut states: Vec<_> = engine.source_states().unwrap().into_iter().collect();
    states.sort_by(|one, other| one.0.cmp(&other.0));
    records.extend(states.into_iter().map(|(id, state)| Record::Source(id, Box::new(state))));
    let mut channels: Vec<_> = engine.channel_states().unwrap().into_iter().collect();
    channels.sort_by(|one, other| one.0.cmp(&other.0));
    records.extend(channels.into_iter().map(|(id, state)| Record::Channel(id, Box::new(state))));
    let entries = engine.remembered(Seq(0), usize::MAX).unwrap();
    records.extend(entries.into_iter().map(|entry| Record::Entry(Box::new(entry))));
    records
}

pub(super) fn a_store_that_is_put_back_is_equal<B: Bench>() {
    let old = B::new();
    old.engine().apply(&commit("bao", 10, &[1, 2, 3, 4])).unwrap();
    old.engine().apply(&commit("dai", 20, &[1])).unwrap();
    let mut more = update("bao", 30, Seq(4), "Sửa");
    more.changes.aliases = vec![(key(80), Seq(4)), (key(81), Seq(2))];
    old.engine().apply(&more).unwrap();
    old.engine().bury(&[Seq(1), Seq(2)]).unwrap();
    old.engine().apply(&listing(40, &[(2, Presence::Listed)])).unwrap();
    old.engine().keep_channel(&ChannelId::All, &channel_state(40_000)).unwrap();
    old.engine().keep_channel(&ChannelId::Source(source("dai")), &channel_state(2)).unwrap();
    old.engine().bury(&[Seq(5)]).unwrap();
    old.engine().forget(&[Seq(5)]).unwrap();
    let records = all(old.engine());
    assert_eq!(records.len(), 1 + 2 + 2 + 4);
    let new = B::new();
    for some in records.chunks(3) {
        new.engine().restore(some).unwrap();
    }
    let new = new.reopen();
    assert_eq!(all(new.engine()), records);
    assert_eq!(new.engine().check().unwrap(), old.engine().check().unwrap());
    assert_eq!(numbers(new.engine(), &Scope::All), numbers(old.engine(), &Scope::All));
    let keys = [key(1), key(3), key(80), key(81), link_key(4)];
    let known = |engine: &B::Kind| -> HashMap<_, _> { engine.known(&source("bao"), &keys).unwrap() };
    assert_eq!(known(new.engine()), known(old.engine()));
    assert_eq!(known(new.engine()).len(), 5);
    // And goes on as the old one would.
    assert_eq!(new.engine().apply(&commit("bao", 50, &[1, 9])).unwrap().inserted, [Seq(6)]);
    assert_census(new.engine(), 3, 12);
    // What contradicts itself is refused, with all that came with it.
    let Some(Record::Entry(mut odd)) = records.last().cloned() else { panic!("no entry") };
    odd.keys.clear();
    let refused = new.engine().restore(&[Record::Next(Seq(99)), Record::Entry(odd)]).unwrap_err();
    assert!(matches!(refused, StoreError::Contradiction { .. }) && refused.is_refusal(), "{refused}");
    assert_eq!(new.engine().next().unwrap(), Seq(7));
}
