use std::collections::BTreeMap;

use super::*;
use crate::{
    model::{Digest, EntryKey, Seq},
    store::samples::source,
};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn rows() -> Rows {
    Rows::packed(::sled::Config::new().temporary(true).open().unwrap())
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 += 1;
        let Digest(bytes) = Digest::of(&[&self.0.to_be_bytes()]);
        u64::from_be_bytes(bytes[..8].try_into().unwrap()) % end
    }

    /// A key of one of the kinds that there are, of few enough that they meet again.
    fn key(&mut self) -> Vec<u8> {
        let source = source(["bao", "bao-moi", "dai", "a"][usize::try_from(self.below(4)).unwrap()]);
        let number = self.below(400);
        let seq = Seq(number);
        let Digest(digest) = Digest::of(&[&number.to_be_bytes()]);
        let place = i64::try_from(number / 9).unwrap();
        match self.below(12) {
            0 => keys::numbered(keys::HEADER, seq),
            1 => keys::numbered(keys::ENTRY, seq),
            2 => keys::numbered(keys::TRACES, seq),
            3 => keys::key(&source, EntryKey(digest)),
            4 => keys::title(&source, Digest(digest), Seq(number % 3)),
            5 => keys::place(place, seq),
            6 => keys::own_place(&source, place, seq),
            7 => keys::own_row(&source, seq),
            8 => keys::listed(&source, seq),
            9 => keys::left(place, seq),
            10 => keys::leader(EntryKey(digest)),
            _ => keys::state(&source),
        }
    }
}

fn all(iter: impl Iterator<Item = ::sled::Result<Pair>>) -> Vec<(Vec<u8>, Vec<u8>)> {
    iter.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())).unwrap()).collect()
}

fn same(model: impl Iterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>) -> Vec<(Vec<u8>, Vec<u8>)> {
    model.map(|(key, value)| (key.as_ref().to_vec(), value.as_ref().to_vec())).collect()
}

/// Batches of every size, many of them taking away, against a map in memory.
#[test]
fn whatever_is_written_is_read_as_from_a_map() {
    let (rows, mut model, mut dice) = (rows(), Model::new(), Dice(0));
    for round in 0..300 {
        let mut batch = Batch::default();
        let removes = if round % 40 < 25 { 20 } else { 80 };
        for _ in 0..=dice.below(90) {
            let key = dice.key();
            if dice.below(100) < removes {
                model.remove(&key);
                batch.remove(key);
            } else {
                let value = vec![
                    key[0];
                    usize::try_from(dice.below(if round % 7 == 0 { 1500 } else { 90 })).unwrap()
                ];
                model.insert(key.clone(), value.clone());
                batch.insert(key, value);
            }
        }
        rows.apply_batch(batch).unwrap();
        assert_eq!(all(rows.iter()), same(model.iter()), "round {round}");
        assert_eq!(all(rows.iter().rev()), same(model.iter().rev()));
        let mut reader = rows.reader();
        for _ in 0..20 {
            let [one, other] = [dice.key(), dice.key()];
            assert_eq!(rows.get(&one).unwrap().map(|value| value.to_vec()), model.get(&one).cloned());
            assert_eq!(reader.get(&one).unwrap().map(|value| value.to_vec()), model.get(&one).cloned());
            let (low, high) = (one.clone().min(other.clone()), one.clone().max(other));
            let [in_rows, in_model] =
                [all(rows.range(low.clone()..high.clone())), same(model.range(low.clone()..high.clone()))];
            assert_eq!(in_rows, in_model);
            assert_eq!(
                all(rows.range(low.clone()..=high.clone()).rev()),
                same(model.range(low.clone()..=high.clone()).rev())
            );
            let after = (Bound::Excluded(&low), Bound::Unbounded);
            assert_eq!(
                all(rows.range::<&Vec<u8>, _>(after).take(3)),
                same(model.range::<Vec<u8>, _>(after).take(3))
            );
            let prefix = &low[..low.len().min(1 + usize::try_from(dice.below(5)).unwrap())];
            let begins = model.iter().filter(|(key, _)| key.starts_with(prefix));
            assert_eq!(all(rows.scan_prefix(prefix)), same(begins));
        }
    }
    assert!(model.len() > 300, "{} rows are left", model.len());
}

#[test]
fn both_ends_meet_in_the_middle() {
    let rows = rows();
    let mut batch = Batch::default();
    for number in 0..200 {
        batch.insert(keys::numbered(keys::HEADER, Seq(number)), vec![1; 40]);
    }
    rows.apply_batch(batch).unwrap();
    let (mut iter, mut seen) = (rows.iter().keys(), Vec::new());
    while let Some(key) = if seen.len() % 3 == 0 { iter.next_back() } else { iter.next() } {
        seen.push(keys::read_seq(&key.unwrap()).unwrap().0);
    }
    assert_eq!(seen[..4], [199, 0, 1, 198]);
    seen.sort_unstable();
    assert_eq!(seen, (0..200).collect::<Vec<u64>>());
}

#[test]
fn neighbours_share_rows_and_sources_share_none() {
    let rows = rows();
    for first in (0..300).step_by(30) {
        let mut batch = Batch::default();
        for number in first..first + 30 {
            batch.insert(keys::numbered(keys::HEADER, Seq(number)), vec![1; 100]);
            batch.insert(
                keys::own_row(&source(["bao", "dai"][usize::from(first % 60 == 0)]), Seq(number)),
                vec![],
            );
        }
        rows.apply_batch(batch).unwrap();
    }
    let under = |letter: u8| rows.database().scan_prefix([letter]).count();
    // Eighteen of 112 bytes to a pack of 2 KiB, and of each source's 150 numbers 128 of 16 bytes.
    assert_eq!((under(keys::HEADER), under(keys::OWN_ROW)), (17, 4));
    for number in 0..300 {
        rows.remove(keys::numbered(keys::HEADER, Seq(number))).unwrap();
    }
    assert_eq!(under(keys::HEADER), 0);
}

#[test]
fn a_pack_that_cannot_be_read_is_an_error_everywhere() {
    let rows = rows();
    let key = keys::numbered(keys::HEADER, Seq(7));
    rows.insert(key.clone(), vec![1; 9]).unwrap();
    rows.database().insert(&key, b"\x09").unwrap();
    assert!(rows.get(&key).is_err() && rows.insert(key.clone(), vec![2]).is_err());
    assert!(rows.iter().next().unwrap().is_err() && rows.iter().next_back().unwrap().is_err());
    assert!(rows.range(key..).next().unwrap().is_err());
}
