//! How values are written: JSON in zstd for what may grow, fixed bytes for indexes. Each begins with a format byte or
//! has a fixed length. Knows no keys and no database.

mod rows;

use std::{
    cell::RefCell,
    io::{self, Read as _},
};

use chrono::DateTime;
use serde::{Serialize, de::DeserializeOwned};
use zstd::{
    bulk::{Compressor, Decompressor},
    zstd_safe::get_frame_content_size,
};

use crate::model::{
    Digest, Entry, KnownEntry, Likeness, Presence, Seq, SourceState, StoredEntry, Validators,
};

use super::StoreError;

pub use self::rows::{
    leader, own_place, place, read_leader, read_own_place, read_place, read_row, read_traces, row, traces,
};

/// The largest value, compressed: the database was measured to be safe up to it.
pub const VALUE_MAX: usize = 200 * 1024;

/// The largest value before compression; no document we read is larger.
pub const PLAIN_MAX: usize = 16 * 1024 * 1024;

/// The largest entry before compression, in bytes of JSON. A whole book stays below it; what is larger and compresses
/// to [`VALUE_MAX`] all the same is no news, and would swell a thousandfold whenever it is read.
const ENTRY_PLAIN_MAX: usize = 1024 * 1024;

/// The longest single text in an entry that had to be cut, in bytes.
const TEXT_MAX: usize = 8 * 1024;

/// The first byte of JSON in zstd.
const JSON_ZSTD: u8 = 1;

/// zstd's fast end: news text shrinks to a third, at hundreds of MB/s.
const LEVEL: i32 = 1;

/// JSON in zstd, of any size.
pub fn packed(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    packed_within(PLAIN_MAX, value)
}

/// JSON of at most so many bytes, in zstd.
fn packed_within(most: usize, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged {
        what: format!("a value to be written has no JSON form: {error}"),
    };
    let json = serde_json::to_vec(value).map_err(|error| damaged(&error))?;
    if json.len() > most {
        return Err(StoreError::Damaged { what: format!("a value of {} bytes is too large", json.len()) });
    }
    let mut bytes = vec![JSON_ZSTD];
    bytes.append(&mut compressed(&json).map_err(|error| damaged(&error))?);
    Ok(bytes)
}

thread_local! {
    /// Making one takes longer than compressing an entry does. Few threads write.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    /// So it is with reading; some 100 KB for each thread that reads.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn compressed(json: &[u8]) -> io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(compressor) => compressor.compress(json),
        None => kept.insert(compressor()?).compress(json),
    })
}

/// With a checksum: what is salvaged from damaged files must be what was written.
fn compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    Ok(compressor)
}

/// What [`packed`] wrote; `what` names it in the error.
pub fn unpacked<T: DeserializeOwned>(bytes: &[u8], what: &dyn Fn() -> String) -> Result<T, StoreError> {
    let damaged = |why: String| StoreError::Damaged { what: format!("{}: {why}", what()) };
    let Some((&JSON_ZSTD, body)) = bytes.split_first() else {
        return Err(damaged("unknown format".to_owned()));
    };
    let json = decompressed(body).map_err(|error| damaged(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))
}

fn decompressed(body: &[u8]) -> io::Result<Vec<u8>> {
    let told = get_frame_content_size(body).ok().flatten().and_then(|length| usize::try_from(length).ok());
    let Some(length) = told.filter(|length| *length <= PLAIN_MAX) else {
        // What we wrote tells its length; whatever this is, it is read within bounds.
        let mut json = Vec::new();
        zstd::Decoder::new(body)?.take(PLAIN_MAX as u64 + 1).read_to_end(&mut json)?;
        return Ok(json);
    };
    DECOMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(decompressor) => decompressor.decompress(body, length),
        None => kept.insert(Decompressor::new()?).decompress(body, length),
    })
}

/// The entry as a value of at most [`VALUE_MAX`], and [`ENTRY_PLAIN_MAX`] before compression. What is too large loses its content, then its summary and its
/// lists, and last has its texts cut; nothing that identifies it or that is fixed (P4) changes.
pub fn entry(stored: &StoredEntry) -> Result<Vec<u8>, StoreError> {
    let shed: [fn(&mut Entry); 3] = [|entry| entry.content = None, without_lists, with_short_texts];
    let fits = |bytes: &Result<Vec<u8>, StoreError>| bytes.as_ref().is_ok_and(|it| it.len() <= VALUE_MAX);
    let mut bytes = packed_within(ENTRY_PLAIN_MAX, stored);
    if fits(&bytes) {
        return bytes;
    }
    let mut rest = stored.clone();
    for lessen in shed {
        lessen(&mut rest.entry);
        bytes = packed_within(ENTRY_PLAIN_MAX, &rest);
        if fits(&bytes) {
            break;
        }
    }
    bytes
}

fn without_lists(entry: &mut Entry) {
    entry.summary = None;
    entry.authors.clear();
    entry.categories.clear();
    entry.enclosures.clear();
}

fn with_short_texts(entry: &mut Entry) {
    for text in [&mut entry.title, &mut entry.identity.value] {
        text.truncate(text.floor_char_boundary(TEXT_MAX));
    }
    // Half an address leads nowhere.
    for address in [&mut entry.link, &mut entry.canonical_link, &mut entry.image] {
        address.take_if(|address| address.len() > TEXT_MAX);
    }
}

/// The source's state as a value of at most [`VALUE_MAX`]. Monstrous validators are forgotten, which costs one
/// unconditional request, and with them the reason, the only other part that could be long.
pub fn state(state: &SourceState) -> Result<Vec<u8>, StoreError> {
    let bytes = packed(state);
    if bytes.as_ref().is_ok_and(|bytes| bytes.len() <= VALUE_MAX) {
        return bytes;
    }
    packed(&SourceState { validators: Validators::default(), reason: String::new(), ..state.clone() })
}

/// Stands in a header for "may be listed still".
const LISTED: i64 = i64::MAX;
/// Stands in a header for "was taken down".
const TAKEN_DOWN: i64 = i64::MIN;

/// What reconciling needs of an entry or tombstone, without its number, which is in the key.
pub fn header(known: &KnownEntry) -> Vec<u8> {
    let KnownEntry { digest, head, likeness, date, body_updates, aliases, .. } = known;
    let Likeness { title, text, gist } = likeness;
    let digests = [digest, head, title, text, gist].map(|digest| digest.0).concat();
    let counts = [body_updates, aliases].map(|count| count.to_be_bytes()).concat();
    let left = match known.presence {
        Presence::Kept => Vec::new(),
        Presence::Listed => LISTED.to_be_bytes().to_vec(),
        Presence::Left(at) => at.timestamp_millis().to_be_bytes().to_vec(),
        Presence::TakenDown => TAKEN_DOWN.to_be_bytes().to_vec(),
    };
    [&digests[..], &date.timestamp_millis().to_be_bytes(), &counts, &left].concat()
}

/// What [`header`] wrote.
pub fn read_header(seq: Seq, bytes: &[u8]) -> Option<KnownEntry> {
    let mut rest = bytes;
    let mut digests = [Digest([0; 16]); 5];
    for digest in &mut digests {
        let (first, others) = rest.split_first_chunk()?;
        (digest.0, rest) = (*first, others);
    }
    let [digest, head, title, text, gist] = digests;
    let (date, rest) = rest.split_first_chunk()?;
    let (body_updates, rest) = rest.split_first_chunk()?;
    let (aliases, rest) = rest.split_first_chunk()?;
    let presence = match rest {
        [] => Presence::Kept,
        _ => match i64::from_be_bytes(rest.try_into().ok()?) {
            LISTED => Presence::Listed,
            TAKEN_DOWN => Presence::TakenDown,
            at => Presence::Left(DateTime::from_timestamp_millis(at)?),
        },
    };
    Some(KnownEntry {
        seq,
        digest,
        head,
        likeness: Likeness { title, text, gist },
        date: DateTime::from_timestamp_millis(i64::from_be_bytes(*date))?,
        body_updates: u32::from_be_bytes(*body_updates),
        aliases: u32::from_be_bytes(*aliases),
        presence,
    })
}

#[cfg(test)]
mod tests;
