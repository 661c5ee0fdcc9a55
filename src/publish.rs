//! Entries become the bytes that readers get. Pure: a channel's description and its entries in, a document out; it
//! knows neither where entries come from nor how bytes are sent.

mod budget;
mod extent;
mod plain;
mod rss;

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::model::{Digest, EntryKey, Source, SourceId, StoredEntry, Timestamp};

pub use budget::{Budget, DOCUMENT_TEXT_MAX};
pub use extent::abridge;
pub use rss::rss;

/// What a channel says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub title: String,
    /// One sentence on what it carries.
    pub description: String,
    /// The page that it belongs to, absolute.
    pub home: String,
    /// Where it is served, absolute.
    pub address: String,
}

/// An entry with the source that is credited for it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The entry.
    pub stored: &'a StoredEntry,
    /// Whose it is.
    pub source: &'a Source,
}

/// A document ready to be sent, in each coding that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// For the `Content-Type` header.
    pub media_type: &'static str,
    /// As it is.
    pub identity: Coded,
    /// Compressed (RFC 1952).
    pub gzip: Coded,
    /// When these bytes replaced different ones.
    pub last_modified: Timestamp,
}

/// Bytes in one coding, with their strong validator (RFC 9110 §8.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// What is sent.
    pub bytes: Bytes,
    /// In quotes; differs from coding to coding, as a strong one must.
    pub etag: String,
}

/// The media type of RSS documents.
pub const RSS_TYPE: &str = "application/rss+xml; charset=utf-8";

impl Published {
    /// A document and its compressed twin. `digest` is [`Published::digest`] of the same bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>, digest: Digest, media_type: &'static str, last_modified: Timestamp) -> Self {
        let gzip = gzip(&bytes);
        Self {
            media_type,
            identity: Coded { bytes: bytes.into(), etag: format!("\"{digest}\"") },
            gzip: Coded { bytes: gzip.into(), etag: format!("\"{digest}-gzip\"") },
            last_modified,
        }
    }

    /// What the `ETag`s are made of: the same bytes have the same, over restarts too.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Digest {
        Digest::of(&[bytes])
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.identity.bytes.len() + self.gzip.bytes.len()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Writing to a Vec does not fail; were it to, an empty body would be sent as such, never half a document.
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// The id under which readers know an entry, for ever: a UUID (RFC 9562 §5.8, version 8) made of its source and key.
/// Neither our address nor the publisher's present one enters it.
#[must_use]
pub fn public_guid(source: &SourceId, key: EntryKey) -> String {
    let Digest(mut uuid) = Digest::of(&[b"tintinh", source.as_str().as_bytes(), &key.0]);
    uuid[6] = (uuid[6] & 0x0f) | 0x80;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    let hex = Digest(uuid).to_string();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Whether XML 1.0 §2.2 allows the character. The XML writers of our libraries write the others raw, and the document
/// is then not well-formed.
fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn legal(text: &str) -> String {
    text.chars().filter(|&character| is_legal(character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rule;

    #[test]
    fn a_public_guid_is_a_uuid_that_never_changes() {
        let source = SourceId::new("bao-ninh-binh").unwrap();
        let guid = public_guid(&source, EntryKey::new(Rule::Guid, "news_6774"));
        // A literal, for it must be the same in every version to come.
        assert_eq!(guid, "urn:uuid:121a8729-eccb-8b43-a761-c822b9a709c0");
        let other = SourceId::new("dong-nai").unwrap();
        assert_ne!(guid, public_guid(&other, EntryKey::new(Rule::Guid, "news_6774")));
    }

    #[test]
    fn each_coding_has_an_etag_of_its_own_and_equal_bytes_have_equal_ones() {
        let make = |text: &[u8]| {
            Published::new(text.to_vec(), Published::digest(text), RSS_TYPE, Timestamp::UNIX_EPOCH)
        };
        let (one, same, other) = (make(b"<rss/>"), make(b"<rss/>"), make(b"<rss />"));
        assert_eq!(one, same);
        assert_ne!(one.identity.etag, one.gzip.etag);
        assert_ne!(one.identity.etag, other.identity.etag);
    }
}
