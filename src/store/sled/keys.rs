//! Where each thing lies in the one tree: a letter, then big-endian numbers and ids, so that the order of bytes is
//! the order of the things. Knows no values.
//!
//! | key | value |
//! |---|---|
//! | `a` channel NUL piece | a piece of the channel's state |
//! | `e` seq | the entry |
//! | `h` seq | what reconciling needs of it |
//! | `k` source NUL key | seq |
//! | `t` source NUL title seq | nothing |
//! | `p` place seq | date, source, who leads it |
//! | `o` source NUL place seq | date, who leads it |
//! | `n` seq | place, date, source, who leads it |
//! | `i` source NUL seq | nothing |
//! | `f` link | who was first under it, and whether it is barred |
//! | `r` seq of a lead, seq | nothing: it is led by that one |
//! | `s` source | the source's state |
//! | `b` seq | whose entry it is, the keys that lead to it, its link and who leads it |
//! | `l` source NUL seq | nothing: a tombstone that may be listed still |
//! | `g` left seq | nothing: a tombstone that left its document then |
//! | `d` seq | nothing: a tombstone that was taken down |
//! | `m` name | layout version, next number, how far a migration is |
//!
//! A tombstone has no `e`, `p`, `o`, `n` and `i`, and one of `l`, `g` and `d`. What was dropped has `e` alone of them.
//!
//! Neighbours of most letters share one of sled's rows, a pack, as [`pack_size`] tells: sled's cost is by the row.
//!
//! Neighbours share pages, and sled writes whole pages again: what is large must not follow what grows at its end with
//! every new entry, as `b`, `e` and `h` do. So channels come first of all.

use crate::model::{ChannelId, Digest, EntryKey, Seq, SourceId};

/// Of entries.
pub const ENTRY: u8 = b'e';
/// Of what reconciling needs.
pub const HEADER: u8 = b'h';
/// Of the keys that lead to entries.
pub const KEY: u8 = b'k';
/// Of the titles that entries have.
pub const TITLE: u8 = b't';
/// Of all places.
pub const PLACE: u8 = b'p';
/// Of one source's own places.
pub const OWN_PLACE: u8 = b'o';
/// Of sources' states.
pub const STATE: u8 = b's';
/// Of channels' states.
pub const CHANNEL: u8 = b'a';
/// Where they were before: beside the last `b`, and written again with every few new entries.
pub const CHANNEL_BEFORE: u8 = b'c';
/// Of what leads to entries.
pub const TRACES: u8 = b'b';
/// Of tombstones that may be listed still.
pub const LISTED: u8 = b'l';
/// Of tombstones that left.
pub const LEFT: u8 = b'g';
/// Of tombstones that were taken down.
pub const TAKEN_DOWN: u8 = b'd';
/// Of who was first under each link.
pub const LEADER: u8 = b'f';
/// Of who is led by whom.
pub const MEMBER: u8 = b'r';
/// Of rows by their numbers.
pub const ROW: u8 = b'n';
/// Of the numbers of one source's rows.
pub const OWN_ROW: u8 = b'i';
/// Where the layout's version lies.
pub const SCHEMA: &[u8] = b"mschema";
/// While a store is brought to this layout: up to which number it was.
pub const PROGRESS: &[u8] = b"mprogress";
/// Where the next number lies.
pub const NEXT: &[u8] = b"mnext";

/// Ends ids; none holds it.
const END: u8 = 0;

/// A millisecond count whose bytes sort as it does, also before 1970.
#[must_use]
pub fn sortable(millis: i64) -> [u8; 8] {
    (millis.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The millisecond count of [`sortable`] bytes.
#[must_use]
pub fn unsortable(bytes: [u8; 8]) -> i64 {
    (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed()
}

/// A number under a letter ([`ENTRY`], [`HEADER`], [`TRACES`], [`ROW`] or [`TAKEN_DOWN`]).
#[must_use]
pub fn numbered(letter: u8, seq: Seq) -> Vec<u8> {
    joined(&[&[letter], &seq.0.to_be_bytes()])
}

/// A key of a source.
#[must_use]
pub fn key(source: &SourceId, key: EntryKey) -> Vec<u8> {
    joined(&[&all_keys(source), &key.0])
}

/// What all keys of a source begin with.
#[must_use]
pub fn all_keys(source: &SourceId) -> Vec<u8> {
    joined(&[&[KEY], source.as_str().as_bytes(), &[END]])
}

/// An entry's title.
#[must_use]
pub fn title(source: &SourceId, title: Digest, seq: Seq) -> Vec<u8> {
    joined(&[&titles(source, title), &seq.0.to_be_bytes()])
}

/// What a title begins with, whichever entry has it.
#[must_use]
pub fn titles(source: &SourceId, title: Digest) -> Vec<u8> {
    joined(&[&[TITLE], source.as_str().as_bytes(), &[END], &title.0])
}

/// A place among all.
#[must_use]
pub fn place(millis: i64, seq: Seq) -> Vec<u8> {
    joined(&[&[PLACE], &sortable(millis), &seq.0.to_be_bytes()])
}

/// A place among a source's own.
#[must_use]
pub fn own_place(source: &SourceId, millis: i64, seq: Seq) -> Vec<u8> {
    joined(&[&own_places(source), &sortable(millis), &seq.0.to_be_bytes()])
}

/// What all of a source's own places begin with.
#[must_use]
pub fn own_places(source: &SourceId) -> Vec<u8> {
    joined(&[&[OWN_PLACE], source.as_str().as_bytes(), &[END]])
}

/// A tombstone that may be listed still.
#[must_use]
pub fn listed(source: &SourceId, seq: Seq) -> Vec<u8> {
    joined(&[&all_listed(source), &seq.0.to_be_bytes()])
}

/// What all tombstones of a source that may be listed still begin with.
#[must_use]
pub fn all_listed(source: &SourceId) -> Vec<u8> {
    joined(&[&[LISTED], source.as_str().as_bytes(), &[END]])
}

/// A tombstone that left its document at this instant.
#[must_use]
pub fn left(millis: i64, seq: Seq) -> Vec<u8> {
    joined(&[&[LEFT], &sortable(millis), &seq.0.to_be_bytes()])
}

/// A row of a source.
#[must_use]
pub fn own_row(source: &SourceId, seq: Seq) -> Vec<u8> {
    joined(&[&own_rows(source), &seq.0.to_be_bytes()])
}

/// What all rows of a source begin with.
#[must_use]
pub fn own_rows(source: &SourceId) -> Vec<u8> {
    joined(&[&[OWN_ROW], source.as_str().as_bytes(), &[END]])
}

/// A link.
#[must_use]
pub fn leader(link: EntryKey) -> Vec<u8> {
    joined(&[&[LEADER], &link.0])
}

/// One that is led by another.
#[must_use]
pub fn member(lead: Seq, seq: Seq) -> Vec<u8> {
    joined(&[&members(lead), &seq.0.to_be_bytes()])
}

/// What all that are led by this one begin with.
#[must_use]
pub fn members(lead: Seq) -> Vec<u8> {
    joined(&[&[MEMBER], &lead.0.to_be_bytes()])
}

/// A source's state.
#[must_use]
pub fn state(source: &SourceId) -> Vec<u8> {
    joined(&[&[STATE], source.as_str().as_bytes()])
}

/// What all pieces of a channel's state begin with.
#[must_use]
pub fn channel(id: &ChannelId) -> Vec<u8> {
    joined(&[&[CHANNEL], id.to_string().as_bytes(), &[END]])
}

/// One piece of a channel's state.
#[must_use]
pub fn channel_piece(id: &ChannelId, piece: u32) -> Vec<u8> {
    joined(&[&channel(id), &piece.to_be_bytes()])
}

/// The channel of which the key names a piece.
#[must_use]
pub fn read_channel(key: &[u8]) -> Option<ChannelId> {
    let name = key.get(1..key.len().checked_sub(5)?)?;
    ChannelId::read(std::str::from_utf8(name).ok()?)
}

/// Place and number from the end of a [`place`], an [`own_place`] or a [`left`].
#[must_use]
pub fn read_place(key: &[u8]) -> Option<(i64, Seq)> {
    let (rest, seq) = key.split_last_chunk()?;
    let (_, millis) = rest.split_last_chunk()?;
    Some((unsortable(*millis), Seq(u64::from_be_bytes(*seq))))
}

/// The number of a [`numbered`] key, or of a value that is one.
#[must_use]
pub fn read_seq(bytes: &[u8]) -> Option<Seq> {
    Some(Seq(u64::from_be_bytes(*bytes.last_chunk()?)))
}

/// The source that stands between a key's letter and its NUL or end, and what follows it.
#[must_use]
pub fn read_source(key: &[u8]) -> Option<(SourceId, &[u8])> {
    let body = key.get(1..)?;
    let end = body.iter().position(|byte| *byte == END).unwrap_or(body.len());
    let source = SourceId::new(std::str::from_utf8(&body[..end]).ok()?)?;
    Some((source, body.get(end + 1..).unwrap_or_default()))
}

/// How many bytes about the packs have that hold the rows of a letter; none of a letter whose rows share nothing: what is
/// large, or stands alone, or where no two of a commit are neighbours.
#[must_use]
pub fn pack_size(letter: u8) -> Option<usize> {
    match letter {
        ENTRY => Some(4096),
        HEADER | TRACES | ROW | OWN_ROW | PLACE | OWN_PLACE | LISTED | LEFT => Some(2048),
        // In no order of time: each that a commit writes may be another one, and all of it is written again.
        KEY | TITLE => Some(640),
        _ => None,
    }
}

/// What the keys begin with that may share a pack: their letter and, where it follows, their source.
#[must_use]
pub fn kind(key: &[u8]) -> &[u8] {
    let is_of_source = matches!(key.first(), Some(&(KEY | TITLE | OWN_PLACE | OWN_ROW | LISTED)));
    let length = if is_of_source { key.iter().position(|byte| *byte == END) } else { Some(1) };
    key.get(..length.unwrap_or(key.len())).unwrap_or_default()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_as_bytes_also_before_1970() {
        let places = [(i64::MIN, 9), (-1, 1), (0, 0), (0, 1), (1, 0), (i64::MAX, 0)];
        let keys: Vec<_> = places.iter().map(|(millis, seq)| place(*millis, Seq(*seq))).collect();
        assert!(keys.is_sorted());
        for ((millis, seq), key) in places.iter().zip(&keys) {
            assert_eq!(read_place(key), Some((*millis, Seq(*seq))));
        }
    }

    #[test]
    fn no_source_lies_within_another() {
        let short = SourceId::new("bao").unwrap();
        let long = SourceId::new("bao-moi").unwrap();
        assert!(!own_place(&long, 0, Seq(1)).starts_with(&own_places(&short)));
        assert_eq!(read_source(&key(&short, EntryKey([0; 16]))), Some((short, &[0_u8; 16][..])));
    }
}
