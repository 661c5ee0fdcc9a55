//! RSS 2.0, by the `rss` crate.

use std::collections::BTreeMap;

use chrono::{Datelike, Offset};
use chrono_tz::Tz;
use rss::extension::{Extension, ExtensionMap, atom::AtomExtension, dublincore::DublinCoreExtension};

use super::{Channel, Item, legal, plain::plain, public_guid};
use crate::model::{Enclosure, Source, Timestamp};

const MEDIA_NAMESPACE: &str = "http://search.yahoo.com/mrss/";
/// The form of RFC 822 with the four-digit year that RSS 2.0 prefers; the local time of the source, as people there
/// would read it.
const DATE_FORMAT: &str = "%a, %d %b %Y %H:%M:%S %z";

/// Earlier years are written in UTC: Vietnam came to whole hours on 1 May 1911.
const ZONES_SINCE: i32 = 1912;

/// A channel as an RSS 2.0 document. Equal arguments give equal bytes.
#[must_use]
pub fn rss(channel: &Channel, items: &[Item<'_>]) -> Vec<u8> {
    let newest = items.iter().max_by_key(|item| item.stored.changed);
    let document = rss::Channel {
        title: plain(&channel.title),
        link: channel.home.clone(),
        description: plain(&channel.description),
        language: Some("vi".to_owned()),
        // The last real change, never "now": an unchanged channel must stay the same bytes.
        last_build_date: newest.map(|item| date(item.stored.changed, item.source.timezone)),
        generator: Some(concat!("tintinh ", env!("CARGO_PKG_VERSION")).to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        items: items.iter().map(entry).collect(),
        atom_ext: Some(AtomExtension { links: vec![own_address(channel)] }),
        namespaces: BTreeMap::from([("media".to_owned(), MEDIA_NAMESPACE.to_owned())]),
        ..rss::Channel::default()
    };
    document.to_string().into_bytes()
}

fn own_address(channel: &Channel) -> rss::extension::atom::Link {
    rss::extension::atom::Link {
        href: channel.address.clone(),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Default::default()
    }
}

fn entry(item: &Item<'_>) -> rss::Item {
    let (stored, source) = (item.stored, item.source);
    let entry = &stored.entry;
    let creators: Vec<String> = entry.authors.iter().map(|author| plain(&author.name)).collect();
    let category = |name: &String| rss::Category { name: plain(name), domain: None };
    rss::Item {
        title: Some(plain(&entry.title)),
        link: entry.link.clone(),
        description: entry.summary.as_deref().map(legal),
        content: entry.content.as_deref().map(legal),
        categories: entry.categories.iter().map(category).collect(),
        enclosure: entry.enclosures.first().map(enclosure),
        guid: Some(rss::Guid { value: public_guid(&stored.source, stored.key), permalink: false }),
        pub_date: Some(date(stored.date, source.timezone)),
        source: Some(rss::Source { url: credited_address(source), title: Some(plain(&source.title)) }),
        dublin_core_ext: (!creators.is_empty())
            .then(|| DublinCoreExtension { creators, ..DublinCoreExtension::default() }),
        extensions: entry.image.as_deref().map(thumbnail).unwrap_or_default(),
        ..rss::Item::default()
    }
}

/// RSS 2.0 has room for one; url, length and type are all required, and an unknown length is written as 0.
fn enclosure(enclosure: &Enclosure) -> rss::Enclosure {
    let media_type = enclosure.media_type.as_deref().unwrap_or("application/octet-stream");
    rss::Enclosure {
        url: enclosure.url.clone(),
        length: enclosure.length.unwrap_or(0).to_string(),
        mime_type: legal(media_type),
    }
}

/// Media RSS: the entry's picture.
fn thumbnail(address: &str) -> ExtensionMap {
    let thumbnail = Extension {
        name: "media:thumbnail".to_owned(),
        attrs: BTreeMap::from([("url".to_owned(), address.to_owned())]),
        ..Extension::default()
    };
    let media = BTreeMap::from([("thumbnail".to_owned(), vec![thumbnail])]);
    BTreeMap::from([("media".to_owned(), media)])
}

/// The source's own address, for attribution; credentials stay with us.
fn credited_address(source: &Source) -> String {
    let mut address = source.url.clone();
    // Both fail only for addresses without a host, which no source has.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    address.to_string()
}

/// The time in the zone, or in UTC where the zone had no offset yet that its people would know: before zones came up,
/// each place kept its own mean time, with seconds that RFC 822 has no room for.
fn date(at: Timestamp, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let is_mean_time = local.year() < ZONES_SINCE || local.offset().fix().local_minus_utc() % 60 != 0;
    if is_mean_time {
        return at.format(DATE_FORMAT).to_string();
    }
    local.format(DATE_FORMAT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Access, Author, Entry, EntryKey, Identity, Limits, Pace, Rule, Seq, SourceId, StoredEntry,
    };
    use std::{sync::Arc, time::Duration};

    fn source() -> Source {
        let second = Duration::from_secs(1);
        Source {
            id: SourceId::new("ninh-binh").unwrap(),
            title: "Cổng TTĐT \u{1}Ninh Bình".to_owned(),
            province: None,
            url: url::Url::parse("https://user:secret@ninhbinh.gov.vn/rss?a=1&b=2").unwrap(),
            enabled: true,
            timezone: chrono_tz::Asia::Ho_Chi_Minh,
            pace: Pace { interval: None, min_interval: second, max_interval: second, host_delay: second },
            limits: Limits {
                max_body: 1,
                connect_timeout: second,
                idle_timeout: second,
                total_timeout: second,
            },
            access: Access::default(),
            rewrite_host: Arc::default(),
            page: None,
        }
    }

    fn stored() -> StoredEntry {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let entry = Entry {
            identity: Identity { rule: Rule::Guid, value: "news_1".to_owned() },
            link: Some("https://ninhbinh.gov.vn/1?a=1&b=2".to_owned()),
            canonical_link: None,
            title: "Chỉ thị <03> & ]]> \u{0}\u{b}\u{ffff}hết".to_owned(),
            summary: Some("<p>Năm 2011</p>".to_owned()),
            content: Some("<p>Toàn văn ]]> &amp;</p>".to_owned()),
            authors: vec![Author { name: "Nguyễn Văn A".to_owned(), url: None }],
            categories: vec!["Xây dựng Đảng".to_owned()],
            published: None,
            updated: None,
            image: Some("https://ninhbinh.gov.vn/a.jpg?x=1&y=2".to_owned()),
            enclosures: vec![Enclosure {
                url: "https://ninhbinh.gov.vn/a.mp3".to_owned(),
                media_type: Some("audio/mpeg".to_owned()),
                length: None,
                ..Enclosure::default()
            }],
        };
        StoredEntry {
            seq: Seq(1),
            source: source().id,
            key: EntryKey::new(Rule::Guid, "news_1"),
            first_seen: at("2012-01-17T01:00:00Z"),
            date: at("2012-01-16T22:57:00Z"),
            place: at("2012-01-17T01:00:00Z"),
            changed: at("2012-01-17T01:00:00Z"),
            entry,
        }
    }

    fn document() -> String {
        let channel = Channel {
            title: "Tin các tỉnh".to_owned(),
            description: "Tin của các báo & cổng".to_owned(),
            home: "http://127.0.0.1:8080/".to_owned(),
            address: "http://127.0.0.1:8080/feed.xml".to_owned(),
        };
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
            "<category>Xây dựng Đảng</category>",
            "<content:encoded><![CDATA[<p>Toàn văn ",
            "<enclosure url=\"https://ninhbinh.gov.vn/a.mp3\" length=\"0\" type=\"audio/mpeg\"/>",
            "<media:thumbnail url=\"https://ninhbinh.gov.vn/a.jpg?x=1&amp;y=2\">",
            "<atom:link href=\"http://127.0.0.1:8080/feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>",
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
            address: "http://a.vn/feed.xml".to_owned(),
        };
        let document =
            String::from_utf8(rss(&channel, &[Item { stored: &stored, source: &source }])).unwrap();
        let tree = roxmltree::Document::parse(&document).unwrap();
        let bearing = tree.descendants().filter(|node| node.is_element() && node.text() == Some(SAFE));
        let names: Vec<&str> = bearing.map(|node| node.tag_name().name()).collect();
        assert_eq!(names, ["title", "description", "title", "category", "source", "creator"], "{document}");
    }

    #[test]
    fn dates_are_local_except_where_a_place_kept_its_own_mean_time() {
        let table = [
            ("2012-01-16T22:57:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Tue, 17 Jan 2012 05:57:00 +0700"),
            ("1954-05-07T10:30:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Fri, 07 May 1954 18:30:00 +0800"),
            ("1905-01-01T00:00:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Sun, 01 Jan 1905 00:00:00 +0000"),
            ("1911-04-01T00:00:00Z", chrono_tz::Asia::Ho_Chi_Minh, "Sat, 01 Apr 1911 00:00:00 +0000"),
            ("1970-01-01T00:00:00Z", chrono_tz::Africa::Monrovia, "Thu, 01 Jan 1970 00:00:00 +0000"),
        ];
        for (at, zone, wanted) in table {
            assert_eq!(date(at.parse().unwrap(), zone), wanted);
        }
    }

    #[test]
    fn an_empty_channel_is_a_feed_too() {
        let channel = Channel {
            title: "Tin".to_owned(),
            description: "Tin".to_owned(),
            home: "http://a.vn/".to_owned(),
            address: "http://a.vn/feed.xml".to_owned(),
        };
        let document = String::from_utf8(rss(&channel, &[])).unwrap();
        assert!(document.contains("<title>Tin</title>") && !document.contains("lastBuildDate"), "{document}");
    }
}
