//! From feed-rs's model to ours, putting right what feed-rs is known to change. Cleans no text.

use std::time::Duration;

use feed_rs::model::{self as raw, FeedType};
use url::Url;

use super::{
    feed::{Feed, Format, Item, Text, TextKind},
    side::Side,
};
use crate::model::{Author, Enclosure};

/// The most enclosures of one item; a gallery's hundred pictures are for the page.
const ENCLOSURES_MAX: usize = 16;

/// The most authors of one item.
const AUTHORS_MAX: usize = 32;

/// The most categories of one item.
const CATEGORIES_MAX: usize = 64;

/// A feed of ours. `sides` are used only if there is one for each item: else their order tells nothing.
pub(super) fn feed(feed: raw::Feed, sides: Vec<Side>, url: &Url) -> Feed {
    let kind = feed.feed_type;
    let sides = if sides.len() == feed.entries.len() { sides } else { Vec::new() };
    let sides = sides.into_iter().map(Some).chain(std::iter::repeat(None));
    Feed {
        format: Some(format(&kind)),
        title: feed.title.map(|title| title.content).filter(is_told),
        link: link(&feed.links, &kind, url),
        description: feed.description.map(|description| description.content).filter(is_told),
        language: feed.language.map(|language| language.trim().to_owned()).filter(is_told),
        generator: feed.generator.map(|generator| generator.content).filter(is_told),
        ttl: feed.ttl.map(|minutes| Duration::from_mins(u64::from(minutes))),
        items: feed
            .entries
            .into_iter()
            .zip(sides)
            .map(|(entry, side)| item(entry, side, &kind, url))
            .collect(),
    }
}

fn format(kind: &FeedType) -> Format {
    match kind {
        FeedType::Atom => Format::Atom,
        FeedType::JSON => Format::Json,
        FeedType::RSS0 => Format::Rss0,
        FeedType::RSS1 => Format::Rss1,
        FeedType::RSS2 => Format::Rss2,
    }
}

#[expect(clippy::ptr_arg, reason = "Option<String>::filter lends a &String")]
fn is_told(text: &String) -> bool {
    !text.trim().is_empty()
}

fn item(entry: raw::Entry, side: Option<Side>, kind: &FeedType, url: &Url) -> Item {
    let is_rss = matches!(kind, FeedType::RSS0 | FeedType::RSS2);
    let base = base(&entry, is_rss, url);
    let (image, enclosures) = media(&entry, side, kind, base.as_ref().unwrap_or(url));
    let mut title = entry.title.and_then(|title| text(title.content, title.content_type.as_str()));
    let mut summary = entry.summary.and_then(|summary| text(summary.content, summary.content_type.as_str()));
    if is_rss || *kind == FeedType::RSS1 {
        // No RSS tells plain text from HTML, and its publishers write entities and tags in both.
        title.iter_mut().chain(&mut summary).for_each(|text| text.kind = TextKind::Html);
    }
    let content = entry.content.and_then(|content| {
        let content_type = content.content_type;
        text(content.body?, content_type.as_str())
    });
    // For RSS feed-rs copies the one into the other.
    let updated = entry.updated.filter(|_| !is_rss || entry.updated != entry.published);
    Item {
        guid: Some(entry.id.trim().to_owned()).filter(is_told),
        title,
        link: link(&entry.links, kind, url),
        summary,
        content,
        authors: authors(entry.authors),
        categories: entry.categories.into_iter().filter_map(category).take(CATEGORIES_MAX).collect(),
        published: entry.published,
        updated,
        enclosures,
        image,
        base,
    }
}

fn text(body: String, media_type: &str) -> Option<Text> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let kind = match media_type {
        "text/html" | "application/xhtml" | "application/xhtml+xml" => TextKind::Html,
        // Atom content may be any file, in base64; SVG and other XML is none of ours.
        "text/xml" => return None,
        other if other.starts_with("text/") => TextKind::Plain,
        _ => return None,
    };
    Some(Text { body, kind }).filter(|text| is_told(&text.body))
}

/// The page's address among the links: RSS `<link>` has no `rel`, Atom's is `alternate`.
fn link(links: &[raw::Link], kind: &FeedType, url: &Url) -> Option<String> {
    let usable = || {
        links.iter().filter(|link| {
            let is_page = link.rel.as_deref().is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
            // Space in place of an address resolves to the document's own.
            let is_own = link.href.is_empty() || link.href == url.as_str();
            is_page && link.target.is_none() && !is_own && !is_attachment(link, kind)
        })
    };
    let is_html =
        |link: &&raw::Link| link.media_type.as_deref().is_none_or(|media_type| media_type.contains("html"));
    usable().find(is_html).or_else(|| usable().next()).map(|link| link.href.clone())
}

/// JSON Feed's attachments are links to feed-rs, told from others by their required media type.
fn is_attachment(link: &raw::Link, kind: &FeedType) -> bool {
    *kind == FeedType::JSON && link.media_type.is_some()
}

/// The `xml:base` in force, where it is not the document's address.
fn base(entry: &raw::Entry, is_rss: bool, url: &Url) -> Option<Url> {
    // For RSS feed-rs tells it as the source of `content:encoded`.
    let source = entry.content.as_ref().filter(|_| is_rss).and_then(|content| content.src.as_ref());
    let written = source.map(|link| link.href.as_str()).or(entry.base.as_deref())?;
    url.join(written).ok().filter(|base| base != url && is_web(base))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The picture and the other files.
fn media(
    entry: &raw::Entry,
    side: Option<Side>,
    kind: &FeedType,
    base: &Url,
) -> (Option<String>, Vec<Enclosure>) {
    let linked = entry.links.iter().filter(|link| {
        let is_enclosure = link.rel.as_deref().is_some_and(|rel| rel.eq_ignore_ascii_case("enclosure"));
        is_enclosure || is_attachment(link, kind)
    });
    let linked = linked.filter_map(|link| {
        let media_type = link.media_type.clone().filter(is_told);
        Some(Enclosure { url: absolute(&link.href, base)?, media_type, length: link.length })
    });
    let contents = entry.media.iter().flat_map(|media| &media.content).filter_map(|content| {
        let url = content.url.as_ref().filter(|url| is_web(url))?.to_string();
        let media_type = content.content_type.as_ref().map(ToString::to_string);
        Some(Enclosure { url, media_type, length: content.size })
    });
    let mut files: Vec<Enclosure> = Vec::new();
    for file in linked.chain(contents) {
        if files.len() < ENCLOSURES_MAX && !files.iter().any(|other| other.url == file.url) {
            files.push(file);
        }
    }
    let thumbnails = entry.media.iter().flat_map(|media| &media.thumbnails);
    let image = files
        .iter()
        .find(|file| is_image(file))
        .map(|file| file.url.clone())
        .or_else(|| absolute(&side?.image?, base))
        .or_else(|| thumbnails.map(|thumbnail| &thumbnail.image.uri).find_map(|uri| absolute(uri, base)));
    files.retain(|file| Some(&file.url) != image.as_ref());
    (image, files)
}

fn absolute(address: &str, base: &Url) -> Option<String> {
    let address = address.trim();
    let url = base.join(address).ok().filter(|url| !address.is_empty() && is_web(url))?;
    Some(url.to_string())
}

fn is_image(file: &Enclosure) -> bool {
    if let Some(media_type) = &file.media_type {
        return media_type.starts_with("image/");
    }
    let path = file.url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp" | "avif")
}

fn authors(people: Vec<raw::Person>) -> Vec<Author> {
    let mut authors: Vec<Author> = Vec::new();
    for person in people.into_iter().take(AUTHORS_MAX) {
        let name = person.name.as_deref().map(unwrapped).filter(|name| !name.is_empty()).map(str::to_owned);
        let name = name.or(person.email).filter(is_told);
        if let Some(name) = name.filter(|name| !authors.iter().any(|author| author.name == *name)) {
            authors.push(Author { name, url: person.uri.filter(is_told) });
        }
    }
    authors
}

/// feed-rs leaves the brackets of `mail@example.com (Name)` around the name.
fn unwrapped(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix('(').and_then(|name| name.strip_suffix(')')).unwrap_or(name).trim()
}

/// Atom's `label` is for people, its `term` for machines.
fn category(category: raw::Category) -> Option<String> {
    category.label.filter(is_told).or(Some(category.term)).filter(is_told)
}
