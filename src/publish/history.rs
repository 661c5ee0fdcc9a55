//! What a channel has shown lately: which of its entries are new or updated since a document that a reader has
//! (RFC 3229). Pure, and small: of each document that was given out a digest and a number, of entries only those shown now.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    sync::Arc,
};

use super::{Item, Published};
use crate::model::{Digest, Entry, Seq};

/// The most documents of one channel, in all formats together, that a reader may have and be told what is new since: some
/// 100 KB. Who has an older one gets the whole.
pub const BASES_MAX: usize = 4096;

/// A document that is given out, with what its channel has shown before.
#[derive(Debug, Clone)]
pub struct Edition {
    /// What is given out.
    pub published: Arc<Published>,
    /// The channel's, this document included.
    pub history: Arc<History>,
}

/// An entry as a document shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub seq: Seq,
    /// Differs whenever readers see a difference.
    stamp: u64,
}

impl Shown {
    /// The item, as it is now.
    #[must_use]
    pub fn of(item: &Item<'_>) -> Self {
        let Item { stored, source } = item;
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let Entry { categories, rights, .. } = &stored.entry;
        let stamp = hasher.hash_one((stored.differs_since(), &stored.source, &source.id, categories, rights));
        Self { seq: stored.seq, stamp }
    }
}

/// What a channel shows, and since which of its changes; and the documents that were given out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Goes up with each change.
    change: u64,
    /// In the order of the documents, each with the change since when it stands there like this.
    shown: Vec<(Shown, u64)>,
    /// Each with the last change before it, oldest first.
    documents: VecDeque<(Digest, u64)>,
}

impl History {
    /// How many entries the channel shows.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.shown.len()
    }

    /// The history after the channel has come to show this, given out as these documents.
    #[must_use]
    pub fn then(&self, shown: &[Shown], documents: &[Digest]) -> Self {
        let is_same = self.shown.iter().map(|(before, _)| before).eq(shown);
        let change = self.change + u64::from(!is_same);
        let before: HashMap<Seq, &(Shown, u64)> =
            self.shown.iter().map(|known| (known.0.seq, known)).collect();
        let since = |now: &Shown| match before.get(&now.seq) {
            Some((before, since)) if before == now => *since,
            _ => change,
        };
        let shown = shown.iter().map(|now| (*now, since(now))).collect();
        let mut all = self.documents.clone();
        // One that comes back is as good as new.
        all.retain(|(known, _)| !documents.contains(known));
        all.extend(documents.iter().map(|digest| (*digest, change)));
        while all.len() > BASES_MAX {
            all.pop_front();
        }
        Self { change, shown, documents: all }
    }

    /// What is new or updated since this document, in the order of the present one; what is gone is no part of it. None where
    /// the document is not remembered, or where nothing of it has stayed.
    #[must_use]
    pub fn since(&self, document: Digest) -> Option<Vec<Seq>> {
        let (_, base) = self.documents.iter().rev().find(|(known, _)| *known == document)?;
        let newer = self.shown.iter().filter(|(_, since)| since > base).map(|(shown, _)| shown.seq);
        let newer: Vec<Seq> = newer.collect();
        (newer.len() < self.shown.len()).then_some(newer)
    }

    /// Of these documents the one that was given out last, if any is remembered.
    #[must_use]
    pub fn newest(&self, documents: impl Fn(Digest) -> bool) -> Option<Digest> {
        self.documents.iter().rev().map(|(digest, _)| *digest).find(|digest| documents(*digest))
    }

    /// Bytes held in memory, roughly.
    #[must_use]
    pub fn size(&self) -> usize {
        self.shown.len() * size_of::<(Shown, u64)>() + self.documents.len() * size_of::<(Digest, u64)>()
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents as the entries that they show, each with the version that it shows.
    fn history(documents: &[&[(u64, u64)]]) -> History {
        let mut history = History::default();
        for (number, entries) in documents.iter().enumerate() {
            let shown: Vec<Shown> =
                entries.iter().map(|(seq, stamp)| Shown { seq: Seq(*seq), stamp: *stamp }).collect();
            history = history.then(&shown, &[digest(number)]);
        }
        history
    }

    fn digest(number: usize) -> Digest {
        Digest((number as u128 + 1).to_be_bytes())
    }

    #[test]
    fn a_delta_holds_what_is_new_or_updated_since_the_readers_document() {
        let history = history(&[
            &[(1, 0), (2, 0), (3, 0)],
            &[(4, 0), (1, 0), (2, 0), (3, 0)],
            // The third is updated, the second gone.
            &[(4, 0), (1, 0), (3, 1)],
            &[(4, 0), (1, 0), (3, 1)],
            &[(5, 0), (6, 0), (4, 0), (1, 0), (3, 1)],
            &[(6, 0), (4, 0), (1, 0), (3, 1)],
        ]);
        let table: [(usize, &[u64]); 6] =
            [(0, &[6, 4, 3]), (1, &[6, 3]), (2, &[6]), (3, &[6]), (4, &[]), (5, &[])];
        for (document, wanted) in table {
            let wanted: Vec<Seq> = wanted.iter().map(|seq| Seq(*seq)).collect();
            assert_eq!(history.since(digest(document)), Some(wanted), "since document {document}");
        }
        assert_eq!(history.since(digest(6)), None);
    }

    #[test]
    fn where_nothing_has_stayed_the_whole_is_no_more() {
        assert_eq!(history(&[&[(1, 0), (2, 0)], &[(1, 1), (3, 0)]]).since(digest(0)), None);
    }

    #[test]
    fn a_document_that_comes_back_counts_from_its_return() {
        let shown = |seqs: &[u64]| -> Vec<Shown> {
            seqs.iter().map(|seq| Shown { seq: Seq(*seq), stamp: 0 }).collect()
        };
        let history = History::default()
            .then(&shown(&[1, 2]), &[digest(0)])
            .then(&shown(&[3, 1, 2]), &[digest(1)])
            .then(&shown(&[1, 2]), &[digest(0)])
            .then(&shown(&[4, 1, 2]), &[digest(2)]);
        assert_eq!(history.since(digest(0)), Some(vec![Seq(4)]));
        let newest = |known: &[usize]| history.newest(|it| known.iter().any(|number| digest(*number) == it));
        assert_eq!((newest(&[0, 1]), newest(&[1]), newest(&[7])), (Some(digest(0)), Some(digest(1)), None));
    }

    #[test]
    fn only_so_many_documents_are_remembered() {
        let shown = |seq| [Shown { seq: Seq(0), stamp: 0 }, Shown { seq: Seq(seq), stamp: 0 }];
        let mut history = History::default();
        for number in 0..=BASES_MAX {
            history = history.then(&shown(number as u64 + 1), &[digest(number)]);
        }
        assert_eq!(history.since(digest(0)), None);
        assert_eq!(history.since(digest(1)), Some(vec![Seq(BASES_MAX as u64 + 1)]));
        assert!(history.size() < BASES_MAX * 40, "{}", history.size());
    }
}
