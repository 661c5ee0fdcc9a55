//! Rows in the order of their keys: those of packs one by one, between those that have one of sled's to themselves.

use std::{
    ops::{Bound, RangeBounds as _},
    vec,
};

use ::sled::IVec;

use super::{super::packs, Pair, pack_size};

/// Rows in the order of their keys, from both ends.
pub struct Iter {
    packs: bool,
    inner: ::sled::Iter,
    bounds: (Bound<IVec>, Bound<IVec>),
    front: vec::IntoIter<Pair>,
    back: vec::IntoIter<Pair>,
    failure: Option<::sled::Error>,
}

impl Iter {
    /// Of what sled gives within these bounds, and of the pack before them. A failure comes before all.
    pub(super) fn new(
        packs: bool,
        inner: ::sled::Iter,
        bounds: (Bound<IVec>, Bound<IVec>),
        failure: Option<::sled::Error>,
    ) -> Self {
        let [front, back] = [const { Vec::new() }; 2].map(Vec::into_iter);
        Self { packs, inner, bounds, front, back, failure }
    }

    pub fn keys(self) -> impl DoubleEndedIterator<Item = ::sled::Result<IVec>> {
        self.map(|row| row.map(|(key, _)| key))
    }

    pub fn values(self) -> impl DoubleEndedIterator<Item = ::sled::Result<IVec>> {
        self.map(|row| row.map(|(_, value)| value))
    }

    /// The rows that one of sled's holds, as far as they are asked for.
    fn opened(&self, (key, value): Pair) -> ::sled::Result<vec::IntoIter<Pair>> {
        let mut rows = match pack_size(self.packs, &key) {
            None => vec![(key, value)],
            Some(_) => packs::unpacked(&value)?,
        };
        rows.retain(|(key, _)| self.bounds.contains(key));
        Ok(rows.into_iter())
    }
}

impl Iterator for Iter {
    type Item = ::sled::Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failure.take() {
            return Some(Err(error));
        }
        loop {
            if let Some(row) = self.front.next() {
                return Some(Ok(row));
            }
            let Some(row) = self.inner.next() else { return self.back.next().map(Ok) };
            match row.and_then(|row| self.opened(row)) {
                Ok(rows) => self.front = rows,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl DoubleEndedIterator for Iter {
    fn next_back(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failure.take() {
            return Some(Err(error));
        }
        loop {
            if let Some(row) = self.back.next_back() {
                return Some(Ok(row));
            }
            let Some(row) = self.inner.next_back() else { return self.front.next_back().map(Ok) };
            match row.and_then(|row| self.opened(row)) {
                Ok(rows) => self.back = rows,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
