//! The rows of one open database, each by its key, whether it has one of sled's to itself or shares it with its neighbours.
//! sled takes as long for a row of twenty bytes as for one of two thousand, and a commit writes runs of small neighbours.
//!
//! A pack lies under a key that none of its rows is below, and holds all rows of its kind from there to the next of sled's
//! keys. Batches are put together under the one lock that all writes hold.

mod iter;

use std::{
    collections::BTreeMap,
    ops::{Bound, RangeBounds},
};

use ::sled::{Db, IVec};

use super::{
    keys,
    packs::{self, Growth},
};
pub use iter::Iter;

/// A row.
type Pair = (IVec, IVec);

/// What is to be written, all of it or nothing. `None` removes.
#[derive(Debug, Clone, Default)]
pub struct Batch(BTreeMap<IVec, Option<IVec>>);

impl Batch {
    pub fn insert(&mut self, key: impl Into<IVec>, value: impl Into<IVec>) {
        self.0.insert(key.into(), Some(value.into()));
    }

    pub fn remove(&mut self, key: impl Into<IVec>) {
        self.0.insert(key.into(), None);
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Rows {
    db: Db,
    /// Whether neighbours share rows. Up to layout 3 none did.
    packs: bool,
}

impl Rows {
    /// As this layout has them.
    pub fn packed(db: Db) -> Self {
        Self { db, packs: true }
    }

    /// As layouts up to 3 had them.
    pub fn plain(db: Db) -> Self {
        Self { db, packs: false }
    }

    pub fn are_packed(&self) -> bool {
        self.packs
    }

    pub fn get(&self, key: impl AsRef<[u8]>) -> ::sled::Result<Option<IVec>> {
        let key = key.as_ref();
        if pack_size(self.packs, key).is_none() {
            return self.db.get(key);
        }
        let Some((_, pack)) = self.pack_of(key)? else { return Ok(None) };
        Ok(packs::find(&pack, key)?.map(IVec::from))
    }

    /// The pack that holds this key, if one does.
    fn pack_of(&self, key: &[u8]) -> ::sled::Result<Option<Pair>> {
        let found = self.db.range(..=key).next_back().transpose()?;
        Ok(found.filter(|(begin, _)| keys::kind(begin) == keys::kind(key)))
    }

    /// For many keys, of which neighbours are asked for one after the other.
    pub fn reader(&self) -> Reader<'_> {
        Reader { rows: self, last: None }
    }

    pub fn iter(&self) -> Iter {
        self.range::<&[u8], _>(..)
    }

    pub fn scan_prefix(&self, prefix: impl AsRef<[u8]>) -> Iter {
        let prefix = prefix.as_ref();
        let mut end = prefix.to_vec();
        while end.pop_if(|last| *last == u8::MAX).is_some() {}
        let Some(last) = end.last_mut() else { return self.range(prefix..) };
        *last += 1;
        self.range(prefix..&*end)
    }

    /// Whether any key begins so. Only for what all keys of a kind begin with: no pack holds keys of two kinds.
    pub fn is_any(&self, beginning: &[u8]) -> ::sled::Result<bool> {
        self.db.scan_prefix(beginning).next().transpose().map(|row| row.is_some())
    }

    pub fn range<K: AsRef<[u8]>, R: RangeBounds<K>>(&self, range: R) -> Iter {
        let owned = |bound: Bound<&K>| bound.map(|key| IVec::from(key.as_ref()));
        let (low, high) = (owned(range.start_bound()), owned(range.end_bound()));
        let mut begin = low.clone();
        let mut failure = None;
        if let Bound::Included(key) | Bound::Excluded(key) = &low
            && pack_size(self.packs, key).is_some()
        {
            match self.pack_of(key) {
                Ok(Some((pack, _))) => begin = Bound::Included(pack),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        let inner = self.db.range::<IVec, _>((begin, high.clone()));
        Iter::new(self.packs, inner, (low, high), failure)
    }

    #[cfg(test)]
    pub fn insert(&self, key: impl Into<IVec>, value: impl Into<IVec>) -> ::sled::Result<()> {
        let mut batch = Batch::default();
        batch.insert(key, value);
        self.apply_batch(batch)
    }

    pub fn remove(&self, key: impl Into<IVec>) -> ::sled::Result<()> {
        let mut batch = Batch::default();
        batch.remove(key);
        self.apply_batch(batch)
    }

    /// Writes a batch. Nobody else may write meanwhile, nor read what is to be seen whole.
    pub fn apply_batch(&self, batch: Batch) -> ::sled::Result<()> {
        let mut put = ::sled::Batch::default();
        let mut open: Option<Pack> = None;
        for (key, value) in batch.0 {
            let Some(most) = pack_size(self.packs, &key) else {
                match value {
                    Some(value) => put.insert(key, value),
                    None => put.remove(key),
                }
                continue;
            };
            let mut pack = match open.take() {
                Some(pack) if pack.takes(&key) => pack,
                other => {
                    if let Some(pack) = other {
                        pack.close(&mut put);
                    }
                    self.open_for(&key, most)?
                }
            };
            pack.change(key, value);
            open = Some(pack);
        }
        if let Some(pack) = open {
            pack.close(&mut put);
        }
        self.db.apply_batch(put)
    }

    /// The pack that holds this key, or that is to hold it.
    fn open_for(&self, key: &IVec, most: usize) -> ::sled::Result<Pack> {
        let next = self.db.range::<IVec, _>((Bound::Excluded(key.clone()), Bound::Unbounded));
        let end = next.keys().next().transpose()?;
        let (begin, rows) = match self.pack_of(key)? {
            Some((begin, pack)) => (begin, packs::unpacked(&pack)?),
            None => (key.clone(), Vec::new()),
        };
        let is_new = rows.is_empty();
        Ok(Pack { begin, end, rows, most, is_new, is_changed: false, growth: Growth::InSize })
    }

    /// sled's own rows.
    #[cfg(test)]
    pub fn database(&self) -> &Db {
        &self.db
    }

    pub fn flush(&self) -> ::sled::Result<usize> {
        self.db.flush()
    }
}

/// Looks keys up, and keeps the last pack that it had in hand.
pub struct Reader<'a> {
    rows: &'a Rows,
    last: Option<Pair>,
}

impl Reader<'_> {
    /// As [`Rows::get`].
    pub fn get(&mut self, key: impl AsRef<[u8]>) -> ::sled::Result<Option<IVec>> {
        let key = key.as_ref();
        if pack_size(self.rows.packs, key).is_none() {
            return self.rows.get(key);
        }
        // Beyond its last row another pack may begin.
        let is_in = |(begin, pack): &Pair| **begin <= *key && packs::reaches(pack, key).unwrap_or(false);
        if !self.last.as_ref().is_some_and(is_in) {
            self.last = self.rows.pack_of(key)?;
        }
        let Some((_, pack)) = &self.last else { return Ok(None) };
        Ok(packs::find(pack, key)?.map(IVec::from))
    }
}

/// A pack that is being changed.
struct Pack {
    begin: IVec,
    /// Where the next of sled's rows begins.
    end: Option<IVec>,
    rows: Vec<Pair>,
    most: usize,
    is_new: bool,
    is_changed: bool,
    growth: Growth,
}

impl Pack {
    fn takes(&self, key: &IVec) -> bool {
        keys::kind(&self.begin) == keys::kind(key) && self.end.as_ref().is_none_or(|end| key < end)
    }

    fn change(&mut self, key: IVec, value: Option<IVec>) {
        match (self.rows.binary_search_by(|(other, _)| other.cmp(&key)), value) {
            (Ok(place), Some(value)) if self.rows[place].1 == value => return,
            (Ok(place), Some(value)) => self.rows[place].1 = value,
            (Err(place), Some(value)) => {
                let is_last = place == self.rows.len() && self.growth != Growth::Within;
                self.growth = if is_last { Growth::AtTheEnd } else { Growth::Within };
                self.rows.insert(place, (key, value));
            }
            (Ok(place), None) => drop(self.rows.remove(place)),
            (Err(_), None) => return,
        }
        self.is_changed = true;
    }

    fn close(self, put: &mut ::sled::Batch) {
        if !self.is_changed {
            return;
        }
        if self.rows.is_empty() {
            if !self.is_new {
                put.remove(self.begin);
            }
            return;
        }
        for share in packs::shares(&self.rows, self.most, self.growth) {
            let rows = &self.rows[share.clone()];
            // The first stays under its key: were it moved up with its first row, the old one had to go.
            let key = if share.start == 0 { &self.begin } else { &rows[0].0 };
            put.insert(key, packs::packed(rows));
        }
    }
}

/// How large the packs are that this key is kept in; none where it has a row to itself.
fn pack_size(packs: bool, key: &[u8]) -> Option<usize> {
    key.first().filter(|_| packs).and_then(|letter| keys::pack_size(*letter))
}

#[cfg(test)]
mod tests;
