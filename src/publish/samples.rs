//! What the tests of all formats publish.

use std::{sync::Arc, time::Duration};

use super::{Channel, Pages};
use crate::model::{
    Access, Author, Enclosure, Entry, EntryKey, Identity, Limits, Pace, Rule, Seq, Source, SourceId,
    StoredEntry, Timestamp,
};

/// A channel with pages.
pub(super) fn channel() -> Channel {
    let page = |name: &str| Some(format!("http://127.0.0.1:8080/archive/{name}"));
    Channel {
        name: "feed".to_owned(),
        installation: None,
        title: "Tin các tỉnh".to_owned(),
        description: "Tin của các báo & cổng".to_owned(),
        home: "http://127.0.0.1:8080/".to_owned(),
        address: "http://127.0.0.1:8080/feed".to_owned(),
        pages: Pages { prev_archive: page("7"), ..Pages::default() },
    }
}

/// A source with all that could go wrong in its name.
pub(super) fn source() -> Source {
    let second = Duration::from_secs(1);
    Source {
        id: SourceId::new("ninh-binh").unwrap(),
        title: "Cổng TTĐT \u{1}Ninh Bình".to_owned(),
        province: None,
        url: url::Url::parse("https://user:secret@ninhbinh.gov.vn/rss?a=1&b=2").unwrap(),
        enabled: true,
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        pace: Pace { interval: None, min_interval: second, max_interval: second, host_delay: second },
        limits: Limits { max_body: 1, connect_timeout: second, idle_timeout: second, total_timeout: second },
        access: Access::default(),
        rewrite_host: Arc::default(),
        republishing: crate::model::Republishing::default(),
        page: None,
        article: None,
    }
}

/// An entry with every part that an entry may have.
pub(super) fn stored() -> StoredEntry {
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
        rights: Some("© Cổng TTĐT".to_owned()),
    };
    StoredEntry {
        seq: Seq(1),
        source: source().id,
        key: EntryKey::new(Rule::Guid, "news_1"),
        first_seen: at("2012-01-17T01:00:00Z"),
        date: at("2012-01-16T22:57:00Z"),
        place: at("2012-01-17T01:00:00Z"),
        lead: None,
        dropped: None,
        article: None,
        changed: at("2012-01-17T01:00:00Z"),
        entry,
    }
}
