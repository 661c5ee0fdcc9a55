//! What entries are known by, looked up by, and recognised by.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

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
