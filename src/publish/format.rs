//! The formats that a channel is published in, and the names of its documents.

use std::fmt;

use super::{Channel, Item, RSS_TYPE, rss};
use crate::model::ChannelId;

/// A format that channels are published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0.
    Rss,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 1] = [Self::Rss];

    /// What its documents' addresses end in, behind the dot. Never changes: states are kept by it.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "xml",
        }
    }

    /// For the `Content-Type` header.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => RSS_TYPE,
        }
    }

    /// The one with this extension.
    #[must_use]
    pub fn of(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == extension)
    }
}

/// A channel as a document of this format. Equal arguments give equal bytes.
#[must_use]
pub fn render(format: Format, channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    match format {
        Format::Rss => rss(channel, items),
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
