//! What kind of document a text is, told by its beginning. Knows no feed's contents.

use super::{
    ParseError, names,
    tokens::{Tag, Token, Tokens},
};

/// How much of a text or a title is told in an error, in characters.
const EXCERPT: usize = 80;

/// A challenge page is a few hundred bytes.
const CHALLENGE_WITHIN: usize = 8192;

/// How far into a text an `<html>` is looked for, in characters.
const PAGE_WITHIN: usize = 2_048;

/// The outermost elements of feeds, and what is left of one that lost its own.
const FEED_ROOTS: [&str; 6] = ["rss", "rdf", "feed", "entry", "channel", "item"];

/// What a page begins with, or a piece of one.
const HTML_ROOTS: [&str; 24] = [
    "html", "head", "body", "script", "meta", "title", "link", "style", "div", "span", "p", "br", "b", "h1",
    "h2", "center", "font", "table", "iframe", "form", "img", "a", "noscript", "main",
];

/// The two ways feeds are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Xml {
        /// Where the feed begins, in bytes; 0 but for one with something else before it.
        start: usize,
        /// The outermost element, where no format knows it: it is a feed if it holds items.
        stranger: Option<String>,
    },
    Json,
}

/// Tells a feed's form; what cannot be a feed is told as what it is.
pub(super) fn form(text: &str) -> Result<Form, ParseError> {
    let is_markup = match text.chars().next() {
        None => return Err(ParseError::Empty),
        Some('{') => return Ok(Form::Json),
        Some(first) => first == '<',
    };
    let mut tokens = Tokens::new(text, true);
    let mut first = None;
    loop {
        let start = tokens.position();
        let Some(token) = tokens.next() else { break };
        let Token::Start(tag) = token else { continue };
        let name = local(tag.name);
        if first.is_none() && FEED_ROOTS.contains(&name.as_str()) && !begins_page(text) {
            return Ok(Form::Xml {
                start: if is_markup { 0 } else { beginning(text, start) },
                stranger: None,
            });
        }
        if is_feed(&name, &tag) {
            return Ok(Form::Xml { start: beginning(text, start), stranger: None });
        }
        // Scripts may write anything.
        if matches!(name.as_str(), "script" | "style" | "textarea") && !tag.is_empty {
            tokens.skip_past("</");
        }
        // As written, for the admin to recognise.
        first.get_or_insert_with(|| tag.name.rsplit(':').next().unwrap_or_default().to_owned());
    }
    let is_html =
        begins_page(text) || first.as_deref().is_some_and(|name| HTML_ROOTS.contains(&local(name).as_str()));
    match first {
        Some(stranger) if is_markup && !is_html => Ok(Form::Xml { start: 0, stranger: Some(stranger) }),
        _ => Err(no_feed(text, is_html)),
    }
}

/// What a text is that holds no feed.
fn no_feed(text: &str, is_html: bool) -> ParseError {
    if is_html && text.starts_with('<') { page(text) } else { ParseError::Unknown { start: excerpt(text) } }
}

/// What a text is that only mentions a feed somewhere.
pub(super) fn mention(text: &str) -> ParseError {
    no_feed(text, true)
}

/// The text behind an XML declaration that does not end as one does: `<?xml version="1.0">`.
pub(super) fn behind_declaration(text: &str) -> &str {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let rest = start.strip_prefix("<?xml").filter(|rest| rest.starts_with(char::is_whitespace));
    let end =
        rest.and_then(|rest| rest.find(['>', '<']).and_then(|end| rest.get(..end).zip(rest.get(end..))));
    match end {
        Some((declaration, rest)) if !declaration.ends_with('?') => rest.strip_prefix('>').unwrap_or(rest),
        _ => text,
    }
}

/// Whether a tag within something else begins a feed for sure.
fn is_feed(name: &str, tag: &Tag<'_>) -> bool {
    match name {
        "rss" | "rdf" => true,
        "feed" => tag.attributes.iter().any(|attribute| attribute.0.starts_with("xmlns")),
        _ => false,
    }
}

/// Where the feed begins whose outermost element stands here: with its document type, for the entities.
fn beginning(text: &str, root: usize) -> usize {
    let before = text.get(..root).unwrap_or_default();
    let declared =
        before.rfind("<!DOCTYPE").filter(|&at| before.get(at..).is_some_and(|it| it.contains("<!ENTITY")));
    declared.unwrap_or(root)
}

fn begins_page(text: &str) -> bool {
    let start: String = text.chars().take(PAGE_WITHIN).collect::<String>().to_ascii_lowercase();
    let start =
        start.find("<rss").or_else(|| start.find("<feed")).and_then(|at| start.get(..at)).unwrap_or(&start);
    ["<html", "<!doctype html"].iter().any(|sign| start.contains(sign))
}

fn local(name: &str) -> String {
    names::lowered(name.rsplit(':').next().unwrap_or_default()).into_owned()
}

/// A page for browsers, or for a cookie.
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
pub(super) fn excerpt(text: &str) -> String {
    let plain: String =
        text.chars().take(EXCERPT * 2).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(EXCERPT).collect()
}
