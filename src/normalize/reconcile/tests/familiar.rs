//! A reader that remembers what stood in the last document, beside one that reads each anew.

use super::*;
use crate::{
    model::dice::Dice,
    normalize::{Familiar, acquaint, is_contested, normalize},
    parse::{Feed, Item, Text, TextKind},
};

fn text(body: String) -> Text {
    Text { body, kind: TextKind::Html }
}

/// An article as its publisher writes it: now and then something of it is written otherwise.
#[derive(Clone)]
struct Article {
    number: usize,
    guid: Option<usize>,
    link: Option<usize>,
    title: usize,
    text: usize,
}

impl Article {
    fn new(number: usize, dice: &mut Dice) -> Self {
        // Some share guid or link, and some have none.
        let own = |dice: &mut Dice| [Some(number), Some(number), Some(number), Some(0), None][dice.below(5)];
        Self { number, guid: own(dice), link: own(dice), title: number % 5, text: number }
    }

    fn edit(&mut self, dice: &mut Dice) {
        match dice.below(30) {
            0 => self.guid = Some(self.number + 1_000),
            1 => self.link = Some(self.number + 1_000),
            2 => self.guid = None,
            3 => self.link = None,
            4 => self.title += 1,
            5 | 6 => self.text += 1,
            _ => {}
        }
    }

    fn item(&self) -> Item {
        Item {
            guid: self.guid.map(|guid| format!("g{guid}")),
            link: self.link.map(|link| format!("https://bao.vn/{link}.html")),
            title: Some(text(format!("Tin số {}", self.title))),
            summary: Some(text(format!("<p>Nước lên {} m</p>", self.text))),
            categories: vec![self.number.to_string()],
            ..Item::default()
        }
    }
}

struct Reader {
    shelf: Shelf,
    remembers: bool,
    familiar: Familiar,
}

impl Reader {
    fn new(remembers: bool) -> Self {
        Self { shelf: Shelf::default(), remembers, familiar: Familiar::default() }
    }

    /// What a document changes, and of how many items nothing was read but their headings.
    fn read(&mut self, feed: &Feed) -> (Changes, usize) {
        let address = Url::parse("https://bao.vn/rss").unwrap();
        let mut candidates = normalize(feed, &address, &self.familiar);
        let mut known = self.shelf.known(&keys(&candidates));
        known.extend(self.shelf.known(&doubts(&candidates, &known).keys));
        if is_contested(&candidates, &known) {
            candidates = normalize(feed, &address, &Familiar::default());
        }
        let familiar = candidates.iter().filter(|candidate| candidate.familiar.is_some()).count();
        let Reconciled { changes, sightings } = self.shelf.take_whole(candidates, &arrival(false));
        if self.remembers {
            let seq_of =
                |new: &NewEntry| Some((new.entry.identity.key(), *self.shelf.keys.get(&new.keys[0])?));
            self.familiar = acquaint(&sightings, changes.inserted.iter().filter_map(seq_of));
        }
        (changes, familiar)
    }
}

#[test]
fn who_remembers_the_last_document_finds_the_same_changes() {
    let mut familiar = 0;
    for seed in 1..=12 {
        let mut dice = Dice::new(0x9E37_79B9_7F4A_7C15 ^ seed);
        let mut articles: Vec<Article> = Vec::new();
        let (mut forgetful, mut mindful) = (Reader::new(false), Reader::new(true));
        for round in 0..40 {
            for _ in 0..dice.below(3) {
                articles.push(Article::new(articles.len(), &mut dice));
            }
            let mut items = Vec::new();
            for article in articles.iter_mut().rev().take(15) {
                article.edit(&mut dice);
                if dice.below(12) > 0 {
                    items.push(article.item());
                }
            }
            if dice.below(8) == 0 {
                items.reverse();
            }
            let feed = Feed { items, ..Feed::default() };
            let (changes, headings) = mindful.read(&feed);
            assert_eq!(changes, forgetful.read(&feed).0, "seed {seed}, round {round}");
            familiar += headings;
        }
        assert_eq!(mindful.shelf.titles(), forgetful.shelf.titles(), "seed {seed}");
    }
    assert!(familiar > 1_000, "only {familiar} items were familiar");
}
