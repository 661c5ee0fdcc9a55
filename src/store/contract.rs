//! The contract of [`Engine`], run over every engine. A bench lends the engine and opens it anew.

mod articles;
mod groups;
mod large;
mod states;
mod takedown;
mod titles;
mod upkeep;

use std::ops::ControlFlow;

use tempfile::TempDir;

use super::{Census, Engine, MemoryEngine, Scope, SledEngine, samples::*};
use crate::model::{ChannelId, EntryKey, KnownEntry, Row, Seq, StoredEntry};

use articles::{
    an_article_completes_its_entry_and_an_update_leaves_it_there,
    an_article_of_an_entry_that_is_gone_or_anothers_is_ignored,
};

use large::{
    a_huge_entry_is_kept_and_harms_no_other, a_large_commit_is_whole_and_in_order,
    a_scan_sees_no_half_of_a_commit, everything_is_there_after_reopening,
};

use groups::{
    a_group_keeps_its_lead_when_that_is_gone, an_update_changes_no_group,
    entries_of_one_source_make_no_group, numbers_are_found_from_either_side,
    the_first_of_several_sources_leads_its_group, what_was_dropped_is_in_no_channel_and_no_group,
};

use states::{states_and_channels_come_back_as_they_were, states_that_are_kept_together_are_all_there};
use takedown::{
    its_link_is_barred_in_every_source, nothing_moves_to_a_barred_link,
    what_is_taken_down_is_gone_with_its_group_and_stays_so, what_people_have_of_an_entry_finds_it,
};

use titles::{
    a_title_is_that_of_several_entries_and_keeps_none_out, aliases_are_counted_with_their_entry,
    an_updates_title_takes_the_place_of_the_former,
};

use upkeep::{
    a_document_says_which_tombstones_it_lists, a_store_that_is_put_back_is_equal,
    a_tombstone_is_forgotten_wholly, what_is_buried_is_shown_no_more_and_stays_known,
    what_is_old_is_found_from_its_beginning,
};

/// What lends an engine to a test.
trait Bench {
    type Kind: Engine;
    fn new() -> Self;
    fn engine(&self) -> &Self::Kind;
    /// Closes and opens it, where the engine outlives its process.
    fn reopen(self) -> Self;
}

struct InMemory(MemoryEngine);

impl Bench for InMemory {
    type Kind = MemoryEngine;
    fn new() -> Self {
        Self(MemoryEngine::new())
    }
    fn engine(&self) -> &MemoryEngine {
        &self.0
    }
    fn reopen(self) -> Self {
        self
    }
}

struct OnDisk(SledEngine, TempDir);

impl Bench for OnDisk {
    type Kind = SledEngine;
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self(SledEngine::open(&folder.path().join("store")).unwrap(), folder)
    }
    fn engine(&self) -> &SledEngine {
        &self.0
    }
    fn reopen(self) -> Self {
        let Self(engine, folder) = self;
        engine.sync().unwrap();
        drop(engine);
        Self(SledEngine::open(&folder.path().join("store")).unwrap(), folder)
    }
}

macro_rules! contract {
    ($($promise:ident)*) => {
        mod memory {
            $(#[test] fn $promise() { super::$promise::<super::InMemory>(); })*
        }
        mod sled {
            $(#[test] fn $promise() { super::$promise::<super::OnDisk>(); })*
        }
    };
}

contract! {
    a_commit_is_there_wholly
    a_key_never_leads_to_two_entries
    rows_come_newest_place_first_and_in_document_order
    an_update_keeps_what_is_fixed
    an_article_completes_its_entry_and_an_update_leaves_it_there
    an_article_of_an_entry_that_is_gone_or_anothers_is_ignored
    an_alias_finds_its_entry_and_moves_no_key
    aliases_are_counted_with_their_entry
    a_title_is_that_of_several_entries_and_keeps_none_out
    an_updates_title_takes_the_place_of_the_former
    what_is_unknown_is_absent
    states_and_channels_come_back_as_they_were
    states_that_are_kept_together_are_all_there
    what_is_buried_is_shown_no_more_and_stays_known
    a_document_says_which_tombstones_it_lists
    a_tombstone_is_forgotten_wholly
    what_is_old_is_found_from_its_beginning
    a_store_that_is_put_back_is_equal
    the_first_of_several_sources_leads_its_group
    entries_of_one_source_make_no_group
    an_update_changes_no_group
    a_group_keeps_its_lead_when_that_is_gone
    what_was_dropped_is_in_no_channel_and_no_group
    numbers_are_found_from_either_side
    what_is_taken_down_is_gone_with_its_group_and_stays_so
    its_link_is_barred_in_every_source
    nothing_moves_to_a_barred_link
    what_people_have_of_an_entry_finds_it
    a_huge_entry_is_kept_and_harms_no_other
    a_large_commit_is_whole_and_in_order
    everything_is_there_after_reopening
    a_scan_sees_no_half_of_a_commit
}

fn rows(engine: &impl Engine, scope: &Scope) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut visit = |row| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    engine.scan(scope, &mut visit).unwrap();
    rows
}

fn numbers(engine: &impl Engine, scope: &Scope) -> Vec<u64> {
    rows(engine, scope).iter().map(|row| row.seq.0).collect()
}

fn one(engine: &impl Engine, seq: Seq) -> StoredEntry {
    engine.entries(&[seq]).unwrap().pop().unwrap()
}

#[track_caller]
fn assert_census(engine: &impl Engine, entries: u64, keys: u64) {
    let census = engine.check().unwrap();
    assert_eq!(census.told, Vec::<String>::new());
    assert_eq!(
        census,
        Census {
            entries,
            keys,
            sources: census.sources,
            tombstones: census.tombstones,
            channels: census.channels,
            ..Census::default()
        }
    );
}

fn a_commit_is_there_wholly<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    let committed = engine.apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    assert_eq!((committed.inserted, committed.updated), (vec![Seq(3), Seq(2), Seq(1)], vec![]));
    let known = engine.known(&source("bao"), &[key(1), link_key(2), key(9)]).unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!((known[&key(1)].seq, known[&link_key(2)].seq), (Seq(3), Seq(2)));
    let (digest, head) = (new(1, at(10)).digest, new(1, at(10)).head);
    assert_eq!((known[&key(1)].digest, known[&key(1)].head, known[&key(1)].body_updates), (digest, head, 0));
    let of_one = known[&key(1)];
    assert_eq!((of_one.likeness, of_one.date, of_one.aliases), (likeness(1), at(1), 0));
    assert_eq!(
        one(engine, Seq(3)),
        StoredEntry {
            seq: Seq(3),
            source: source("bao"),
            key: key(1),
            first_seen: at(10),
            date: at(1),
            place: at(10),
            changed: at(10),
            lead: None,
            dropped: None,
            article: None,
            entry: entry(1),
        }
    );
    assert_eq!(engine.source_states().unwrap()[&source("bao")], state("\"bao-10\""));
    assert_census(engine, 3, 6);
}

fn a_key_never_leads_to_two_entries<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    assert_eq!(engine.apply(&commit("bao", 20, &[1, 3, 3])).unwrap().inserted, [Seq(3)]);
    // Known by its link alone; and twice in one commit by the link alone.
    let mut rekeyed = commit("bao", 30, &[2, 4, 5]);
    rekeyed.changes.inserted[0].keys[0] = key(90);
    rekeyed.changes.inserted[2].keys[1] = link_key(4);
    assert_eq!(engine.apply(&rekeyed).unwrap().inserted, [Seq(4)]);
    // What the same commit makes an alias of an old entry is not new.
    let mut aliased = commit("bao", 40, &[6]);
    aliased.changes.aliases = vec![(key(6), Seq(1))];
    assert_eq!(engine.apply(&aliased).unwrap().inserted, []);
    // Another source's entry of the same guid is another entry.
    assert_eq!(engine.apply(&commit("dai", 50, &[1])).unwrap().inserted, [Seq(5)]);
    assert_census(engine, 5, 11);
}

fn rows_come_newest_place_first_and_in_document_order<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 20, &[1, 2, 3])).unwrap();
    engine.apply(&commit("bao-moi", 20, &[4])).unwrap();
    engine.apply(&commit("bao", 10, &[5])).unwrap();
    let mut ancient = commit("bao", 30, &[6, 7]);
    ancient.changes.inserted[0].place = "1969-07-20T20:17:40Z".parse().unwrap();
    engine.apply(&ancient).unwrap();
    // Numbers 3 2 1 are the first document from its top; 6 is 7's better, but placed in 1969.
    assert_eq!(numbers(engine, &Scope::All), [6, 4, 3, 2, 1, 5, 7]);
    assert_eq!(numbers(engine, &Scope::Source(source("bao"))), [6, 3, 2, 1, 5, 7]);
    assert_eq!(numbers(engine, &Scope::Source(source("ba"))), [0; 0]);
    let row = Row { seq: Seq(4), source: source("bao-moi"), place: at(20), date: at(4), lead: None };
    assert_eq!(rows(engine, &Scope::Source(source("bao-moi"))), std::slice::from_ref(&row));
    assert_eq!(rows(engine, &Scope::All)[1], row);
    let mut seen = 0;
    let mut visit = |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    engine.scan(&Scope::All, &mut visit).unwrap();
    assert_eq!(seen, 2);
}

fn an_update_keeps_what_is_fixed<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    let before = one(engine, Seq(2));
    let change = update("bao", 50, Seq(2), "Tin đã sửa");
    assert_eq!(engine.apply(&change).unwrap().updated, [Seq(2)]);
    let after = one(engine, Seq(2));
    assert_eq!((after.entry.title.as_str(), after.changed), ("Tin đã sửa", at(50)));
    let mut expected = StoredEntry { changed: at(50), ..before.clone() };
    expected.entry = change.changes.updated[0].entry.clone();
    expected.entry.identity = before.entry.identity;
    assert_eq!(after, expected);
    let known = engine.known(&source("bao"), &[key(1)]).unwrap();
    assert_eq!(known[&key(1)], KnownEntry { date: at(1), ..change.changes.updated[0].known });
    // Neither a missing entry nor another source's is changed.
    assert_eq!(engine.apply(&update("bao", 60, Seq(77), "x")).unwrap().updated, []);
    assert_eq!(engine.apply(&update("dai", 60, Seq(2), "x")).unwrap().updated, []);
    assert_eq!(one(engine, Seq(2)), after);
    assert_census(engine, 2, 4);
}

fn an_alias_finds_its_entry_and_moves_no_key<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    let mut aliases = commit("bao", 20, &[]);
    aliases.changes.aliases =
        vec![(key(80), Seq(1)), (key(80), Seq(2)), (key(1), Seq(1)), (key(81), Seq(77))];
    engine.apply(&aliases).unwrap();
    let mut foreign = commit("dai", 30, &[]);
    foreign.changes.aliases = vec![(key(82), Seq(1))];
    engine.apply(&foreign).unwrap();
    let known = engine.known(&source("bao"), &[key(80), key(1), key(81), key(82)]).unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!((known[&key(80)].seq, known[&key(1)].seq), (Seq(1), Seq(2)));
    assert_eq!(engine.known(&source("dai"), &[key(82)]).unwrap().len(), 0);
    assert_census(engine, 2, 5);
}

fn what_is_unknown_is_absent<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    assert!(engine.known(&source("bao"), &[key(1), EntryKey([0; 16])]).unwrap().is_empty());
    assert!(engine.source_states().unwrap().is_empty());
    assert_eq!(engine.channel_state(&ChannelId::All).unwrap(), None);
    assert_eq!(rows(engine, &Scope::All), []);
    engine.apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    assert!(engine.known(&source("ba"), &[key(1)]).unwrap().is_empty());
    assert!(engine.known(&source("bao-moi"), &[key(1)]).unwrap().is_empty());
    let found = engine.entries(&[Seq(3), Seq(9), Seq(0), Seq(1), Seq(3)]).unwrap();
    assert_eq!(found.iter().map(|stored| stored.seq.0).collect::<Vec<_>>(), [3, 1, 3]);
}
