//! One normalized news item, before and after it is kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{FromArticle, SourceId, Timestamp};

/// One news item, normalized: text in NFC, HTML sanitised, addresses absolute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What identifies it within its source.
    pub identity: Identity,
    /// The article's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The link in the form in which two spellings of one address are equal; none where the link does not identify
    /// (shared by several items of the document, or the channel's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical_link: Option<String>,
    /// Plain text. Never empty.
    pub title: String,
    /// Sanitised HTML: the lead, or what the publisher calls the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Sanitised HTML: the whole article, when the feed carries it beside the summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Author>,
    /// Plain text, each once, in document order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// As the publisher dates it; not clamped.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "chrono::serde::ts_milliseconds_option"
    )]
    pub published: Option<Timestamp>,
    /// As the publisher dates its last change; not clamped.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "chrono::serde::ts_milliseconds_option"
    )]
    pub updated: Option<Timestamp>,
    /// The address of its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Files that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosures: Vec<Enclosure>,
    /// Plain text: under whose rights it is, where its publisher says so of it alone; see [`SourceState::rights`] for what is
    /// said of all.
    ///
    /// [`SourceState::rights`]: super::SourceState::rights
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
}

/// Somebody named as an author.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Author {
    /// Plain text.
    pub name: String,
    /// A page about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A file that belongs to an entry (RSS 2.0 `<enclosure>`, Atom `rel="enclosure"`, Media RSS content).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Enclosure {
    /// Absolute, http or https.
    pub url: String,
    /// `audio/mpeg` and the like, as the publisher says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size in bytes, as the publisher says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// What the file is called (Atom `title=`, JSON Feed `title`, Media RSS `<media:title>`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How long it plays, in seconds (`<itunes:duration>`, Media RSS `duration=`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
}

/// What identifies an entry within its source, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The rule that was used.
    pub rule: Rule,
    /// The guid (of one that is an address, without `http:` or `https:`), the canonical link, or the fingerprint in hex.
    pub value: String,
}

/// The ways to identify an entry, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// The publisher's own guid, `atom:id` or JSON Feed id.
    Guid,
    /// The canonical link.
    Link,
    /// A hash of title, date and text.
    Fingerprint,
}

/// What an entry is looked up by within its source: a hash of a rule and its value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenKey", into = "Digest")]
pub struct EntryKey(pub [u8; 16]);

/// The ways in which keys were written: in hex, and before that as bytes.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenKey {
    Hex(Digest),
    Bytes([u8; 16]),
}

impl From<WrittenKey> for EntryKey {
    fn from(written: WrittenKey) -> Self {
        match written {
            WrittenKey::Hex(Digest(bytes)) | WrittenKey::Bytes(bytes) => Self(bytes),
        }
    }
}

impl From<EntryKey> for Digest {
    fn from(key: EntryKey) -> Self {
        Self(key.0)
    }
}

impl EntryKey {
    /// The key of this value under this rule.
    #[must_use]
    pub fn new(rule: Rule, value: &str) -> Self {
        let tag: &[u8] = match rule {
            Rule::Guid => b"guid\0",
            Rule::Link => b"link\0",
            Rule::Fingerprint => b"fingerprint\0",
        };
        Self(Digest::of(&[tag, value.as_bytes()]).0)
    }
}

impl Identity {
    /// The key it is looked up by.
    #[must_use]
    pub fn key(&self) -> EntryKey {
        EntryKey::new(self.rule, &self.value)
    }
}

impl fmt::Debug for EntryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Digest(self.0), formatter)
    }
}

/// 128 bits of SHA-256: enough to tell contents apart, short enough to store by the million.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// The digest of these parts, each with its length, so that no two lists of parts run together.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize()[..16]);
        Self(short)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        // To format each byte takes longer than to make the digest.
        let mut hex = [0; 32];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
        }
        formatter.write_str(std::str::from_utf8(&hex).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = u128::from_str_radix(&text, 16).map_err(|_| format!("`{text}` is no digest"))?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// What an entry is recognised by when neither guid nor link tell: several may have the same. Letter case, punctuation,
/// markup and addresses make no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Likeness {
    /// Of the title.
    pub title: Digest,
    /// Of title and text.
    pub text: Digest,
    /// Of title and text, the numbers in the text left out: a counter makes no difference.
    pub gist: Digest,
}

/// An entry's number in the order in which entries were first committed, over all sources. Within one commit the last
/// entry of the document has the lowest, so that "newest first" reads a document from its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// An entry with what was fixed when it was first committed (promise P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredEntry {
    /// Its number; assigned by the store.
    pub seq: Seq,
    /// Whose it is.
    pub source: SourceId,
    /// The key it was first published under: what its public guid is made of. Never changes.
    pub key: EntryKey,
    /// When its first commit was made.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub first_seen: Timestamp,
    /// The date readers see: as published, never after `first_seen`. Never changes.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// What merged channels select by: `first_seen`, or the date for entries that were old when their source was
    /// first polled. Never changes.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub place: Timestamp,
    /// When its contents last changed; `first_seen` if never.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub changed: Timestamp,
    /// Who leads its group, where another source's entry does. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    /// Which of its source's filters dropped it, in words: it is in no channel and no archive. Never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
    /// What of its contents is its article's; none where no article was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<FromArticle>,
    /// The contents, as last published.
    pub entry: Entry,
}

impl StoredEntry {
    /// When readers last saw a difference: when its publisher changed it, or its article came.
    #[must_use]
    pub fn differs_since(&self) -> Timestamp {
        self.article.map_or(self.changed, |article| self.changed.max(article.at))
    }
}

/// The first committed of the entries of several sources that have one canonical link: one story, which keeps this
/// entry's id, date and place for ever, also when the entry itself is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// See [`StoredEntry::seq`].
    pub seq: Seq,
    /// See [`StoredEntry::source`].
    pub source: SourceId,
    /// See [`StoredEntry::key`].
    pub key: EntryKey,
    /// See [`StoredEntry::date`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub date: Timestamp,
    /// See [`StoredEntry::place`].
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub place: Timestamp,
}

impl Lead {
    /// This entry as the lead of those that come later.
    #[must_use]
    pub fn of(stored: &StoredEntry) -> Self {
        let StoredEntry { seq, ref source, key, date, place, .. } = *stored;
        Self { seq, source: source.clone(), key, date, place }
    }
}

/// What the selection of a channel needs to know of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// See [`StoredEntry::seq`].
    pub seq: Seq,
    /// See [`StoredEntry::source`].
    pub source: SourceId,
    /// See [`StoredEntry::place`].
    pub place: Timestamp,
    /// See [`StoredEntry::date`].
    pub date: Timestamp,
    /// See [`StoredEntry::lead`].
    pub lead: Option<Box<Lead>>,
}

impl Row {
    /// This entry's.
    #[must_use]
    pub fn of(stored: &StoredEntry) -> Self {
        let StoredEntry { seq, ref source, place, date, ref lead, .. } = *stored;
        Self { seq, source: source.clone(), place, date, lead: lead.clone().map(Box::new) }
    }
}
