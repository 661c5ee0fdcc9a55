//! Random documents of one publisher, against a model that knows which item is which.

use super::*;
use crate::model::dice::Dice;

/// An article, and what its publisher says of it at the moment.
struct Article {
    number: usize,
    guid: usize,
    link: usize,
    edits: usize,
    seen: bool,
}

impl Article {
    /// What the next document says of it: guid and link never change together, and what is left out changes nothing.
    fn draft(&mut self, dice: &mut Dice) -> Draft {
        let mut says = (true, true);
        if self.seen {
            match dice.below(12) {
                0 => self.guid += 1,
                1 => self.link += 1,
                2 => says.0 = false,
                3 => says.1 = false,
                4 | 5 => self.edits += 1,
                _ => {}
            }
        }
        let scheme = ["http", "https"][dice.below(2)];
        let (slash, tracking) =
            (["", "/"][dice.below(2)], ["", "?utm_source=rss", "?fbclid=x"][dice.below(3)]);
        let link = format!("{scheme}://bao.vn/{}-{}{slash}{tracking}", self.number, self.link);
        let guid = format!("{scheme}://bao.vn/?p={}-{}", self.number, self.guid);
        let says = (if says.0 { &*guid } else { "" }, if says.1 { &*link } else { "" });
        // Many share their titles, and some of those their texts.
        let draft = item(says.0, says.1, &format!("Tin {} sửa {}", self.number % 7, self.edits));
        let draft = saying(&format!("Lượt xem {}", dice.below(3)), draft);
        Draft { categories: vec![self.number.to_string()], ..draft }
    }
}

fn numbers(entries: impl IntoIterator<Item = Entry>) -> Vec<usize> {
    entries.into_iter().map(|entry| entry.categories[0].parse().unwrap()).collect()
}

#[test]
fn no_article_is_lost_or_comes_twice_while_its_guid_or_its_link_stays() {
    for seed in 1..=20 {
        let mut dice = Dice::new(0x9E37_79B9_7F4A_7C15 ^ seed);
        let mut shelf = Shelf::default();
        let mut articles: Vec<Article> = Vec::new();
        for round in 0..40 {
            for _ in 0..dice.below(4) {
                let number = articles.len();
                articles.push(Article { number, guid: 0, link: 0, edits: 0, seen: false });
            }
            let mut document = Vec::new();
            let mut fresh = Vec::new();
            for article in articles.iter_mut().rev().take(25) {
                if dice.below(5) == 0 {
                    continue;
                }
                document.push(article.draft(&mut dice));
                if dice.below(10) == 0 {
                    document.extend(document.last().cloned());
                }
                if !article.seen {
                    article.seen = true;
                    fresh.push(article.number);
                }
            }
            if dice.below(3) == 0 {
                document.reverse();
                fresh.reverse();
            }
            let before: HashMap<Seq, Vec<String>> =
                shelf.entries.iter().map(|(seq, (_, entry))| (*seq, entry.categories.clone())).collect();
            let changes = shelf.read(&document);
            let inserted = numbers(changes.inserted.iter().map(|new| new.entry.clone()));
            assert_eq!(inserted, fresh, "seed {seed}, round {round}");
            for update in &changes.updated {
                assert_eq!(before[&update.known.seq], update.entry.categories, "seed {seed}, round {round}");
            }
        }
        let kept = numbers(shelf.entries.values().map(|(_, entry)| entry.clone()));
        let seen: HashSet<usize> = articles.iter().filter(|it| it.seen).map(|it| it.number).collect();
        assert_eq!((kept.len(), kept.into_iter().collect::<HashSet<_>>()), (seen.len(), seen), "seed {seed}");
    }
}
