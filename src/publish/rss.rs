//! RSS 2.0, by the `rss` crate.

use std::collections::BTreeMap;

use rss::extension::{
    Extension, ExtensionMap,
    atom::{AtomExtension, Link},
    dublincore::DublinCoreExtension,
};

use super::{
    Channel, Format, Item,
    address::address,
    attribution,
    channel::{HISTORY_NAMESPACE, MEDIA_NAMESPACE},
    dates, files, legal,
    plain::plain,
    public_guid, stylesheet,
};
use crate::model::{Enclosure, Entry};

/// A channel as an RSS 2.0 document. Equal arguments give equal bytes.
pub(super) fn rss(channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    let newest = items.iter().max_by_key(|item| item.stored.differs_since());
    let document = rss::Channel {
        title: plain(&channel.title),
        link: channel.home.clone(),
        description: plain(&channel.description),
        language: Some("vi".to_owned()),
        // The last real change, never "now": an unchanged channel must stay the same bytes.
        last_build_date: newest.map(|item| dates::rfc_822(item.stored.differs_since(), item.source.timezone)),
        generator: Some(concat!("tintinh ", env!("CARGO_PKG_VERSION")).to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        items: items.iter().map(entry).collect(),
        atom_ext: Some(AtomExtension { links: links(channel) }),
        extensions: if channel.pages.is_closed { archive() } else { ExtensionMap::new() },
        namespaces: BTreeMap::from([
            ("fh".to_owned(), HISTORY_NAMESPACE.to_owned()),
            ("media".to_owned(), MEDIA_NAMESPACE.to_owned()),
        ]),
        ..rss::Channel::default()
    };
    stylesheet::styled(&document.to_string(), channel)
}

/// By the Atom namespace: RSS 2.0 itself has no room for them.
fn links(channel: &Channel) -> Vec<Link> {
    let link = |relation: &str, format: Format, address: &str| Link {
        href: format.address(address),
        rel: relation.to_owned(),
        mime_type: Some(format.link_type().to_owned()),
        ..Link::default()
    };
    let mut links = vec![link("self", Format::Rss, &channel.address)];
    links.extend(Format::Rss.others().map(|other| link("alternate", other, &channel.address)));
    links.extend(channel.page_links().map(|(relation, address)| link(relation, Format::Rss, address)));
    links
}

/// RFC 5005 §4: a document that will not change but in what its entries say.
fn archive() -> ExtensionMap {
    BTreeMap::from([(
        "fh".to_owned(),
        BTreeMap::from([("archive".to_owned(), vec![extension("fh:archive", &[])])]),
    )])
}

fn extension(name: &str, attributes: &[(&str, &str)]) -> Extension {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Extension { name: name.to_owned(), attrs: attributes.collect(), ..Extension::default() }
}

fn entry(item: &Item<'_>) -> rss::Item {
    let (stored, source) = (item.stored, item.source);
    let entry = &stored.entry;
    let mut creators: Vec<String> = entry.authors.iter().map(|author| plain(&author.name)).collect();
    if creators.is_empty() {
        // Few readers show <source>, and nearly all the author: whose entry it is shall be seen.
        creators.push(plain(&source.title));
    }
    let category = |name: &String| rss::Category { name: plain(name), domain: None };
    let mut extensions = media(entry);
    if stored.changed > stored.first_seen {
        let updated = dates::local(dates::updated(stored), source.timezone).to_rfc3339();
        let updated = Extension { value: Some(updated), ..extension("atom:updated", &[]) };
        extensions.insert("atom".to_owned(), BTreeMap::from([("updated".to_owned(), vec![updated])]));
    }
    rss::Item {
        title: Some(plain(&entry.title)),
        link: entry.link.as_deref().map(|link| address(link).into_owned()),
        description: entry.summary.as_deref().map(legal),
        content: entry.content.as_deref().map(legal),
        categories: entry.categories.iter().map(category).collect(),
        enclosure: entry.enclosures.first().map(enclosure),
        guid: Some(rss::Guid { value: public_guid(&stored.source, stored.key), permalink: false }),
        pub_date: Some(dates::rfc_822(stored.date, source.timezone)),
        source: Some(rss::Source { url: attribution::address(source), title: Some(plain(&source.title)) }),
        dublin_core_ext: Some(DublinCoreExtension {
            creators,
            rights: entry.rights.iter().map(|rights| plain(rights)).collect(),
            ..DublinCoreExtension::default()
        }),
        extensions,
        ..rss::Item::default()
    }
}

/// RSS 2.0 has room for one; url, length and type are all required, and an unknown length is written as 0.
fn enclosure(enclosure: &Enclosure) -> rss::Enclosure {
    rss::Enclosure {
        url: address(&enclosure.url).into_owned(),
        length: enclosure.length.unwrap_or(0).to_string(),
        mime_type: files::required_media_type(enclosure),
    }
}

/// Media RSS: the entry's picture, the files that RSS itself has no room for, and what it has no room for of the first.
fn media(entry: &Entry) -> ExtensionMap {
    let mut media = BTreeMap::new();
    if let Some(image) = entry.image.as_deref() {
        let thumbnail = extension("media:thumbnail", &[("url", &address(image))]);
        media.insert("thumbnail".to_owned(), vec![thumbnail]);
    }
    let files = entry.enclosures.iter().enumerate();
    let has_more = |(place, file): &(usize, &Enclosure)| {
        *place > 0 || file.duration.is_some() || files::title(file).is_some()
    };
    let others: Vec<Extension> = files.filter(has_more).map(|(_, file)| content(file)).collect();
    if !others.is_empty() {
        media.insert("content".to_owned(), others);
    }
    if media.is_empty() { ExtensionMap::new() } else { BTreeMap::from([("media".to_owned(), media)]) }
}

fn content(file: &Enclosure) -> Extension {
    let mut content = extension("media:content", &[]);
    content.attrs =
        files::media_content(file).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if let Some(title) = files::title(file) {
        let title = Extension { value: Some(title), ..extension("media:title", &[]) };
        content.children.insert("title".to_owned(), vec![title]);
    }
    content
}

#[cfg(test)]
mod tests {
    use super::{
        super::samples::{channel, source, stored},
        *,
    };
    use crate::model::Author;

    fn document() -> String {
        let channel = channel();
        let (stored, source) = (stored(), source());
        String::from_utf8(rss(&channel, &[Item { stored: &stored, source: &source }])).unwrap()
    }

    #[test]
    fn every_part_of_an_entry_stands_where_readers_look_for_it() {
        let document = document();
        for part in [
            "<title>Chỉ thị &lt;03&gt; &amp; ]]&gt; hết</title>",
            "<link>https://ninhbinh.gov.vn/1?a=1&amp;b=2</link>",
            "<pubDate>Tue, 17 Jan 2012 05:57:00 +0700</pubDate>",
            "<lastBuildDate>Tue, 17 Jan 2012 08:00:00 +0700</lastBuildDate>",
            "<guid isPermaLink=\"false\">urn:uuid:",
            "<source url=\"https://ninhbinh.gov.vn/rss?a=1&amp;b=2\">Cổng TTĐT Ninh Bình</source>",
            "<dc:creator>Nguyễn Văn A</dc:creator>",
            "<dc:rights>© Cổng TTĐT</dc:rights>",
            "<category>Xây dựng Đảng</category>",
            "<content:encoded><![CDATA[<p>Toàn văn ",
            "<enclosure url=\"https://ninhbinh.gov.vn/a.mp3\" length=\"0\" type=\"audio/mpeg\"/>",
            "<media:thumbnail url=\"https://ninhbinh.gov.vn/a.jpg?x=1&amp;y=2\">",
            "<?xml-stylesheet type=\"text/css\" href=\"feed.css\"?>",
            "<atom:link href=\"http://127.0.0.1:8080/feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>",
            "<atom:link href=\"http://127.0.0.1:8080/archive/7.xml\" rel=\"prev-archive\"",
            "xmlns:media=\"http://search.yahoo.com/mrss/\"",
            "xmlns:content=",
            "xmlns:dc=",
            "xmlns:atom=",
        ] {
            assert!(document.contains(part), "{part} is not in {document}");
        }
        assert!(!document.contains("secret"));
    }

    #[test]
    fn the_document_is_well_formed_and_holds_no_forbidden_character() {
        let document = document();
        assert!(document.chars().all(super::super::is_legal));
        let tree = roxmltree::Document::parse(&document).unwrap();
        let items = tree.descendants().filter(|node| node.has_tag_name("item")).count();
        assert_eq!(items, 1);
    }

    #[test]
    fn markup_in_plain_text_reaches_readers_as_text() {
        const PAYLOAD: &str = "<img src=x onerror=alert(1)> &lt;script&gt;";
        const SAFE: &str = "‹img src=x onerror=alert(1)> ＆lt;script＆gt;";
        let (mut stored, mut source) = (stored(), source());
        PAYLOAD.clone_into(&mut stored.entry.title);
        stored.entry.authors = vec![Author { name: PAYLOAD.to_owned(), url: None }];
        stored.entry.categories = vec![PAYLOAD.to_owned()];
        PAYLOAD.clone_into(&mut source.title);
        let channel = Channel {
            title: PAYLOAD.to_owned(),
            description: PAYLOAD.to_owned(),
            home: "http://a.vn/".to_owned(),
            address: "http://a.vn/feed".to_owned(),
            ..Channel::default()
        };
        let document =
            String::from_utf8(rss(&channel, &[Item { stored: &stored, source: &source }])).unwrap();
        let tree = roxmltree::Document::parse(&document).unwrap();
        let bearing = tree.descendants().filter(|node| node.is_element() && node.text() == Some(SAFE));
        let names: Vec<&str> = bearing.map(|node| node.tag_name().name()).collect();
        assert_eq!(names, ["title", "description", "title", "category", "source", "creator"], "{document}");
    }

    #[test]
    fn an_empty_channel_is_a_feed_too() {
        let channel = Channel {
            title: "Tin".to_owned(),
            description: "Tin".to_owned(),
            home: "http://a.vn/".to_owned(),
            address: "http://a.vn/feed".to_owned(),
            ..Channel::default()
        };
        let document = String::from_utf8(rss(&channel, &[])).unwrap();
        assert!(document.contains("<title>Tin</title>") && !document.contains("lastBuildDate"), "{document}");
    }
}
