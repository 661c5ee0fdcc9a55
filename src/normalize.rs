//! A feed as published becomes entries as we keep them: identity, dates, text, links, HTML. Pure: values in, values
//! out; it knows neither the network nor the store, and is told what is known already.

mod article;
pub mod dates;
mod escapes;
mod familiar;
mod html;
mod identity;
mod likeness;
mod link;
mod masthead;
mod matching;
pub mod media_type;
mod reconcile;
pub mod relative;
mod rewrite;
mod text;
pub mod timestamp;

use url::Url;

use familiar::{Acquaintance, Mark};

pub use article::article;
pub use familiar::{Familiar, Sighting, acquaint};
pub use identity::{guid_key, link_key};
pub use masthead::{Masthead, masthead, rights};
pub use matching::{Doubts, doubts, is_contested};
pub use reconcile::{Arrival, Reconciled, keys, reconcile};
pub use rewrite::rewrite_hosts;

use crate::{
    model::{Author, Enclosure, Entry, EntryKey, Identity, Seq, Timestamp},
    parse::{Feed, Item, Text, TextKind},
};

/// Raised whenever the same document would become different entries: each source is then read anew once.
pub const VERSION: u32 = 3;

/// The most categories, authors and enclosures (each) that an entry keeps.
const LIST_MAX: usize = 32;
/// The longest title, in characters.
const TITLE_MAX: usize = 500;
/// How much of a text becomes the title of an entry that has none, in characters.
const TITLE_FROM_TEXT: usize = 80;

/// The entries of a feed, in document order, each once; items that hold nothing to show are left out.
///
/// `address` is where the document was found: what relative addresses are resolved against when neither the item nor
/// the channel says better. Items that are `familiar` are not cleaned: see [`Candidate::familiar`].
#[must_use]
pub fn normalize(feed: &Feed, address: &Url, familiar: &Familiar) -> Vec<Candidate> {
    let marks = Mark::of_all(feed, address);
    let known: Vec<Option<Acquaintance>> = marks.iter().map(|mark| familiar.get(*mark)).collect();
    let mut judged =
        identity::judge(drafted(feed, address, |place| known[place].is_none()), &places(feed, address));
    for ((candidate, mark), known) in judged.iter_mut().zip(marks).zip(known) {
        let Some(candidate) = candidate else { continue };
        // Another item says now what this one is known by, or does so no more: who is who is to be looked up anew.
        if known.is_some_and(|known| known.rule != candidate.entry.identity.rule) {
            return normalize(feed, address, &Familiar::default());
        }
        (candidate.mark, candidate.familiar) = (mark, known.map(|known| known.seq));
    }
    identity::each_once(judged)
}

/// What identifies each of the feed's drafts, in their order; none for one that holds nothing to show and is left out.
/// Of several with one identity the first is kept. See [`normalize`] for `address`.
#[must_use]
pub fn identities(drafts: &[Draft], feed: &Feed, address: &Url) -> Vec<Option<Identity>> {
    let judged = identity::judge(drafts.to_vec(), &places(feed, address));
    judged.into_iter().map(|candidate| candidate.map(|candidate| candidate.entry.identity)).collect()
}

/// The text of HTML as one line; `None` where it holds none.
#[must_use]
pub fn plain_text(html: &str) -> Option<String> {
    Some(text::line(&html::text_of(html))).filter(|text| !text.is_empty())
}

/// The text of HTML that was cleaned here, as one line; faster than [`plain_text`], which takes any HTML.
#[must_use]
pub fn text_of_clean(html: &str) -> String {
    text::line(&html::words(html))
}

/// The channel's own addresses.
fn places(feed: &Feed, address: &Url) -> [Option<Url>; 2] {
    [feed.link.as_deref().and_then(|link| link::resolve(link, address)), Some(address.clone())]
}

/// An item with its texts, addresses and lists cleaned, before anything is concluded from its siblings: one for each
/// item of the document, in its order, with nothing put in the place of what is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// As published, without the white space around it.
    pub guid: Option<String>,
    /// Absolute.
    pub link: Option<Url>,
    /// See [`Entry::title`].
    pub title: Option<String>,
    /// See [`Entry::summary`].
    pub summary: Option<String>,
    /// See [`Entry::content`].
    pub content: Option<String>,
    /// See [`Entry::authors`].
    pub authors: Vec<Author>,
    /// See [`Entry::categories`].
    pub categories: Vec<String>,
    /// See [`Entry::published`].
    pub published: Option<Timestamp>,
    /// See [`Entry::updated`].
    pub updated: Option<Timestamp>,
    /// See [`Entry::image`].
    pub image: Option<String>,
    /// See [`Entry::enclosures`].
    pub enclosures: Vec<Enclosure>,
    /// See [`Entry::rights`].
    pub rights: Option<String>,
}

/// An entry of a document, before it is known whether it is a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As it would be kept.
    pub entry: Entry,
    /// Keys that it bears but that do not identify it here: a shared guid, a shared link, and its fingerprint. In
    /// an earlier document they may have.
    pub doubtful: Vec<EntryKey>,
    /// Its link as published, where readers are given another.
    pub published_link: Option<String>,
    /// The number of its entry, where its item stands as it stood in the document before. Of what it says only title, link
    /// and dates are read then: it changes nothing.
    pub familiar: Option<Seq>,
    mark: Mark,
}

/// The items of a feed, cleaned. See [`normalize`] for `address`.
#[must_use]
pub fn drafts(feed: &Feed, address: &Url) -> Vec<Draft> {
    drafted(feed, address, |_| true)
}

/// The same, but that of an item whose place is not `wanted` only title, link, guid and dates are read.
fn drafted(feed: &Feed, address: &Url, wanted: impl Fn(usize) -> bool) -> Vec<Draft> {
    let home = feed.link.as_deref().and_then(|link| link::resolve(link, address));
    let base = home.as_ref().unwrap_or(address);
    // Making one takes as long as cleaning a short article.
    let mut cleaner = html::Cleaner::new(base);
    let of_all = rights(feed);
    let drafts = feed.items.iter().enumerate().map(|(place, item)| {
        if !wanted(place) {
            return heading(item, item.base.as_ref().unwrap_or(base));
        }
        let draft = draft(item, base, &mut cleaner);
        Draft { rights: draft.rights.filter(|own| Some(own) != of_all.as_ref()), ..draft }
    });
    drafts.collect()
}

/// What costs little to read.
fn heading(item: &Item, base: &Url) -> Draft {
    let title = item.title.as_ref().map(text::plain).filter(|title| !title.is_empty());
    let guid = item.guid.as_deref().map(str::trim).filter(|guid| !guid.is_empty());
    Draft {
        guid: guid.map(str::to_owned),
        link: item.link.as_deref().and_then(|link| link::resolve(link, base)),
        title: title.map(|title| text::shorten(&title, TITLE_MAX)),
        published: item.published,
        updated: item.updated,
        ..Draft::default()
    }
}

fn draft(item: &Item, base: &Url, cleaner: &mut html::Cleaner) -> Draft {
    let base = item.base.as_ref().unwrap_or(base);
    cleaner.rebase(base);
    let summary = item.summary.as_ref().and_then(|text| cleaner.clean(text));
    let content = item.content.as_ref().and_then(|text| cleaner.clean(text));
    Draft {
        authors: authors(&item.authors, base),
        categories: categories(&item.categories),
        image: image(item, summary.as_deref().or(content.as_deref()), base),
        enclosures: enclosures(&item.enclosures, base),
        rights: item.rights.as_deref().and_then(masthead::notice),
        content: content.filter(|content| summary.as_ref() != Some(content)),
        summary,
        ..heading(item, base)
    }
}

impl Draft {
    /// What it is called where it has no title: the beginning of its text, else its address, else that of its file.
    fn title_or_substitute(&self) -> Option<String> {
        let text = || self.summary.as_deref().or(self.content.as_deref()).and_then(text::opening);
        let link = || self.link.as_ref().map(Url::to_string);
        let file = || self.enclosures.first().map(|enclosure| enclosure.url.clone());
        self.title.clone().or_else(text).or_else(link).or_else(file).or_else(|| self.guid.clone())
    }
}

fn authors(published: &[Author], base: &Url) -> Vec<Author> {
    let mut authors: Vec<Author> = Vec::new();
    for author in published {
        let name = text::line(&author.name);
        if !name.is_empty() && authors.len() < LIST_MAX && authors.iter().all(|known| known.name != name) {
            let url = author.url.as_deref().and_then(|url| link::resolve(url, base)).map(String::from);
            authors.push(Author { name, url });
        }
    }
    authors
}

fn categories(published: &[String]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for category in published {
        // Plain text by every specification, and written with entities all the same.
        let category = text::plain(&Text { body: category.clone(), kind: TextKind::Html });
        if !category.is_empty() && categories.len() < LIST_MAX && !categories.contains(&category) {
            categories.push(category);
        }
    }
    categories
}

fn enclosures(published: &[Enclosure], base: &Url) -> Vec<Enclosure> {
    let mut enclosures: Vec<Enclosure> = Vec::new();
    for enclosure in published {
        let Some(url) = link::resolve(&enclosure.url, base).map(String::from) else { continue };
        if enclosures.len() < LIST_MAX && enclosures.iter().all(|known| known.url != url) {
            let media_type = enclosure.media_type.as_deref().map(text::line).filter(|it| it.contains('/'));
            let title = enclosure.title.as_deref().map(text::line).filter(|title| !title.is_empty());
            enclosures.push(Enclosure { url, media_type, title, ..enclosure.clone() });
        }
    }
    enclosures
}

/// The picture that the item names, else the first enclosed one, else the first in its text.
fn image(item: &Item, html: Option<&str>, base: &Url) -> Option<String> {
    let is_image = |enclosure: &&Enclosure| {
        enclosure.media_type.as_deref().is_some_and(|media_type| media_type.starts_with("image/"))
    };
    let named = item.image.as_deref();
    let enclosed = || item.enclosures.iter().find(is_image).map(|enclosure| enclosure.url.as_str());
    let shown = || html.and_then(html::first_image);
    let address = named.map(str::to_owned).or_else(|| enclosed().map(str::to_owned)).or_else(shown)?;
    link::resolve(&address, base).map(String::from)
}
