//! The article that an entry's link leads to: how an admin says to read it, which entries wait for theirs, and what an
//! entry has from it. Knows no page.

use serde::{Deserialize, Serialize};

use super::{Author, EntryKey, NewEntry, Seq, Timestamp};

/// `full_text` or `[feeds.article]` of a source: CSS selectors, each for the whole page. What no selector names is found
/// by what the page says of itself, and the text by what looks like one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleRules {
    /// The headline.
    pub title: Option<String>,
    /// The line that tells the date.
    pub date: Option<String>,
    /// What the text stands in; of several elements all are taken.
    pub body: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// What is taken out before anything is read.
    pub drop: Option<String>,
}

impl ArticleRules {
    /// The keys that hold selectors, with what they hold.
    #[must_use]
    pub fn selectors(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("title", self.title.as_deref()),
            ("date", self.date.as_deref()),
            ("body", self.body.as_deref()),
            ("author", self.author.as_deref()),
            ("drop", self.drop.as_deref()),
        ]
    }
}

/// The articles of a source: which of them are still to be read, over restarts, and how the others fared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Articles {
    /// In the order in which they are read.
    pub waiting: Vec<Waiting>,
    /// How many were read.
    pub read: u64,
    /// How many were given up: their entries stay as the feed tells them.
    pub given_up: u64,
    /// Why the last one that could not be read could not; empty since one was.
    pub reason: String,
}

impl Articles {
    /// Whether none was ever to be read.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// An entry whose article is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The entry's.
    pub key: EntryKey,
    /// Where the article is.
    pub link: String,
    /// How often it was asked for in vain.
    #[serde(default)]
    pub tries: u32,
    /// Not asked for before this.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub next: Timestamp,
    /// An entry without a date, which is published with its article, or without it before long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Box<Held>>,
}

/// An entry that is not published yet, since its article may tell its date, and no date moves once it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// As it would have been published when it came.
    pub new: NewEntry,
    /// Whether it stood in the first document of its source: an old one then goes to the archive.
    #[serde(default)]
    pub first: bool,
    /// Published at this instant, whether its article has come or not.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub until: Timestamp,
}

/// What of an entry's contents is its article's, and not its feed's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each part of an entry")]
pub struct FromArticle {
    /// When the article came.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: Timestamp,
    /// A headline that the list cuts short.
    #[serde(default, skip_serializing_if = "is_no")]
    pub title: bool,
    /// A lead, where the feed has none.
    #[serde(default, skip_serializing_if = "is_no")]
    pub summary: bool,
    /// The text.
    #[serde(default, skip_serializing_if = "is_no")]
    pub content: bool,
    /// Who wrote it, where the feed does not say.
    #[serde(default, skip_serializing_if = "is_no")]
    pub authors: bool,
    /// A picture, where the feed has none.
    #[serde(default, skip_serializing_if = "is_no")]
    pub image: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_no(flag: &bool) -> bool {
    !flag
}

/// What an article tells, cleaned as an entry's contents are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Plain text, where it is to stand in the place of the feed's.
    pub title: Option<String>,
    /// As the publisher dates it; not clamped.
    pub published: Option<Timestamp>,
    /// Sanitised HTML.
    pub summary: Option<String>,
    /// Sanitised HTML.
    pub content: Option<String>,
    /// Who wrote it.
    pub authors: Vec<Author>,
    /// The address of its picture.
    pub image: Option<String>,
}

/// An article for a kept entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Which.
    pub seq: Seq,
    /// What it tells. Its date is of no use any more.
    pub article: Article,
}

impl Article {
    /// Puts what it tells where the entry says nothing; its text, and a headline that it has, in place of the entry's
    /// own. Says what the entry has from it.
    pub fn complete(self, entry: &mut super::Entry, at: Timestamp) -> FromArticle {
        let mut from =
            FromArticle { at, title: false, summary: false, content: false, authors: false, image: false };
        if let Some(title) = self.title {
            from.title = entry.title != title;
            entry.title = title;
        }
        if entry.summary.is_none() && self.summary.is_some() {
            (entry.summary, from.summary) = (self.summary, true);
        }
        if self.content.is_some() {
            (entry.content, from.content) = (self.content, true);
        }
        if entry.authors.is_empty() && !self.authors.is_empty() {
            (entry.authors, from.authors) = (self.authors, true);
        }
        if entry.image.is_none() && self.image.is_some() {
            (entry.image, from.image) = (self.image, true);
        }
        from
    }
}

impl FromArticle {
    /// Puts into an entry as its feed tells it now, `new`, what it has from its article, `kept`: the text always, the
    /// headline unless the feed's has changed, the rest where the feed still says nothing. Says what of it is left.
    #[must_use]
    pub fn stays(self, kept: super::Entry, new: &mut super::Entry, retitled: bool) -> Self {
        let summary = self.summary && new.summary.is_none();
        let authors = self.authors && new.authors.is_empty();
        let image = self.image && new.image.is_none();
        let title = self.title && !retitled;
        if title {
            new.title = kept.title;
        }
        if summary {
            new.summary = kept.summary;
        }
        if self.content {
            new.content = kept.content;
        }
        if authors {
            new.authors = kept.authors;
        }
        if image {
            new.image = kept.image;
        }
        Self { title, summary, authors, image, ..self }
    }
}
