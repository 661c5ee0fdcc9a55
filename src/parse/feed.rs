//! A feed as published: plain values, raw. Knows nothing of how it was written.

use std::{fmt, time::Duration};

use url::Url;

use crate::model::{Author, Enclosure, Timestamp};

/// One document of a publisher.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    /// What kind of document it is, where that is known.
    pub format: Option<Format>,
    /// As published; plain text in most formats, HTML in some Atom feeds.
    pub title: Option<String>,
    /// The page that the feed belongs to. Many publishers put the feed's own address here.
    pub link: Option<String>,
    /// What the feed says it carries.
    pub description: Option<String>,
    /// `vi`, `vi-vn` and the like, as published; often wrong.
    pub language: Option<String>,
    /// The software that wrote it.
    pub generator: Option<String>,
    /// The shortest time between polls that it asks for (RSS 2.0 `<ttl>`, which is in minutes).
    pub ttl: Option<Duration>,
    /// In document order.
    pub items: Vec<Item>,
}

/// The kinds of feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RSS 0.91, 0.92 and their kin.
    Rss0,
    /// RSS 1.0, which is RDF.
    Rss1,
    /// RSS 2.0.
    Rss2,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rss0 => "RSS 0.9x",
            Self::Rss1 => "RSS 1.0",
            Self::Rss2 => "RSS 2.0",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        })
    }
}

/// One `<item>`, `<entry>` or JSON Feed item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The `<guid>`, `atom:id` or JSON id, trimmed; never one that was made up.
    pub guid: Option<String>,
    /// RSS does not say whether it is text or HTML: it is told as plain, and may hold entities and tags.
    pub title: Option<Text>,
    /// The article's address: RSS `<link>`, Atom `rel="alternate"`; never `rel="self"`, nor the document's own address.
    pub link: Option<String>,
    /// The lead.
    pub summary: Option<Text>,
    /// The whole article, where the feed carries it (`content:encoded`, `atom:content`).
    pub content: Option<Text>,
    /// Names only where the publisher gave any; a mail address where there is nothing else.
    pub authors: Vec<Author>,
    /// As published, in document order.
    pub categories: Vec<String>,
    /// As read by the caller's reader of dates.
    pub published: Option<Timestamp>,
    /// As read by the caller's reader of dates.
    pub updated: Option<Timestamp>,
    /// Files other than its picture; absolute http(s) addresses, each once.
    pub enclosures: Vec<Enclosure>,
    /// The address of its picture; absolute, http(s).
    pub image: Option<String>,
    /// What relative addresses in its HTML are relative to, where that is not the document's address (`xml:base`).
    pub base: Option<Url>,
}

/// A text and what it is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As published.
    pub body: String,
    /// As declared, or as the format has it.
    pub kind: TextKind,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Plain text: `<` is a less-than sign.
    Plain,
    /// HTML, or XHTML whose attributes feed-rs has written out unescaped. Not to be trusted.
    Html,
}
