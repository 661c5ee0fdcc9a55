//! Items that stand as they stood in the document before: what they say was read then, and is not cleaned, looked up and
//! compared again. Most items of most documents are such. Knows neither the store nor how long anything is remembered.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use url::Url;

use super::Candidate;
use crate::{
    model::{EntryKey, Rule, Seq},
    parse::{Feed, Item},
};

/// Of a longer document only the first so many items are remembered.
const ITEMS_MAX: usize = 1_000;

/// What an item says, all of it, and what of its channel bears on it, in 64 bits: two items of one document differ in it.
/// Good within one process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

impl Mark {
    /// The marks of a feed's items, in their order; `address` is where it was found.
    pub(super) fn of_all(feed: &Feed, address: &Url) -> Vec<Self> {
        let mut channel = DefaultHasher::new();
        // What addresses are relative to, which links identify nothing, and which notice of rights goes without saying.
        (&feed.link, &feed.rights, address).hash(&mut channel);
        let mark = |item: &Item| {
            let mut hasher = channel.clone();
            item.hash(&mut hasher);
            Self(hasher.finish())
        };
        feed.items.iter().map(mark).collect()
    }
}

/// An item whose entry is known by its number, and the rule that identified it: it may be another when other items are
/// beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Acquaintance {
    mark: Mark,
    pub(super) rule: Rule,
    pub(super) seq: Seq,
}

/// What is remembered of a source's last document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Familiar(Box<[Acquaintance]>);

impl Familiar {
    /// What it takes in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of_val(&*self.0)
    }

    pub(super) fn get(&self, mark: Mark) -> Option<Acquaintance> {
        let place = self.0.binary_search_by_key(&mark, |known| known.mark).ok()?;
        self.0.get(place).copied()
    }
}

/// An item of a document that was reconciled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    mark: Mark,
    rule: Rule,
    entry: Seen,
}

/// Which entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// This one, which was kept before.
    Kept(Seq),
    /// The new one with this key.
    New(EntryKey),
}

impl Sighting {
    /// None of an item by whose text alone its entry is known: that is to be read each time.
    pub(super) fn of(candidate: &Candidate, entry: Seen) -> Option<Self> {
        let (mark, rule) = (candidate.mark, candidate.entry.identity.rule);
        (rule != Rule::Fingerprint).then_some(Self { mark, rule, entry })
    }
}

/// What to remember of a document, once what it changed is kept: `inserted` tells by their keys what numbers its new
/// entries were given. One that was given none is read again.
#[must_use]
pub fn acquaint(sightings: &[Sighting], inserted: impl IntoIterator<Item = (EntryKey, Seq)>) -> Familiar {
    let inserted: HashMap<EntryKey, Seq> = inserted.into_iter().collect();
    let seq_of = |entry: Seen| match entry {
        Seen::Kept(seq) => Some(seq),
        Seen::New(key) => inserted.get(&key).copied(),
    };
    let known = |sighting: &Sighting| {
        let Sighting { mark, rule, entry } = *sighting;
        Some(Acquaintance { mark, rule, seq: seq_of(entry)? })
    };
    let mut known: Vec<Acquaintance> = sightings.iter().filter_map(known).take(ITEMS_MAX).collect();
    known.sort_unstable_by_key(|known| known.mark);
    Familiar(known.into())
}
