//! From a page that is no feed to a feed: what stands where the admin's selectors say, or what the page says of itself.
//! The only room that names `scraper`. Knows nothing of sources and of what is kept; cleans no text.
//!
//! What comes of it is the same value that a feed becomes, so that all behind this room is shared. What a page costs is
//! bounded where its tree is built ([`dom`]), and by the number of its items; what a selector costs, by its length.

mod about;
mod article;
mod dating;
mod dom;
mod item;
mod linked_data;
mod own;
mod pictures;
mod propose;
mod selectors;
mod sink;
mod sitemap;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use self::{
    about::{about, alternates, base, look},
    item::{Reading, merged},
    selectors::Selectors,
};
pub use self::{
    article::{ARTICLE_MAX, ArticleError, ArticlePage, Awaited, parse_article},
    dom::{DEPTH_MAX as PAGE_DEPTH_MAX, ELEMENTS_MAX as PAGE_ELEMENTS_MAX, TooMuch},
    propose::{Proposal, Survey, survey},
    selectors::{Fault, SELECTOR_MAX, selector_fault},
};
use super::{
    Document, ParseError,
    feed::{Feed, Format},
    reader::ReadDate,
    sniff::{self, Form},
};
use crate::model::{PageRules, Timestamp};

/// Items of one page.
pub const PAGE_ITEMS_MAX: usize = 500;

/// A page, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What it came to.
    pub feed: Feed,
    /// How many items were found in it; none where it turned out to be a feed.
    pub matched: Option<usize>,
    /// Where its next page is, where the rules say how to find it.
    pub next: Option<Url>,
}

/// What is known of a page before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The address that was asked; the document may have come from another.
    pub asked: &'a Url,
    /// How many items it had last time.
    pub matched: Option<usize>,
}

/// Why a page could not be read as a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// There is no such element in it.
    #[error("{}{place}", nothing(*last))]
    NothingMatches {
        /// How many there were last time.
        last: Option<usize>,
        /// What it looks like now, in words.
        place: String,
    },
    /// There are such elements, and none has a title and leads anywhere.
    #[error(
        "`item` matches {matched}, but in none of them there is a title with a link: look at `title` and `link`"
    )]
    NothingUsable {
        /// How many.
        matched: usize,
    },
    /// Without selectors there is nothing to go by.
    #[error("{}{place}", untold(*last))]
    NothingToldByItself {
        /// How many there were last time.
        last: Option<usize>,
        /// What it looks like, in words.
        place: String,
    },
    /// It costs too much.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// What should be a selector is none.
    #[error("`{key}` is no selector: at character {position} it {message}")]
    Selector {
        /// Which.
        key: &'static str,
        /// Where in it, from 1.
        position: usize,
        /// What is wrong.
        message: String,
    },
}

fn nothing(last: Option<usize>) -> String {
    match last {
        Some(last) => format!("the page changed: `item` matches 0 of {last} last time"),
        None => "`item` matches nothing".to_owned(),
    }
}

fn untold(last: Option<usize>) -> String {
    match last {
        Some(last) => format!("the page changed: it tells none of its news by itself, of {last} last time"),
        None => {
            "the page tells its news neither in JSON-LD nor as h-entry or <article>, so it needs an `item` \
                 (`tintinh preview` proposes one)"
                .to_owned()
        }
    }
}

/// Reads one page by these rules, or the feed that it has become. See [`super::parse`] for the rest.
///
/// # Errors
/// [`ParseError::Page`], and those of [`super::parse`] but [`ParseError::WebPage`].
pub fn parse_page<F>(
    document: &Document<'_>,
    rules: &PageRules,
    expected: &Expected<'_>,
    read_date: F,
) -> Result<Listing, ParseError>
where
    F: Fn(&str) -> Option<Timestamp> + Send + Sync + 'static,
{
    let read_date: ReadDate = Arc::new(read_date);
    let (mut listing, note) = super::decoded(document, |text| {
        let as_feed = match sniff::form(text) {
            Ok(Form::Xml { stranger: Some(root), .. }) if root.eq_ignore_ascii_case("urlset") => {
                return listing_of_sitemap(sitemap::read(text, document.url, &read_date), expected);
            }
            Ok(_) => feed(text, document.url, &read_date),
            Err(refused) => Err(refused),
        };
        // A page may begin with something else than pages do.
        if !matches!(
            as_feed,
            Err(ParseError::WebPage { .. } | ParseError::Unknown { .. } | ParseError::OtherXml { .. })
        ) {
            return as_feed;
        }
        let page = dom::read(text).map_err(PageError::from)?;
        let mut listing = list(&page, document.url, rules, expected, &read_date)?;
        let named = alternates(&page, &base(&page, document.url));
        listing.feed.warnings.extend(named.into_iter().take(3).map(|(address, title)| {
            let title = title.map(|title| format!(" (“{title}”)")).unwrap_or_default();
            format!("the page names a feed, which would serve better: {address}{title}")
        }));
        Ok(listing)
    })?;
    listing.feed.repairs.splice(0..0, note);
    Ok(listing)
}

/// The publisher has got a feed.
fn feed(text: &str, url: &Url, read_date: &ReadDate) -> Result<Listing, ParseError> {
    let mut feed = super::parse_text(text, url, read_date)?;
    feed.warnings.push("the address answers with a feed, not with a page: take [feeds.page] out".to_owned());
    Ok(Listing { feed, matched: None, next: None })
}

fn listing_of_sitemap(feed: Feed, expected: &Expected<'_>) -> Result<Listing, ParseError> {
    let matched = feed.items.len();
    if matched == 0 {
        let place = "; it is a sitemap without news".to_owned();
        return Err(PageError::NothingMatches { last: expected.matched, place }.into());
    }
    Ok(Listing { feed, matched: Some(matched), next: None })
}

fn list(
    page: &Html,
    url: &Url,
    rules: &PageRules,
    expected: &Expected<'_>,
    read_date: &ReadDate,
) -> Result<Listing, PageError> {
    let selectors = Selectors::of(rules).map_err(|(key, fault)| PageError::Selector {
        key,
        position: fault.position,
        message: fault.message,
    })?;
    let base = base(page, url);
    let reading =
        Reading { selectors: &selectors, date_format: rules.date_format.as_deref(), base: &base, read_date };
    let mut warnings = Vec::new();
    let (items, matched) = if let Some(item) = &selectors.item {
        listed(page, item, &reading, expected, url, &mut warnings)?
    } else {
        let (items, _) = own::items(page, &reading).ok_or_else(|| PageError::NothingToldByItself {
            last: expected.matched,
            place: look(page, url, expected.asked),
        })?;
        let matched = items.len();
        (items, matched)
    };
    let next = selectors.next.as_ref().and_then(|next| page.root_element().select(next).next());
    let next =
        next.and_then(|link| link.descendent_elements().find_map(|it| it.attr("href")).map(str::to_owned));
    let next = next.and_then(|href| item::web(&href, &base)).and_then(|next| Url::parse(&next).ok());
    let feed = Feed { format: Some(Format::Page), items, warnings, ..about(page, url) };
    Ok(Listing { feed, matched: Some(matched), next })
}

/// The items that `item` matches, and how many it did.
fn listed(
    page: &Html,
    item: &Selector,
    reading: &Reading<'_>,
    expected: &Expected<'_>,
    url: &Url,
    warnings: &mut Vec<String>,
) -> Result<(Vec<super::Item>, usize), PageError> {
    let (elements, is_all) = select(page, item);
    let matched = elements.len();
    if matched == 0 {
        return Err(PageError::NothingMatches {
            last: expected.matched,
            place: look(page, url, expected.asked),
        });
    }
    let items: Vec<super::Item> = elements.into_iter().filter_map(|element| reading.item(element)).collect();
    let failed = matched - items.len();
    if items.is_empty() {
        return Err(PageError::NothingUsable { matched });
    }
    if failed > 0 {
        warnings.push(format!("{failed} of the {matched} that `item` matches have no title with a link"));
    }
    if !is_all {
        warnings.push(format!("`item` matches more than {PAGE_ITEMS_MAX}, the most that are read"));
    }
    Ok((merged(items), matched))
}

/// The first elements that this selects in the page, in its order, and whether these are all.
fn select<'a>(page: &'a Html, selector: &Selector) -> (Vec<ElementRef<'a>>, bool) {
    let mut found: Vec<ElementRef<'_>> =
        page.root_element().select(selector).take(PAGE_ITEMS_MAX + 1).collect();
    let is_all = found.len() <= PAGE_ITEMS_MAX;
    found.truncate(PAGE_ITEMS_MAX);
    (found, is_all)
}
