//! From the bytes of a document to a feed: charset, what kind of document it is, limits, repair, feed-rs, and what
//! feed-rs loses. The only room that names `feed_rs`. Knows nothing of sources and of what is kept; cleans no text.
//!
//! # How a document is read
//!
//! 1. `charset` makes it text, and `sniff` tells what it is: a page, a challenge and a stranger are refused as such.
//! 2. `tree` reads it exactly, in one pass over `tokens`. Whatever is wrong with it ends that pass.
//! 3. What is well-formed and within feed-rs's means, feed-rs reads as it is.
//! 4. What is ill-formed is read once more, leniently: each tag finds its place. It is then written out in the form that
//!    feed-rs reads best (`canonical`), and feed-rs reads that; so it is with what feed-rs refuses, fails on, or finds
//!    fewer items in than the tree has.
//! 5. `told` says what the tree says of each item, by one set of rules for all formats and for well-formed and mended
//!    documents alike. Its values stand before feed-rs's, which fill in what it is silent of (`convert`): otherwise a
//!    feed that is ill-formed for a day would change its entries for that day.
//!
//! # Limits
//!
//! feed-rs recurses on nested elements; what is nested deeper than any feed is, or is otherwise beyond what feed-rs
//! bears, never gets to it. Our own passes do not recurse on what a document says, and take time linear in its length.
//! Still call [`parse`] on a thread with [`STACK_SIZE`]: a stack's overflow is the one failure that nothing catches.

mod canonical;
mod charset;
mod convert;
mod entities;
mod feed;
mod json;
mod markup;
mod names;
mod page;
mod reader;
mod repairs;
mod scan;
mod sniff;
#[cfg(test)]
mod tests;
mod tokens;
mod told;
mod tree;

use std::sync::Arc;

use serde_json::Value;
use url::Url;

pub use self::{
    charset::Unreadable,
    feed::{Feed, Format, Item, Text, TextKind},
    markup::{TAG_ATTRIBUTES_MAX, overladen_tags},
    page::{
        ARTICLE_MAX, ArticleError, ArticlePage, Awaited, Expected, Fault, Listing, PAGE_DEPTH_MAX,
        PAGE_ELEMENTS_MAX, PAGE_ITEMS_MAX, PageError, Proposal, SELECTOR_MAX, Survey, TooMuch, parse_article,
        parse_page, selector_fault, survey,
    },
    scan::{ATTRIBUTES_MAX, BASE_MAX, DEPTH_MAX, ELEMENTS_MAX, Excess, INHERITED_MAX, VALUES_MAX},
};
use self::{
    repairs::{Repair, Repairs},
    sniff::Form,
};
use crate::model::Timestamp;

/// The stack, in bytes, that a thread needs that calls [`parse`].
pub const STACK_SIZE: usize = 8 << 20;

/// The largest document that is read, in bytes, as sent (decompressed, not yet decoded).
pub const BODY_MAX: usize = 10 << 20;

/// A document as a publisher sent it.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The body, decompressed.
    pub bytes: &'a [u8],
    /// The response's Content-Type; of it only the charset is heard, since feeds come under all kinds of types.
    pub content_type: Option<&'a str>,
    /// Where it was found in the end: relative addresses are relative to this.
    pub url: &'a Url,
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Nothing but space.
    #[error("the body is empty")]
    Empty,
    /// Larger than [`BODY_MAX`].
    #[error("the body has {0} bytes; at most {BODY_MAX} are read")]
    TooLarge(usize),
    /// A page for browsers.
    #[error("it is a web page{}, not a feed", titled(.title.as_deref()))]
    WebPage {
        /// What stands in its `<title>`, shortened.
        title: Option<String>,
    },
    /// A page whose script sets a `D1N` cookie and loads the address again: a gate that several papers put up.
    #[error("it is a page that wants a cookie (D1N) set by its script, not a feed")]
    CookieChallenge,
    /// Neither XML nor JSON.
    #[error("it is neither XML nor JSON; it begins with `{start}`")]
    Unknown {
        /// Its first characters.
        start: String,
    },
    /// XML, but of some other kind.
    #[error("it is an XML document of another kind (<{root}>), not a feed")]
    OtherXml {
        /// The name of its outermost element.
        root: String,
    },
    /// JSON, but of some other kind.
    #[error("it is a JSON document of another kind, not a feed")]
    OtherJson,
    /// A page that was to be read as a list.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A page that was to be read as an article.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// In a charset that is not read.
    #[error(transparent)]
    Charset(#[from] Unreadable),
    /// JSON beyond a limit that keeps us from harm.
    #[error(transparent)]
    TooComplex(#[from] Excess),
    /// It begins as JSON and is none.
    #[error("it begins as JSON but is none: {0}")]
    IllFormed(#[from] serde_json::Error),
}

fn titled(title: Option<&str>) -> String {
    title.map(|title| format!(" titled “{title}”")).unwrap_or_default()
}

/// Reads one document. `read_date` is asked for every date in it.
///
/// Nothing is sanitised: titles and bodies are as published, and may hold anything. Call it on a thread with
/// [`STACK_SIZE`], and not on an async one: a large document takes tenths of a second.
///
/// # Errors
/// See [`ParseError`].
pub fn parse<F>(document: &Document<'_>, read_date: F) -> Result<Feed, ParseError>
where
    F: Fn(&str) -> Option<Timestamp> + Send + Sync + 'static,
{
    let read_date: reader::ReadDate = Arc::new(read_date);
    let (mut feed, note) = decoded(document, |text| parse_text(text, document.url, &read_date))?;
    feed.repairs.splice(0..0, note);
    Ok(feed)
}

/// What is made of a document's text, and what is to be said of its charset.
fn decoded<T>(
    document: &Document<'_>,
    read: impl FnOnce(&str) -> Result<T, ParseError>,
) -> Result<(T, Option<String>), ParseError> {
    if document.bytes.len() > BODY_MAX {
        return Err(ParseError::TooLarge(document.bytes.len()));
    }
    let decoded = charset::decode(document.bytes, document.content_type)?;
    let text = charset::without_prologue(sniff::behind_declaration(&decoded.text));
    Ok((read(text)?, decoded.note))
}

fn parse_text(text: &str, url: &Url, read_date: &reader::ReadDate) -> Result<Feed, ParseError> {
    match sniff::form(text)? {
        Form::Json => parse_json(text, url, read_date),
        Form::Xml { start, stranger } => {
            let feed = text.get(start..).unwrap_or(text);
            let feed = parse_xml(feed, start > 0, stranger.is_some(), url, read_date);
            let is_told = feed.items.iter().any(|item| item.title.is_some() || item.link.is_some());
            match stranger {
                Some(root) if !is_told => Err(ParseError::OtherXml { root: sniff::excerpt(&root) }),
                // A page that only mentions a feed.
                None if start > 0 && !is_told => Err(sniff::mention(text)),
                _ => Ok(feed),
            }
        }
    }
}

/// Strict first: feed-rs reads the document as it is, if it is well-formed and not beyond what feed-rs can take. What
/// it refuses, fails on or loses items of, it gets to read as we write it anew.
fn parse_xml(text: &str, has_junk: bool, is_strange: bool, url: &Url, read_date: &reader::ReadDate) -> Feed {
    let exact = tree::exact(text);
    let mut repairs = Repairs::default();
    if let Some(tree) = exact.as_ref().filter(|tree| tree.weight.is_light()) {
        match reader::read(text, url) {
            Ok(read) => {
                let told = told::feed(tree, url, read_date);
                let lost = told.items.len().saturating_sub(read.entries.len());
                if lost == 0 && !has_junk && !(told.items.is_empty() && mentions_items(text)) {
                    return convert::completed(told, read);
                }
                repairs.note_many(Repair::Lost, lost);
            }
            Err(failed) => repairs.refuse(failed.to_string()),
        }
    }
    let mut tree = match exact {
        // Well-formed, and yet its items are where none belong.
        Some(tree) if told::is_empty(&tree) => tree::lenient(text),
        Some(tree) => tree,
        None => tree::lenient(text),
    };
    repairs.note_many(Repair::Junk, usize::from(has_junk));
    repairs.note_many(Repair::Root, usize::from(is_strange));
    tree.repairs.merge(&repairs);
    let told = told::feed(&tree, url, read_date);
    if !tree.weight.is_small() {
        return told;
    }
    match reader::read(&canonical::rss(&told), url) {
        Ok(read) => convert::completed(told, read),
        // Ours is whole without it.
        Err(_) => told,
    }
}

fn mentions_items(text: &str) -> bool {
    ["<item", "<entry", ":item", ":entry", "<ITEM"].iter().any(|sign| text.contains(sign))
}

fn parse_json(text: &str, url: &Url, read_date: &reader::ReadDate) -> Result<Feed, ParseError> {
    json::check(text)?;
    let mut repairs = Repairs::default();
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(_) => serde_json::from_str(&json::mended(text, &mut repairs))?,
    };
    if !json::is_feed(&document) {
        return Err(ParseError::OtherJson);
    }
    let mut told = json::feed(&document, url, read_date);
    let strict = json::is_light(&document).then(|| reader::read(text, url));
    let read = match strict {
        Some(Ok(read)) => Ok(read),
        other => {
            if let Some(Err(failed)) = other {
                repairs.refuse(failed.to_string());
            }
            reader::read(&canonical::json(&told), url)
        }
    };
    told.repairs = repairs.told();
    Ok(match read {
        Ok(read) => convert::completed(told, read),
        Err(_) => told,
    })
}
