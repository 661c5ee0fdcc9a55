//! The contract of groups: entries of several sources with one link are one story.

use super::{Bench, assert_census, one, rows};
use crate::{
    model::{Commit, Lead, Presence, Row, Seq},
    store::{Engine, Scope, samples::*},
};

/// The numbers of each one's group.
pub(super) fn groups(engine: &impl Engine, seqs: &[u64]) -> Vec<Vec<u64>> {
    let seqs: Vec<Seq> = seqs.iter().copied().map(Seq).collect();
    let groups = engine.groups(&seqs).unwrap().into_iter();
    groups.map(|group| group.iter().map(|row| row.seq.0).collect()).collect()
}

fn names(sources: &[crate::model::SourceId]) -> Vec<&str> {
    sources.iter().map(crate::model::SourceId::as_str).collect()
}

pub(super) fn the_first_of_several_sources_leads_its_group<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    assert_eq!(engine.apply(&commit("bao", 10, &[1, 2])).unwrap().touched, []);
    let joined = engine.apply(&commit("dai", 20, &[9, 1])).unwrap();
    assert_eq!((joined.inserted, names(&joined.touched)), (vec![Seq(4), Seq(3)], vec!["bao"]));
    assert_eq!(names(&engine.apply(&commit("so", 30, &[1])).unwrap().touched), ["bao", "dai"]);
    let lead = Lead { seq: Seq(2), source: source("bao"), key: key(1), date: at(1), place: at(10) };
    for seq in [3, 5] {
        assert_eq!(one(engine, Seq(seq)).lead, Some(lead.clone()));
    }
    for seq in [1, 2, 4] {
        assert_eq!(one(engine, Seq(seq)).lead, None);
    }
    let row = Row::of(&one(engine, Seq(3)));
    assert_eq!(row.lead.as_deref(), Some(&lead));
    assert_eq!(
        (&rows(engine, &Scope::All)[2], &rows(engine, &Scope::Source(source("dai")))[1]),
        (&row, &row)
    );
    let bench = bench.reopen();
    let engine = bench.engine();
    assert_eq!(groups(engine, &[3, 2, 4, 77]), [vec![2, 3, 5], vec![2, 3, 5], vec![4], vec![]]);
    assert_eq!(engine.groups(&[Seq(5)]).unwrap()[0][1], row);
    // Known by its key, it is no new entry; another source's later one joins all the same.
    assert_eq!(engine.apply(&commit("dai", 40, &[1])).unwrap().touched, []);
    assert_census(engine, 5, 10);
}

pub(super) fn entries_of_one_source_make_no_group<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    // Two of one document under one link, which is the key of neither.
    let same = |mut commit: Commit| {
        for (new, number) in commit.changes.inserted.iter_mut().zip(50..) {
            new.keys = vec![key(number)];
            new.entry.canonical_link = Some("//bao.vn/chung".to_owned());
        }
        commit
    };
    engine.apply(&same(commit("bao", 10, &[1, 2]))).unwrap();
    assert_eq!(groups(engine, &[1, 2]), [[1], [2]]);
    // The lower number, which is the lower in the document, came first.
    engine.apply(&same(commit("dai", 20, &[3]))).unwrap();
    assert_eq!(one(engine, Seq(3)).lead.unwrap().seq, Seq(1));
    assert_eq!(groups(engine, &[1, 2, 3]), [vec![1, 3], vec![2], vec![1, 3]]);
    // Without a link there is none.
    let mut bare = commit("dai", 30, &[4]);
    bare.changes.inserted[0].entry.canonical_link = None;
    engine.apply(&bare).unwrap();
    bare.source = source("so");
    engine.apply(&bare).unwrap();
    assert_eq!(groups(engine, &[4, 5]), [[4], [5]]);
    assert_census(engine, 5, 7);
}

pub(super) fn an_update_changes_no_group<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1, 2])).unwrap();
    engine.apply(&commit("dai", 20, &[1])).unwrap();
    // Of the lead, of a member, and of one in no group that comes to their link.
    let mut changes =
        [update("bao", 30, Seq(2), "x"), update("dai", 31, Seq(3), "y"), update("bao", 32, Seq(1), "z")];
    for (change, link) in changes.iter_mut().zip([7, 8, 1]) {
        change.changes.updated[0].entry.canonical_link = entry(link).canonical_link;
    }
    let touched = changes.map(|change| engine.apply(&change).unwrap().touched);
    assert_eq!(touched.map(|touched| names(&touched).join(" ")), ["dai", "bao", ""]);
    assert_eq!(groups(engine, &[1, 2, 3]), [vec![1], vec![2, 3], vec![2, 3]]);
    assert_eq!(one(engine, Seq(3)).lead.unwrap().seq, Seq(2));
    // Who comes with the first link joins, and who comes with the later one does not.
    engine.apply(&commit("so", 40, &[1, 7])).unwrap();
    assert_eq!(groups(engine, &[4, 5]), [vec![4], vec![2, 3, 5]]);
    assert_census(engine, 5, 10);
}

pub(super) fn a_group_keeps_its_lead_when_that_is_gone<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    engine.apply(&commit("bao", 10, &[1])).unwrap();
    engine.apply(&commit("dai", 20, &[1])).unwrap();
    let lead = one(engine, Seq(2)).lead;
    engine.bury(&[Seq(1)]).unwrap();
    assert_eq!((one(engine, Seq(2)).lead, groups(engine, &[1, 2])), (lead.clone(), vec![vec![2], vec![2]]));
    engine.forget(&[Seq(1)]).unwrap();
    assert_census(engine, 1, 2);
    let bench = bench.reopen();
    let engine = bench.engine();
    // Another source's, and one of the lead's own source, which has forgotten it: both join.
    engine.apply(&commit("so", 30, &[1])).unwrap();
    engine.apply(&commit("bao", 40, &[1])).unwrap();
    assert_eq!((one(engine, Seq(3)).lead, one(engine, Seq(4)).lead), (lead.clone(), lead.clone()));
    assert_eq!(groups(engine, &[1, 4]), [[2, 3, 4], [2, 3, 4]]);
    assert_census(engine, 3, 6);
    // Tombstones hold it too.
    engine.bury(&[Seq(2), Seq(3), Seq(4)]).unwrap();
    engine.forget(&[Seq(2), Seq(4)]).unwrap();
    engine.apply(&commit("tin", 50, &[1])).unwrap();
    assert_eq!(one(engine, Seq(5)).lead, lead);
    // When nothing is known of it any more, who comes next leads.
    engine.bury(&[Seq(5)]).unwrap();
    engine.forget(&[Seq(5), Seq(3), Seq(3)]).unwrap();
    assert_census(engine, 0, 0);
    engine.apply(&commit("dai", 60, &[1])).unwrap();
    engine.apply(&commit("bao", 70, &[1])).unwrap();
    assert_eq!(one(engine, Seq(6)).lead, None);
    assert_eq!(one(engine, Seq(7)).lead.unwrap().seq, Seq(6));
    assert_census(engine, 2, 4);
}

pub(super) fn what_was_dropped_is_in_no_channel_and_no_group<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    let dropped = |mut commit: Commit| {
        commit.changes.inserted[0].dropped = Some("từ khóa «quảng cáo»".to_owned());
        commit
    };
    engine.apply(&dropped(commit("bao", 10, &[1]))).unwrap();
    engine.apply(&commit("dai", 20, &[1])).unwrap();
    engine.apply(&dropped(commit("so", 30, &[1, 2]))).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    let kept = one(engine, Seq(4));
    assert_eq!((kept.dropped.as_deref(), kept.lead), (Some("từ khóa «quảng cáo»"), None));
    assert_eq!(one(engine, Seq(2)).lead, None);
    let all: Vec<u64> = rows(engine, &Scope::All).iter().map(|row| row.seq.0).collect();
    assert_eq!((all, rows(engine, &Scope::Source(source("bao"))).len()), (vec![3, 2], 0));
    assert_eq!(groups(engine, &[1, 2, 4]), [vec![], vec![2], vec![]]);
    // It is known, found among the oldest, keeps being dropped when it changes, and is pruned like all others.
    assert_eq!(engine.known(&source("bao"), &[key(1)]).unwrap()[&key(1)].presence, Presence::Kept);
    engine.apply(&update("bao", 40, Seq(1), "Sửa")).unwrap();
    assert_eq!(one(engine, Seq(1)).dropped, kept.dropped);
    assert_eq!(engine.oldest(Seq(0), 9).unwrap().len(), 4);
    assert_census(engine, 4, 8);
    engine.bury(&[Seq(1)]).unwrap();
    assert_census(engine, 3, 8);
}

pub(super) fn numbers_are_found_from_either_side<B: Bench>() {
    let bench = B::new();
    let engine = bench.engine();
    let all = Scope::All;
    assert_eq!(engine.last_below(&all, Seq(u64::MAX)).unwrap(), None);
    engine.apply(&commit("bao", 10, &[1, 2, 3])).unwrap();
    engine.apply(&commit("bao-moi", 20, &[4])).unwrap();
    let mut more = commit("bao", 30, &[5, 6, 7]);
    more.changes.inserted[1].dropped = Some("x".to_owned());
    engine.apply(&more).unwrap();
    engine.bury(&[Seq(2)]).unwrap();
    let bench = bench.reopen();
    let engine = bench.engine();
    // Of `bao` are 1 3 5 7 left, of `bao-moi` 4.
    let (bao, moi, none) =
        (Scope::Source(source("bao")), Scope::Source(source("bao-moi")), Scope::Source(source("ba")));
    #[rustfmt::skip]
    let table = [
        (&all, 0, None, Some(1)), (&all, 1, None, Some(1)), (&all, 2, Some(1), Some(3)), (&all, 6, Some(5), Some(7)),
        (&all, 7, Some(5), Some(7)), (&all, 8, Some(7), None), (&all, u64::MAX, Some(7), None),
        (&bao, 4, Some(3), Some(5)), (&bao, 7, Some(5), Some(7)), (&bao, u64::MAX, Some(7), None), (&bao, 0, None, Some(1)),
        (&moi, 4, None, Some(4)), (&moi, 5, Some(4), None), (&none, 4, None, None),
    ];
    for (scope, seq, below, from) in table {
        let found =
            (engine.last_below(scope, Seq(seq)).unwrap(), engine.first_from(scope, Seq(seq)).unwrap());
        assert_eq!(found, (below.map(Seq), from.map(Seq)), "{scope:?} {seq}");
    }
    let between = |from, to| -> Vec<u64> {
        engine.numbered(Seq(from)..Seq(to)).unwrap().iter().map(|row| row.seq.0).collect()
    };
    assert_eq!(
        (between(0, 99), between(3, 7), between(2, 3), between(7, 3)),
        (vec![1, 3, 4, 5, 7], vec![3, 4, 5], vec![], vec![])
    );
    assert_eq!(engine.numbered(Seq(4)..Seq(5)).unwrap(), [Row::of(&one(engine, Seq(4)))]);
}
