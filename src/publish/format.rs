//! The formats that a channel is published in, and the names of its documents.

use std::fmt;

use super::{Channel, Item, atom::atom, json::json, rss::rss};
use crate::model::ChannelId;

/// A format that channels are published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0 (RFC 4287).
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// What its documents' addresses end in, behind the dot. Never changes: states are kept by it.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "xml",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// For the `Content-Type` header. RSS and Atom go out as the XML that they are: browsers show that by its stylesheet, and
    /// the formats' own types as raw text. JSON is UTF-8 without saying so (RFC 8259 §8.1, §11).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss | Self::Atom => "application/xml; charset=utf-8",
            Self::Json => "application/feed+json",
        }
    }

    /// Its own type, for the `type` of a link: what readers look for in a page.
    #[must_use]
    pub fn link_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// The one with this extension.
    #[must_use]
    pub fn of(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The address of a document in this format.
    pub(super) fn address(self, without_extension: &str) -> String {
        format!("{without_extension}.{}", self.extension())
    }

    /// The other formats.
    pub(super) fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |other| *other != self)
    }
}

/// A channel as a document of this format. Equal arguments give equal bytes.
#[must_use]
pub fn render(format: Format, channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    let channel = &channel.escaped();
    match format {
        Format::Rss => rss(channel, items),
        Format::Atom => atom(channel, items),
        Format::Json => json(channel, items),
    }
}

/// Names a document: a channel in a format.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId {
    /// Whose entries it holds.
    pub channel: ChannelId,
    /// How they are written.
    pub format: Format,
}

impl fmt::Display for DocumentId {
    /// Its address on the readers' listener: `provinces/ninh-binh.xml`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.channel, self.format.extension())
    }
}
