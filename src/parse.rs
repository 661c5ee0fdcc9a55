//! From the bytes of a document to a feed: charset, what kind of document it is, limits, feed-rs, and what feed-rs
//! loses. The only room that names `feed_rs`. Knows nothing of sources and of what is kept; cleans no text.
//!
//! feed-rs recurses on nested elements. The limits here keep it within [`STACK_SIZE`], a stack's overflow being the one
//! failure that nothing catches: call [`parse`] on a thread with at least that much.

mod charset;
mod convert;
mod feed;
mod json;
mod reader;
mod scan;
mod side;
mod sniff;
#[cfg(test)]
mod tests;

use std::{error::Error, sync::Arc};

use url::Url;

pub use self::{
    feed::{Feed, Format, Item, Text, TextKind},
    scan::{ATTRIBUTES_MAX, BASE_MAX, DEPTH_MAX, ELEMENTS_MAX, Excess, INHERITED_MAX},
};
use self::{reader::Failed, sniff::Form};
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
    /// Beyond a limit that keeps us from harm.
    #[error(transparent)]
    TooComplex(#[from] Excess),
    /// feed-rs found it wrong.
    #[error("{0}")]
    Refused(String, #[source] Box<dyn Error + Send + Sync>),
    /// feed-rs panicked, also without authors and durations.
    #[error("the feed reader failed on it")]
    Panicked,
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
    if document.bytes.len() > BODY_MAX {
        return Err(ParseError::TooLarge(document.bytes.len()));
    }
    let text = charset::decode(document.bytes, document.content_type);
    let text = charset::without_prologue(&text);
    let read_date: reader::ReadDate = Arc::new(read_date);
    match sniff::form(text)? {
        Form::Json => parse_json(text, document.url, &read_date),
        Form::Xml => parse_xml(text, document.url, &read_date),
    }
}

fn parse_xml(text: &str, url: &Url, read_date: &reader::ReadDate) -> Result<Feed, ParseError> {
    let scan = scan::scan(text)?;
    let plain = scan::blanked(text, &scan.declarations);
    let feed = match reader::read(&plain, url, read_date) {
        // A name beside a mail address is enough for a panic; the entries are worth more than their authors.
        Err(Failed::Panicked) => {
            let blanked = scan::blanked(&plain, &scan.delicate);
            reader::read(&blanked, url, read_date)
        }
        other => other,
    };
    Ok(convert::feed(feed?, scan.items, url))
}

fn parse_json(text: &str, url: &Url, read_date: &reader::ReadDate) -> Result<Feed, ParseError> {
    json::check(text)?;
    let feed = match reader::read(&json::bounded(text), url, read_date) {
        Err(Failed::Panicked) => reader::read(&json::without_authors(text), url, read_date),
        other => other,
    };
    Ok(convert::feed(feed?, json::sides(text), url))
}
