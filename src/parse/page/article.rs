//! From the page of one article to what it tells: headline, date, author, picture, lead and text. What the admin's
//! selectors name goes first, then what the page says of itself, then what it looks like. Knows no entry, and cleans no
//! text.

mod body;
mod dateline;
mod heading;
mod told;

use std::sync::Arc;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use self::{heading::Heading, told::Told};
use super::{about, dating, dom, item, pictures, selectors, words};
use crate::{
    model::{ArticleRules, Timestamp},
    parse::{
        Document, ParseError, TooMuch,
        feed::{Text, TextKind},
        reader::ReadDate,
    },
};

/// The longest headline, author and lead that are taken, in bytes.
const TITLE_MAX: usize = 2_000;
const AUTHOR_MAX: usize = 200;
const LEAD_MAX: usize = 2_000;

/// The longest text that is taken, in bytes of HTML: a long report with its tables has some 200 KB, and what is much longer
/// would not be kept.
pub const ARTICLE_MAX: usize = 512 << 10;

/// The page of an article, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePage {
    /// The headline, where it tells more than what was known: by the admin's selector, or where the list cuts it short.
    pub title: Option<String>,
    /// As read by the caller's reader of dates.
    pub published: Option<Timestamp>,
    /// Plain text.
    pub author: Option<String>,
    /// Absolute.
    pub image: Option<String>,
    /// Plain text.
    pub lead: Option<String>,
    /// As published, without what the selectors take out. Not to be trusted.
    pub body: Text,
    /// What addresses in the text are relative to.
    pub base: Url,
}

/// What is known of an article before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Awaited<'a> {
    /// The address that was asked; the page may have come from another.
    pub asked: &'a Url,
    /// The headline, as the list has it.
    pub title: &'a str,
}

/// Why there is no article in a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArticleError {
    /// The selector finds nothing in it.
    #[error("`article.body` matches nothing{place}")]
    BodyMissing {
        /// What it looks like, in words.
        place: String,
    },
    /// Nothing in it looks like one.
    #[error("there is no text of an article in it{place}")]
    NoText {
        /// What it looks like, in words.
        place: String,
    },
    /// A login page, a start page, or another in place of what is gone.
    #[error("it is not the article: its title is nowhere in it{place}")]
    Elsewhere {
        /// What it looks like, in words.
        place: String,
    },
    /// A document of another kind, as PDF.
    #[error("it is no page, but {what}")]
    NoPage {
        /// As its server or its first bytes call it.
        what: String,
    },
    /// Longer than [`ARTICLE_MAX`].
    #[error("its text has {0} bytes; at most {ARTICLE_MAX} are read")]
    TooLong(usize),
    /// It costs too much.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// What should be a selector is none.
    #[error("`article.{key}` is no selector: at character {position} it {message}")]
    Selector {
        /// Which.
        key: &'static str,
        /// Where in it, from 1.
        position: usize,
        /// What is wrong.
        message: String,
    },
}

/// Reads the page of one article. See [`super::super::parse`] for the rest.
///
/// # Errors
/// [`ParseError::Article`], and [`ParseError::TooLarge`] and [`ParseError::Charset`].
pub fn parse_article<F>(
    document: &Document<'_>,
    rules: &ArticleRules,
    awaited: &Awaited<'_>,
    read_date: F,
) -> Result<ArticlePage, ParseError>
where
    F: Fn(&str) -> Option<Timestamp> + Send + Sync + 'static,
{
    let read_date: ReadDate = Arc::new(read_date);
    if let Some(what) = other_kind(document) {
        return Err(ArticleError::NoPage { what }.into());
    }
    let (article, _) =
        super::super::decoded(document, |text| Ok(read(text, document.url, rules, awaited, &read_date)?))?;
    Ok(article)
}

/// What a document is that is no page, by its label or its first bytes.
fn other_kind(document: &Document<'_>) -> Option<String> {
    let magic = [
        (&b"%PDF"[..], "PDF"),
        (b"PK\x03\x04", "a ZIP or office file"),
        (b"\xd0\xcf\x11\xe0", "an office file"),
    ];
    if let Some((_, what)) = magic.iter().find(|(magic, _)| document.bytes.starts_with(magic)) {
        return Some((*what).to_owned());
    }
    let label = document.content_type?.split(';').next()?.trim().to_ascii_lowercase();
    let is_other = ["image/", "audio/", "video/", "font/"].iter().any(|kind| label.starts_with(kind))
        || label == "application/pdf";
    is_other.then_some(label)
}

/// The selectors of a table, made ready.
struct Selectors {
    title: Option<Selector>,
    date: Option<Selector>,
    body: Option<Selector>,
    author: Option<Selector>,
    drop: Option<Selector>,
}

impl Selectors {
    fn of(rules: &ArticleRules) -> Result<Self, ArticleError> {
        let compile = |(key, text): (&'static str, Option<&str>)| {
            text.map(selectors::compile).transpose().map_err(|fault| ArticleError::Selector {
                key,
                position: fault.position,
                message: fault.message,
            })
        };
        let [title, date, body, author, drop] = rules.selectors().map(compile);
        Ok(Self { title: title?, date: date?, body: body?, author: author?, drop: drop? })
    }
}

fn read(
    text: &str,
    url: &Url,
    rules: &ArticleRules,
    awaited: &Awaited<'_>,
    read_date: &ReadDate,
) -> Result<ArticlePage, ArticleError> {
    let selectors = Selectors::of(rules)?;
    let mut page = dom::read(text)?;
    if let Some(drop) = &selectors.drop {
        let gone: Vec<_> = page.root_element().select(drop).map(|found| found.id()).collect();
        body::take_out(&mut page, gone);
    }
    let base = about::base(&page, url);
    let told = Told::of(&page, &base, awaited.title, read_date);
    let heading = Heading::find(&page, selectors.title.as_ref(), awaited.title);
    let is_titled =
        heading.as_ref().is_some_and(|heading| heading.is_awaited) || heading::is_in(&page, awaited.title);
    if !is_titled && is_elsewhere(url, awaited.asked) {
        return Err(ArticleError::Elsewhere { place: about::look(&page, url, awaited.asked) });
    }
    let title =
        heading.as_ref().and_then(|heading| heading.better_than(awaited.title, selectors.title.as_ref()));
    let named = selectors.date.as_ref().and_then(|date| dated_by(&page, date, read_date));
    let line = named.or_else(|| dateline::find(&page, heading.as_ref(), read_date));
    let published =
        named.as_ref().map(|line| line.at).or(told.published).or(line.as_ref().map(|line| line.at));
    let author = selectors.author.as_ref().and_then(|author| first_text(&page, author, AUTHOR_MAX));
    let lead_line = told::lead_line(&page);
    let place = about::look(&page, url, awaited.asked);
    // What the entry tells beside its text does not stand in the text once more.
    let heading = heading.map(|heading| heading.node);
    body::take_out(&mut page, heading.into_iter().chain(line.map(|line| line.node)));
    let body = body::find(&mut page, selectors.body.as_ref(), is_titled)
        .ok_or_else(|| missing(place, selectors.body.is_some()))?;
    if body.html.len() > ARTICLE_MAX {
        return Err(ArticleError::TooLong(body.html.len()));
    }
    Ok(ArticlePage {
        title,
        published: published.or_else(|| dating::in_address(url, read_date)),
        author: author.or(told.author),
        image: told.image.or_else(|| pictures::address(body.fragment.root_element(), &base)),
        lead: told.lead.or(lead_line).or_else(|| body.opening()),
        body: Text { body: body.html, kind: TextKind::Html },
        base,
    })
}

fn missing(place: String, is_selected: bool) -> ArticleError {
    if is_selected { ArticleError::BodyMissing { place } } else { ArticleError::NoText { place } }
}

/// Whether the page came from another place than was asked.
fn is_elsewhere(url: &Url, asked: &Url) -> bool {
    let place = |url: &Url| (url.path().trim_end_matches('/').to_owned(), url.query().map(str::to_owned));
    place(url) != place(asked)
}

/// The date that the admin's selector finds.
fn dated_by(page: &Html, selector: &Selector, read_date: &ReadDate) -> Option<dateline::Line> {
    page.root_element().select(selector).take(10).find_map(|found| {
        let at = dating::of_element(found, None, read_date)?;
        Some(dateline::Line { at, node: found.id() })
    })
}

fn first_text(page: &Html, selector: &Selector, most: usize) -> Option<String> {
    let texts = page.root_element().select(selector).map(|found| words::text(found, most));
    texts.filter(|text| !text.is_empty()).find(|text| text.len() <= most)
}

/// Letters and digits alone, in lower case: what two spellings of one title have in common.
fn folded(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// An attribute of the first element that has it.
fn attribute<'a>(element: ElementRef<'a>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| element.attr(name)).map(str::trim).filter(|value| !value.is_empty())
}

fn web(address: &str, base: &Url) -> Option<String> {
    item::web(address, base)
}

#[cfg(test)]
mod tests;
