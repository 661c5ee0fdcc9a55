//! How small neighbours share one row of the database: sorted rows, written behind each other, without what the
//! beginnings of their keys have in common. Knows no letters and no database.

use std::ops::Range;

use ::sled::IVec;

/// The first byte of a pack.
const FORMAT: u8 = 1;

/// What a row takes in a pack beside its key and value, about.
const FRAME: usize = 3;

/// A pack that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl From<Broken> for ::sled::Error {
    fn from(_: Broken) -> Self {
        Self::Corruption { at: None, bt: () }
    }
}

/// Sorted rows as one value.
pub fn packed<K: AsRef<[u8]>, V: AsRef<[u8]>>(rows: &[(K, V)]) -> Vec<u8> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return vec![FORMAT, 0] };
    let [first, last] = [first, last].map(|(key, _)| key.as_ref());
    // What the first and the last begin with, those between them begin with too.
    let shared = first.iter().zip(last).take_while(|(one, other)| one == other).count();
    let length = |(key, value): &(K, V)| key.as_ref().len() - shared + value.as_ref().len() + FRAME;
    let mut bytes = Vec::with_capacity(shared + FRAME + rows.iter().map(length).sum::<usize>());
    bytes.push(FORMAT);
    put(&mut bytes, &first[..shared]);
    for (key, value) in rows {
        put(&mut bytes, &key.as_ref()[shared..]);
        put(&mut bytes, value.as_ref());
    }
    bytes
}

/// The value of a key in a pack.
pub fn find<'a>(pack: &'a [u8], key: &[u8]) -> Result<Option<&'a [u8]>, Broken> {
    let (shared, mut rest) = open(pack)?;
    let Some(wanted) = key.strip_prefix(shared) else { return Ok(None) };
    while !rest.is_empty() {
        let (key, behind) = take(rest)?;
        let (value, behind) = take(behind)?;
        if key >= wanted {
            return Ok(Some(value).filter(|_| key == wanted));
        }
        rest = behind;
    }
    Ok(None)
}

/// Whether a key stands in a pack or would stand before its last row.
pub fn reaches(pack: &[u8], key: &[u8]) -> Result<bool, Broken> {
    let (shared, mut rest) = open(pack)?;
    let Some(wanted) = key.strip_prefix(shared) else { return Ok(false) };
    let mut reached = false;
    while !reached && !rest.is_empty() {
        let (key, behind) = take(rest)?;
        reached = key >= wanted;
        rest = take(behind)?.1;
    }
    Ok(reached)
}

/// The rows of a pack.
pub fn unpacked(pack: &[u8]) -> Result<Vec<(IVec, IVec)>, Broken> {
    let (shared, mut rest) = open(pack)?;
    let (mut rows, mut whole) = (Vec::new(), shared.to_vec());
    while !rest.is_empty() {
        let (key, behind) = take(rest)?;
        let (value, behind) = take(behind)?;
        whole.truncate(shared.len());
        whole.extend_from_slice(key);
        rows.push((IVec::from(&*whole), IVec::from(value)));
        rest = behind;
    }
    Ok(rows)
}

/// How the rows of a pack have grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// None came, but some may have become longer.
    InSize,
    /// What came stands behind all that was there.
    AtTheEnd,
    /// What came stands anywhere.
    Within,
}

/// How sorted rows are shared out among packs of about `most` bytes, each of one row at least. What grows at its end fills
/// one after the other; of what grows anywhere each has as much room left as the next; and where none came, what is a
/// little longer than `most` stays one.
pub fn shares<K: AsRef<[u8]>, V: AsRef<[u8]>>(
    rows: &[(K, V)],
    most: usize,
    growth: Growth,
) -> Vec<Range<usize>> {
    let size = |(key, value): &(K, V)| key.as_ref().len() + value.as_ref().len() + FRAME;
    let sizes: Vec<usize> = rows.iter().map(size).collect();
    match growth {
        Growth::AtTheEnd => filled(&sizes, most),
        Growth::Within => even(&sizes, most),
        Growth::InSize => even(&sizes, most + most / 4),
    }
}

/// One after the other.
fn filled(sizes: &[usize], most: usize) -> Vec<Range<usize>> {
    let (mut shares, mut begin, mut filled) = (Vec::new(), 0, 0);
    for (place, size) in sizes.iter().enumerate() {
        if place > begin && filled + size > most {
            shares.push(begin..place);
            (begin, filled) = (place, 0);
        }
        filled += size;
    }
    shares.push(begin..sizes.len());
    shares
}

/// As few as can be, each cut where it comes nearest to its part of the whole.
fn even(sizes: &[usize], most: usize) -> Vec<Range<usize>> {
    let whole: usize = sizes.iter().sum();
    let parts = whole.div_ceil(most).max(1);
    let (mut shares, mut begin, mut filled) = (Vec::new(), 0, 0);
    for (place, size) in sizes.iter().enumerate() {
        let part = whole * (shares.len() + 1) / parts;
        if place > begin && shares.len() + 1 < parts && filled + size / 2 >= part {
            shares.push(begin..place);
            begin = place;
        }
        filled += size;
    }
    shares.push(begin..sizes.len());
    shares
}

fn open(pack: &[u8]) -> Result<(&[u8], &[u8]), Broken> {
    match pack.split_first() {
        Some((&FORMAT, rest)) => take(rest),
        _ => Err(Broken),
    }
}

/// A length, seven bits a byte and the lowest first, and what is so long.
fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    let mut length = part.len();
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend_from_slice(part);
}

fn take(mut bytes: &[u8]) -> Result<(&[u8], &[u8]), Broken> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let (&byte, rest) = bytes.split_first().ok_or(Broken)?;
        bytes = rest;
        length |= usize::from(byte & 0x7f).checked_shl(shift).ok_or(Broken)?;
        shift += 7;
        if byte < 0x80 {
            return bytes.split_at_checked(length).ok_or(Broken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::dice::Dice;

    fn rows(count: u8) -> Vec<(Vec<u8>, Vec<u8>)> {
        let row = |number: u8| (vec![b'h', 7, number], vec![number; usize::from(number) * 3]);
        (0..count).map(row).collect()
    }

    #[test]
    fn what_was_packed_is_found_and_unpacked() {
        for count in [0, 1, 2, 90] {
            let rows = rows(count);
            let pack = packed(&rows);
            let read = unpacked(&pack).unwrap();
            let read: Vec<_> = read.into_iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect();
            assert_eq!(read, rows);
            for (key, value) in &rows {
                assert_eq!(find(&pack, key), Ok(Some(&**value)));
                assert_eq!(reaches(&pack, key), Ok(true));
            }
            for absent in [&b"h"[..], &[b'h', 7, 200], &[b'h', 7], &[b'h', 6, 1], &[b'h', 7, 0, 0], b""] {
                assert_eq!(find(&pack, absent), Ok(None), "{absent:?} of {count}");
            }
        }
    }

    #[test]
    fn a_pack_reaches_to_its_last_row() {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = [3, 5].map(|number| (vec![b'h', number], vec![])).into();
        let pack = packed(&rows);
        for (key, reached) in [(3, true), (4, true), (5, true), (6, false)] {
            assert_eq!(reaches(&pack, &[b'h', key]), Ok(reached), "{key}");
        }
        assert_eq!((reaches(&pack, b"k"), reaches(b"", b"h")), (Ok(false), Err(Broken)));
    }

    #[test]
    fn a_pack_that_is_cut_off_or_of_another_kind_is_not_read() {
        let pack = packed(&rows(3));
        let whole: Vec<usize> = (0..pack.len()).filter(|end| unpacked(&pack[..*end]).is_ok()).collect();
        // Between two rows nothing is amiss.
        assert_eq!(whole, [4, 7, 13]);
        let endless = [&[1][..], &[0xff; 12]].concat();
        for broken in [&b""[..], b"\x02\0", &[1, 0xff, 0xff], &endless] {
            assert_eq!(unpacked(broken), Err(Broken));
        }
    }

    #[test]
    fn rows_are_shared_out_evenly_or_one_after_the_other() {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = (0..10).map(|number| (vec![number], vec![0; 6])).collect();
        assert_eq!(shares(&rows, 100, Growth::Within).len(), 1);
        assert_eq!(shares(&rows, 60, Growth::Within), [0..5, 5..10]);
        assert_eq!(shares(&rows, 60, Growth::AtTheEnd), [0..6, 6..10]);
        assert_eq!(shares(&rows, 5, Growth::AtTheEnd).len(), 10);
        assert_eq!(shares(&rows, 5, Growth::Within).len(), 10);
        for (most, count) in [(80, 1), (79, 2)] {
            assert_eq!(shares(&rows, most, Growth::InSize).len(), count);
        }
    }

    #[test]
    fn no_sliver_is_left_whatever_the_lengths_of_rows() {
        let keys: Vec<(Vec<u8>, Vec<u8>)> = (0..25).map(|number| (vec![number; 30], vec![0; 8])).collect();
        assert_eq!(shares(&keys, 1024, Growth::Within), [0..12, 12..25]);
        let mut dice = Dice::new(7);
        for _ in 0..1_000 {
            let most = 500 + dice.below(2_000);
            let rows: Vec<(Vec<u8>, Vec<u8>)> =
                (0..=dice.below(100)).map(|_| (vec![0; 20], vec![0; 10 + dice.below(60)])).collect();
            let size = |rows: &[(Vec<u8>, Vec<u8>)]| -> usize {
                rows.iter().map(|(key, value)| key.len() + value.len() + FRAME).sum()
            };
            let shares = shares(&rows, most, Growth::Within);
            assert_eq!(shares.len(), size(&rows).div_ceil(most));
            let even = size(&rows) / shares.len();
            // None is further from its part than the longest row.
            assert!(shares.iter().all(|share| size(&rows[share.clone()]).abs_diff(even) <= 93), "{shares:?}");
            let whole: Vec<usize> = shares.into_iter().flatten().collect();
            assert!(whole.into_iter().eq(0..rows.len()));
        }
    }
}
