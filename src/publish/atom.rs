//! Atom 1.0 (RFC 4287), by the `atom_syndication` crate.

use std::collections::BTreeMap;

use atom_syndication::{
    Category, Content, Entry, Feed, Generator, Link, Person, Source as Origin, Text, TextType,
    extension::{Extension, ExtensionMap},
};

use quick_xml::escape::escape;

use super::{
    Channel, Format, Item,
    address::address,
    attribution,
    channel::{HISTORY_NAMESPACE, MEDIA_NAMESPACE},
    dates, files, legal,
    plain::plain,
    public_guid, stylesheet, urn,
};
use crate::{
    model::{Author, Digest, Enclosure, Entry as News, Timestamp},
    normalize::text_of_clean,
};

/// A channel as an Atom document. Equal arguments give equal bytes.
pub(super) fn atom(channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    let newest = items.iter().max_by_key(|item| item.stored.differs_since());
    // Of an empty feed nothing was ever changed; the element is required all the same (RFC 4287 §4.1.1).
    let updated = newest.map_or(Timestamp::UNIX_EPOCH.fixed_offset(), |item| {
        dates::local(item.stored.differs_since(), item.source.timezone)
    });
    let feed = Feed {
        title: text(&channel.title),
        subtitle: Some(text(&channel.description)),
        id: id(channel),
        updated,
        generator: Some(Generator {
            value: "tintinh".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            uri: None,
        }),
        links: links(channel),
        entries: items.iter().map(entry).collect(),
        extensions: if channel.pages.is_closed { archive() } else { ExtensionMap::new() },
        namespaces: BTreeMap::from([
            ("fh".to_owned(), HISTORY_NAMESPACE.to_owned()),
            ("media".to_owned(), MEDIA_NAMESPACE.to_owned()),
        ]),
        lang: Some("vi".to_owned()),
        ..Feed::default()
    };
    // Writing to a Vec does not fail; were it to, readers would get nothing, never half a document.
    let bytes = feed.write_to(Vec::new()).unwrap_or_default();
    stylesheet::styled(&String::from_utf8_lossy(&bytes), channel)
}

/// Universally unique, and the same wherever we are served (RFC 4287 §4.2.6).
fn id(channel: &Channel) -> String {
    let mut parts: Vec<&[u8]> = vec![b"tintinh channel", channel.name.as_bytes()];
    parts.extend(channel.installation.as_ref().map(|installation| &installation.0[..]));
    urn(Digest::of(&parts))
}

fn link(relation: &str, address: String, media_type: Option<&str>) -> Link {
    Link {
        href: address,
        rel: relation.to_owned(),
        mime_type: media_type.map(ToOwned::to_owned),
        ..Link::default()
    }
}

fn links(channel: &Channel) -> Vec<Link> {
    let document = |relation, format: Format, address: &str| {
        link(relation, format.address(address), Some(format.link_type()))
    };
    // The page is the only alternate: of several, some readers take the first for it, and others the last (newsboat).
    let mut links = vec![
        document("self", Format::Atom, &channel.address),
        link("alternate", channel.home.clone(), Some("text/html")),
    ];
    links.extend(channel.page_links().map(|(relation, address)| document(relation, Format::Atom, address)));
    links
}

/// RFC 5005 §4: a document that will not change but in what its entries say.
fn archive() -> ExtensionMap {
    let archive = Extension { name: "fh:archive".to_owned(), ..Extension::default() };
    BTreeMap::from([("fh".to_owned(), BTreeMap::from([("archive".to_owned(), vec![archive])]))])
}

fn entry(item: &Item<'_>) -> Entry {
    let (stored, source) = (item.stored, item.source);
    let entry = &stored.entry;
    let zone = source.timezone;
    let mut authors: Vec<Person> = entry.authors.iter().map(author).collect();
    if authors.is_empty() {
        // Somebody must be named (RFC 4287 §4.1.2), and may be an organisation (§3.2): the publisher is. That it stood in
        // atom:source would do for the specification, but readers look for it here.
        authors.push(person(&source.title));
    }
    let alternate = entry.link.as_deref();
    let alternate = alternate.map(|to| link("alternate", address(to).into_owned(), Some("text/html")));
    // An entry without a link must have contents (RFC 4287 §4.1.2).
    let whole = entry.content.clone().or_else(|| {
        alternate.is_none().then(|| entry.summary.clone().unwrap_or_else(|| plain(&entry.title)))
    });
    Entry {
        title: text(&entry.title),
        id: public_guid(&stored.source, stored.key),
        updated: dates::local(dates::updated(stored), zone),
        published: Some(dates::local(stored.date, zone)),
        authors,
        categories: entry.categories.iter().map(|name| category(name)).collect(),
        links: alternate.into_iter().chain(entry.enclosures.iter().map(enclosure)).collect(),
        summary: entry.summary.as_deref().and_then(summary),
        content: whole.map(|html| Content {
            value: Some(legal(&html)),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        rights: entry.rights.as_deref().map(text),
        source: Some(Origin {
            title: text(&source.title),
            id: attribution::address(source),
            updated: dates::local(stored.changed, zone),
            links: vec![
                link("self", attribution::address(source), None),
                link("alternate", attribution::site(source), Some("text/html")),
            ],
            ..Origin::default()
        }),
        extensions: media(entry),
        ..Entry::default()
    }
}

/// Readers differ in whether they take `type="text"` at its word, so that it must be no markup in either case.
fn text(text: &str) -> Text {
    Text::plain(plain(text))
}

fn html(html: &str) -> Text {
    Text { value: legal(html), r#type: TextType::Html, ..Text::default() }
}

/// The longest lead that is looked through for markup, in bytes: what is longer is an article, which no browser need show.
const LEAD_MAX: usize = 4096;

/// As text where it is short and holds nothing but text in one paragraph at most: browsers then show it. None where it
/// says nothing.
fn summary(html: &str) -> Option<Text> {
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).unwrap_or(html);
    let told = if html.len() > LEAD_MAX || inner.contains('<') {
        self::html(html)
    } else {
        text(&text_of_clean(inner))
    };
    Some(told).filter(|told| !told.value.is_empty())
}

fn person(name: &str) -> Person {
    Person { name: plain(name), ..Person::default() }
}

fn author(author: &Author) -> Person {
    Person { uri: author.url.as_deref().map(|page| address(page).into_owned()), ..person(&author.name) }
}

fn category(name: &str) -> Category {
    Category { term: plain(name), ..Category::default() }
}

fn enclosure(file: &Enclosure) -> Link {
    Link {
        length: file.length.map(|length| length.to_string()),
        title: files::title(file),
        ..link("enclosure", address(&file.url).into_owned(), files::media_type(file).as_deref())
    }
}

/// Media RSS: the entry's picture, and the files whose duration Atom has no room for.
fn media(entry: &News) -> ExtensionMap {
    let mut media = BTreeMap::new();
    if let Some(image) = entry.image.as_deref() {
        let thumbnail = extension("media:thumbnail", vec![("url", address(image).into_owned())]);
        media.insert("thumbnail".to_owned(), vec![thumbnail]);
    }
    let played = entry.enclosures.iter().filter(|file| file.duration.is_some());
    let played: Vec<Extension> =
        played.map(|file| extension("media:content", files::media_content(file))).collect();
    if !played.is_empty() {
        media.insert("content".to_owned(), played);
    }
    if media.is_empty() { ExtensionMap::new() } else { BTreeMap::from([("media".to_owned(), media)]) }
}

/// The crate writes the attributes of extensions as they are.
fn extension(name: &str, attributes: Vec<(&str, String)>) -> Extension {
    let attributes =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), escape(value).into_owned()));
    Extension { name: name.to_owned(), attrs: attributes.collect(), ..Extension::default() }
}
