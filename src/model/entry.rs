//! One normalized news item.

use serde::{Deserialize, Serialize};

use super::{Identity, Timestamp};

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
