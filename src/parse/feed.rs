//! A feed as published: plain values, raw. Knows nothing of how it was written.

use std::{fmt, time::Duration};

use chrono::Weekday;
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
    /// Whose it is: what Atom's and JSON Feed's entries inherit where they name nobody.
    pub authors: Vec<Author>,
    /// The address of its picture: RSS `<image>`, Atom `<icon>` or `<logo>`, `itunes:image`; absolute.
    pub icon: Option<String>,
    /// Where the feed says it lives (`rel="self"`, JSON Feed `feed_url`); absolute.
    pub self_link: Option<String>,
    /// The copyright notice.
    pub rights: Option<String>,
    /// When it last changed, by its own word.
    pub updated: Option<Timestamp>,
    /// The hours of the day, 0 to 23 in GMT, in which it asks not to be polled (RSS 2.0 `<skipHours>`).
    pub skip_hours: Vec<u8>,
    /// The days on which it asks not to be polled (RSS 2.0 `<skipDays>`).
    pub skip_days: Vec<Weekday>,
    /// In document order.
    pub items: Vec<Item>,
    /// What was done to read it, in plain words, each once; empty for a document without faults.
    pub repairs: Vec<String>,
    /// What in it could not be understood, in plain words; a few.
    pub warnings: Vec<String>,
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
    /// A page for browsers that lists news.
    Page,
    /// A sitemap of news.
    Sitemap,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rss0 => "RSS 0.9x",
            Self::Rss1 => "RSS 1.0",
            Self::Rss2 => "RSS 2.0",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
            Self::Page => "web page",
            Self::Sitemap => "news sitemap",
        })
    }
}

/// One `<item>`, `<entry>` or JSON Feed item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Item {
    /// The `<guid>`, `atom:id`, `rdf:about` or JSON id, trimmed; never one that was made up.
    pub guid: Option<String>,
    /// RSS does not say whether it is text or HTML: it is told as plain, and may hold entities and tags.
    pub title: Option<Text>,
    /// The article's address, absolute: RSS `<link>`, else a link with `rel="alternate"` or none, else a guid that is a
    /// permalink, else `rdf:about`; never `rel="self"`, nor the document's own address.
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
    /// Files enclosed, and media other than its picture; absolute http(s) addresses, each once.
    pub enclosures: Vec<Enclosure>,
    /// The address of its picture; absolute, http(s).
    pub image: Option<String>,
    /// Its own copyright notice (`atom:rights`, `dc:rights`), as published.
    pub rights: Option<String>,
    /// What relative addresses in its HTML are relative to by an `xml:base`; without one the channel's link counts, and
    /// then the document's address.
    pub base: Option<Url>,
}

/// A text and what it is written in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    /// As published.
    pub body: String,
    /// As declared, or as the format has it.
    pub kind: TextKind,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// Plain text: `<` is a less-than sign.
    Plain,
    /// HTML, or XHTML whose attributes feed-rs has written out unescaped. Not to be trusted.
    Html,
}
