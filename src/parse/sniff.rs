//! What kind of document a text is, told by its beginning. Knows no feed's contents.

use quick_xml::{Reader, events::Event};

use super::ParseError;

/// How much of a text or a title is told in an error, in characters.
const EXCERPT: usize = 80;

/// A challenge page is a few hundred bytes.
const CHALLENGE_WITHIN: usize = 8192;

/// How far into a text an `<html>` is looked for, in characters.
const PAGE_WITHIN: usize = 2_048;

/// The roots that feed-rs reads.
const FEED_ROOTS: [&str; 4] = ["rss", "rdf", "feed", "entry"];

/// What a page begins with, or a piece of one.
const HTML_ROOTS: [&str; 24] = [
    "html", "head", "body", "script", "meta", "title", "link", "style", "div", "span", "p", "br", "b", "h1",
    "h2", "center", "font", "table", "iframe", "form", "img", "a", "noscript", "main",
];

/// The two ways feeds are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Xml,
    Json,
}

/// Tells a feed's form; what cannot be a feed is told as what it is.
pub(super) fn form(text: &str) -> Result<Form, ParseError> {
    match text.chars().next() {
        None => Err(ParseError::Empty),
        Some('{') => Ok(Form::Json),
        Some('<') => match root(text) {
            Some(root) if FEED_ROOTS.contains(&root.to_lowercase().as_str()) => Ok(Form::Xml),
            Some(root) if HTML_ROOTS.contains(&root.to_lowercase().as_str()) => Err(page(text)),
            Some(root) => Err(ParseError::OtherXml { root: excerpt(&root) }),
            None => Err(ParseError::Unknown { start: excerpt(text) }),
        },
        Some(_) => Err(ParseError::Unknown { start: excerpt(text) }),
    }
}

/// The local name of the outermost element; `html` for a page whose document type says so, and for one that does not
/// even begin as XML does.
fn root(text: &str) -> Option<String> {
    let page = || {
        let start: String = text.chars().take(PAGE_WITHIN).collect::<String>().to_ascii_lowercase();
        ["<html", "<!doctype html"].iter().any(|sign| start.contains(sign)).then(|| "html".to_owned())
    };
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => return Some(tag.local_name().as_ref().to_owned()),
            Ok(Event::DocType(kind))
                if kind.trim().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html")) =>
            {
                return Some("html".to_owned());
            }
            Ok(Event::Eof) | Err(_) => return page(),
            Ok(_) => {}
        }
    }
}

fn page(text: &str) -> ParseError {
    let within = text.char_indices().map(|(at, _)| at).take_while(|&at| at < CHALLENGE_WITHIN).last();
    let start = text.get(..within.unwrap_or(0)).unwrap_or_default();
    if start.contains("D1N=") && start.contains("document.cookie") {
        return ParseError::CookieChallenge;
    }
    ParseError::WebPage { title: title(text) }
}

fn title(page: &str) -> Option<String> {
    // ASCII lower-casing keeps every position.
    let lower = page.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower.get(tag..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    page.get(start..end).map(excerpt).filter(|title| !title.is_empty())
}

/// The first characters, on one line.
fn excerpt(text: &str) -> String {
    let plain: String =
        text.chars().take(EXCERPT * 2).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(EXCERPT).collect()
}
