//! A publisher who writes, edits, re-keys, drops and lists again; polls that read it; and pruning in between: for years,
//! by dice. What the store holds is compared with a model that knows all.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::super::{Keep, TOMBSTONES};
use crate::{
    model::{Commit, Known, KnownEntry, Presence, Seq, SourceId, Timestamp, Update, dice::Dice},
    store::{Engine, MemoryEngine, SledEngine, Sources, Store, samples::*},
};

const STEPS: u32 = 150;

/// An article, as the model knows it.
struct Article {
    seq: Seq,
    /// When it was first seen, which here is its place too.
    place: Timestamp,
    date: Timestamp,
    /// The first document that listed it no more, if the last one did not.
    gone: Option<Timestamp>,
    aliases: u32,
    pruned: bool,
}

struct Life {
    store: Store,
    id: SourceId,
    dice: Dice,
    now: Timestamp,
    keep: Keep,
    /// Numbers that the document lists.
    document: BTreeSet<u32>,
    next_number: u32,
    articles: BTreeMap<u32, Article>,
    /// How many came back after their tombstone had vanished.
    returned: u32,
}

impl Life {
    /// The publisher does something.
    fn edit(&mut self) {
        for _ in 0..self.dice.below(4) {
            self.document.insert(self.next_number);
            self.next_number += 1;
        }
        while self.document.len() > 12 {
            self.document.pop_first();
        }
        if self.next_number > 0 && self.dice.below(6) == 0 {
            // An old one is put back, or one is taken out.
            let number = self.dice.below(self.next_number);
            if !self.document.remove(&number) {
                self.document.insert(number);
            }
        }
    }

    /// A poll reads the document, as reconciling would have it.
    async fn poll(&mut self) {
        let numbers: Vec<u32> = self.document.iter().rev().copied().collect();
        let keys = numbers.iter().flat_map(|number| [key(*number), link_key(*number)]).collect();
        let known: Known = self.store.known(self.id.clone(), keys).await.unwrap();
        let mut commit = Commit { source: self.id.clone(), at: self.now, ..commit("x", 0, &[]) };
        let (mut listed, mut inserted) = (Vec::new(), Vec::new());
        for number in &numbers {
            if let Some(kept) = known.get(&key(*number)) {
                assert_eq!(known.get(&link_key(*number)), Some(kept));
                self.meets(*number, kept);
                listed.push((kept.seq, kept.presence));
                self.change(*number, kept, &mut commit);
            } else {
                commit.changes.inserted.push(new(*number, self.now));
                inserted.push(*number);
            }
        }
        commit.changes.listed = Some(listed);
        let committed = self.store.commit(commit).await.unwrap();
        assert_eq!(committed.inserted.len(), inserted.len());
        for (number, seq) in inserted.into_iter().zip(committed.inserted) {
            self.is_new(number, seq);
        }
        for (number, article) in &mut self.articles {
            if self.document.contains(number) {
                article.gone = None;
            } else {
                article.gone.get_or_insert(self.now);
            }
        }
    }

    /// What the store knows of an article is what is fixed of it.
    fn meets(&self, number: u32, kept: &KnownEntry) {
        let article = &self.articles[&number];
        let (found, fixed) =
            ((kept.seq, kept.date, kept.aliases), (article.seq, article.date, article.aliases));
        assert_eq!(found, fixed, "{number}");
        assert_eq!(kept.presence == Presence::Kept, !article.pruned, "{number}");
    }

    fn change(&mut self, number: u32, kept: &KnownEntry, commit: &mut Commit) {
        if self.dice.below(5) == 0 {
            let known = KnownEntry { body_updates: kept.body_updates + 1, ..*kept };
            let entry = entry(number + self.dice.below(1000));
            commit.changes.updated.push(Update { known, entry });
        }
        if self.dice.below(9) == 0 {
            commit.changes.aliases.push((key(1_000_000 + self.dice.below(1_000_000_000)), kept.seq));
            self.articles.get_mut(&number).unwrap().aliases += 1;
        }
    }

    /// Only what was never seen, or what was gone for long, may be new (P2, P3).
    fn is_new(&mut self, number: u32, seq: Seq) {
        if let Some(former) = self.articles.get(&number) {
            assert!(former.pruned, "{number} came twice");
            let gone = former.gone.unwrap_or_else(|| panic!("{number} came back while it was listed"));
            let away = (self.now - gone).to_std().unwrap();
            assert!(away > TOMBSTONES, "{number} came back after {away:?}");
            self.returned += 1;
        }
        let (place, date) = (self.now, at(number));
        self.articles.insert(number, Article { seq, place, date, gone: None, aliases: 0, pruned: false });
    }

    async fn prune(&mut self) {
        self.store.prune(&self.keep, self.now).await.unwrap();
        let begins = self.now - self.keep.window;
        let oldest = self.now - self.keep.age.max(self.keep.window);
        let mut newest: Vec<(Timestamp, Seq, u32)> = Vec::new();
        for (number, article) in &mut self.articles {
            article.pruned |= article.place < oldest;
            if !article.pruned {
                newest.push((article.place, article.seq, *number));
            }
        }
        newest.sort_unstable_by(|one, other| other.cmp(one));
        for (place, _, number) in newest.into_iter().skip(self.keep.entries.unwrap_or(usize::MAX)) {
            self.articles.get_mut(&number).unwrap().pruned |= place < begins;
        }
    }

    /// Rows, contents and what is fixed are as the model has them (P4); the window is whole.
    async fn compare(&self) {
        let sources = Sources::Only(vec![self.id.clone()]);
        let rows = self.store.rows(sources, Timestamp::MIN_UTC, 0).await.unwrap();
        let kept = self.articles.values().filter(|article| !article.pruned);
        let mut expected: Vec<_> = kept.map(|article| (article.place, article.seq, article.date)).collect();
        expected.sort_unstable_by(|one, other| other.cmp(one));
        let found: Vec<_> = rows.iter().map(|row| (row.place, row.seq, row.date)).collect();
        assert_eq!(found, expected);
        let begins = self.now - self.keep.window;
        for (number, article) in &self.articles {
            assert!(!article.pruned || article.place < begins, "{number} is lost inside the window");
        }
        let entries = self.store.entries(rows.iter().map(|row| row.seq).collect()).await.unwrap();
        let found: Vec<_> = entries.iter().map(|stored| (stored.place, stored.seq, stored.date)).collect();
        assert_eq!(found, expected);
        let census = self.store.check().await.unwrap();
        assert_eq!(census.told, Vec::<String>::new());
        assert_eq!(census.entries, rows.len() as u64);
    }
}

/// One life. Gives how many articles were pruned at its end, and how many came back after their time.
async fn live(engine: impl Engine, seed: u64, keep: Keep) -> (usize, u32) {
    let mut life = Life {
        store: Store::new(engine).unwrap(),
        id: source("bao"),
        dice: Dice::new(seed),
        now: at(0),
        keep,
        document: BTreeSet::new(),
        next_number: 0,
        articles: BTreeMap::new(),
        returned: 0,
    };
    for _ in 0..STEPS {
        life.now += Duration::from_hours(1 + life.dice.below(240));
        if life.dice.below(30) == 0 {
            // Nobody reads it for a long time.
            life.now += Duration::from_hours(life.dice.below(200 * 24));
        }
        life.edit();
        life.poll().await;
        if life.dice.below(3) == 0 {
            life.prune().await;
        }
        if life.dice.below(6) == 0 {
            life.compare().await;
        }
    }
    life.compare().await;
    (life.articles.values().filter(|article| article.pruned).count(), life.returned)
}

#[tokio::test]
async fn what_is_pruned_stays_gone_and_all_else_stays_as_it_is() {
    let days = |days: u64| Duration::from_hours(24 * days);
    let (mut pruned, mut returned) = (0, 0);
    let lives = [(7, 30, None, 2), (8, 3650, Some(5), 2), (9, 20, Some(3), 60), (10, 1, None, 1)];
    for (seed, age, entries, window) in lives {
        let keep = Keep { age: days(age), entries, window: days(window) };
        let in_memory = live(MemoryEngine::new(), seed, keep).await;
        let folder = tempfile::tempdir().unwrap();
        let on_disk = live(SledEngine::open(folder.path()).unwrap(), seed, keep).await;
        assert_eq!(in_memory, on_disk);
        pruned += in_memory.0;
        returned += in_memory.1;
    }
    assert!(pruned > 500, "only {pruned} articles were pruned");
    assert!(returned > 0, "no article came back after its time");
}
