//! The contract of articles that come for kept entries.

use super::{Bench, assert_census};
use crate::{
    model::{Article, Changes, Commit, Completion, Seq},
    store::{Engine, samples::*},
};

fn completion(id: &str, second: u32, seq: Seq) -> Commit {
    let article = Article {
        summary: Some("<p>Dẫn của bài</p>".to_owned()),
        content: Some("<p>Cả bài</p>".to_owned()),
        ..Article::default()
    };
    let completed = vec![Completion { seq, article }];
    Commit { changes: Changes { completed, ..Changes::default() }, ..commit(id, second, &[]) }
}

pub(super) fn an_article_completes_its_entry_and_an_update_leaves_it_there<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 10, &[1, 2])).unwrap();
    let before = bench.engine().entries(&[Seq(2)]).unwrap().remove(0);
    let known = bench.engine().known(&source("bao"), &[key(1)]).unwrap();
    let committed = bench.engine().apply(&completion("bao", 50, Seq(2))).unwrap();
    assert_eq!((committed.inserted.len(), committed.updated), (0, vec![Seq(2)]));
    let bench = bench.reopen();
    let engine = bench.engine();
    let after = engine.entries(&[Seq(2)]).unwrap().remove(0);
    assert_eq!(after.entry.content.as_deref(), Some("<p>Cả bài</p>"));
    assert_eq!((after.entry.summary.is_some(), &after.entry.summary), (true, &before.entry.summary));
    assert_eq!((after.changed, after.date, after.place), (before.changed, before.date, before.place));
    let article = after.article.unwrap();
    assert_eq!((article.at, article.content, article.summary), (at(50), true, false));
    // What the next document is compared with is the feed's still.
    assert_eq!(engine.known(&source("bao"), &[key(1)]).unwrap(), known);
    engine.apply(&update("bao", 60, Seq(2), "Tin đã sửa")).unwrap();
    let edited = engine.entries(&[Seq(2)]).unwrap().remove(0);
    assert_eq!((edited.entry.title.as_str(), edited.changed), ("Tin đã sửa", at(60)));
    assert_eq!(edited.entry.content.as_deref(), Some("<p>Cả bài</p>"));
    assert_census(engine, 2, 4);
}

pub(super) fn an_article_of_an_entry_that_is_gone_or_anothers_is_ignored<B: Bench>() {
    let bench = B::new();
    bench.engine().apply(&commit("bao", 10, &[1])).unwrap();
    bench.engine().bury(&[Seq(1)]).unwrap();
    bench.engine().apply(&commit("bao-moi", 20, &[2])).unwrap();
    for seq in [Seq(1), Seq(2), Seq(9)] {
        assert_eq!(bench.engine().apply(&completion("bao", 50, seq)).unwrap().updated, []);
    }
    let entries = bench.engine().entries(&[Seq(1), Seq(2)]).unwrap();
    assert_eq!((entries.len(), entries[0].article), (1, None));
}
