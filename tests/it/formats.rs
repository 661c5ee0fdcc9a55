//! Every format, by the rules of its specification, whatever entries hold.

mod breaches;

use tintinh::{
    config::{Surroundings, parse},
    model::{Author, Enclosure, Entry, EntryKey, Identity, Rule, Seq, Source, StoredEntry, Timestamp},
    publish::{Channel, Format, Item, Outline, Pages, opml, render},
};

use crate::support::conformance::breaches;

/// Texts that a publisher, a fault or an attacker may send.
const TEXTS: [&str; 10] = [
    "Quốc lộ 1A",
    "",
    " ",
    "<script>alert(1)</script> & ]]> &lt;b&gt;",
    "\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}",
    "\u{202e}đảo ngược\u{202c} 🇻🇳 𠀀",
    "\"'`=<>&",
    "<!-- <![CDATA[ ]]> -->",
    "e\u{323}\u{302} nửa vời",
    "--&#0;--&bogus;",
];

/// What publishers and browsers are content with, and RFC 3986 is not; and what it is content with.
const QUERIES: [&str; 6] = ["?a=1&b=2", "|1?a=[x]^{y}", "/100%", "?q=l%u0169", "/lũ lụt#a#b", ""];

/// What publishers call a media type.
const TYPES: [Option<&str>; 5] =
    [Some("audio/mpeg"), None, Some("Audio/MPEG; codecs=mp3"), Some("mp3"), Some("tệp/lạ \u{0}")];

fn source() -> Source {
    let file = "[[feeds]]\nid = \"ninh-binh\"\ntitle = \"Cổng <b>TTĐT</b> &\"\nurl = \"https://ninhbinh.gov.vn/rss?a=1&b=2\"\n";
    let config = parse(file, &Surroundings::default()).unwrap();
    let mut source = Source::clone(&config.sources[0]);
    // What the file refuses must not get out all the same.
    source.url = "https://user:secret@ninhbinh.gov.vn/rss?a=1&b=2".parse().unwrap();
    source.title.push('\u{1}');
    source
}

fn entry(number: usize) -> StoredEntry {
    let pick = |shift: usize| TEXTS[(number + shift) % TEXTS.len()];
    let has = |bit: usize| number >> bit & 1 == 1;
    let html = |shift: usize| format!("<p>{}</p>", pick(shift).replace('&', "&amp;").replace('<', "&lt;"));
    // Never empty once it is normalized.
    let is_told = pick(0).contains(|letter: char| letter.is_ascii_graphic());
    let title = if is_told { pick(0).to_owned() } else { "Không tên".to_owned() };
    let query = QUERIES[number % QUERIES.len()];
    let address = |path: &str| format!("https://ninhbinh.gov.vn/{path}{number}{query}");
    let file = |shift: usize, length, duration| Enclosure {
        url: address("tep/"),
        media_type: TYPES[(number + shift) % TYPES.len()].map(ToOwned::to_owned),
        length,
        title: Some(pick(3).to_owned()),
        duration,
    };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let date =
        ["2012-01-16T22:57:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "-0044-03-15T00:00:00Z"];
    let entry = Entry {
        identity: Identity { rule: Rule::Guid, value: number.to_string() },
        link: has(0).then(|| address("tin/")),
        canonical_link: None,
        title,
        summary: has(1).then(|| html(1)),
        content: has(2).then(|| html(2)),
        authors: if has(3) {
            vec![Author { name: "Nguyễn <i>A</i>".to_owned(), url: has(0).then(|| address("nguoi/")) }]
        } else {
            vec![]
        },
        categories: if has(4) {
            vec!["Xây dựng & Đảng".to_owned(), "Thời sự".to_owned()]
        } else {
            vec![]
        },
        published: None,
        updated: None,
        image: has(5).then(|| address("anh/")),
        enclosures: if has(6) { vec![file(0, None, Some(61)), file(1, Some(7), None)] } else { vec![] },
        rights: has(2).then(|| "© <b>Cổng</b> &amp; \u{1}bạn".to_owned()),
    };
    StoredEntry {
        seq: Seq(number as u64),
        source: source().id,
        key: EntryKey::new(Rule::Guid, &number.to_string()),
        first_seen: at("2012-01-17T01:00:00Z"),
        date: at(date[number / 32 % 4]),
        place: at("2012-01-17T01:00:00Z"),
        lead: None,
        dropped: None,
        article: None,
        changed: at(if has(1) { "2012-01-17T01:00:00Z" } else { "2012-01-18T01:00:00Z" }),
        entry,
    }
}

fn channel(is_closed: bool) -> Channel {
    let page = |number: u32| Some(format!("http://127.0.0.1:8080/archive/{number}"));
    let current = is_closed.then(|| "http://127.0.0.1:8080/feed".to_owned());
    Channel {
        name: "feed".to_owned(),
        installation: None,
        title: "Tin các tỉnh <b>&".to_owned(),
        description: "Tin \u{0} gộp".to_owned(),
        home: "http://127.0.0.1:8080/".to_owned(),
        address: "http://127.0.0.1:8080/feed".to_owned(),
        pages: Pages {
            current,
            prev_archive: page(6),
            next_archive: page(8).filter(|_| is_closed),
            is_closed,
        },
    }
}

#[test]
fn every_format_keeps_to_its_specification_whatever_entries_hold() {
    let (source, entries) = (source(), (0..128).map(entry).collect::<Vec<_>>());
    let items: Vec<Item<'_>> = entries.iter().map(|stored| Item { stored, source: &source }).collect();
    for format in Format::ALL {
        for is_closed in [false, true] {
            for items in [&items[..], &[]] {
                let document = render(format, &channel(is_closed), items);
                let address = format!("{}.{}", channel(is_closed).address, format.extension());
                assert_eq!(breaches(&address, &document), Vec::<String>::new(), "{format:?}");
                assert_eq!(document, render(format, &channel(is_closed), items), "not the same twice");
                let text = String::from_utf8(document).unwrap();
                assert!(!text.contains("secret") && text.contains("/archive/6."), "{format:?}");
                let is_archive = text.contains("fh:archive") && format != Format::Json;
                assert_eq!(is_archive, is_closed && format != Format::Json, "{format:?}");
            }
        }
    }
}

#[test]
fn the_outline_keeps_to_its_specification_whatever_sources_are_called() {
    let document = outline();
    assert_eq!(breaches("http://127.0.0.1:8080/opml.xml", &document), Vec::<String>::new());
}

/// A group and a feed for each text.
fn outline() -> Vec<u8> {
    let feed = |number: usize| Outline::Feed {
        title: format!("{number} {}", TEXTS[number % TEXTS.len()]),
        address: format!("http://127.0.0.1:8080/sources/s{number}.xml"),
        site: "https://ninhbinh.gov.vn/".to_owned(),
    };
    let group =
        Outline::Group { title: "Ninh Bình & <b>".to_owned(), lines: (1..TEXTS.len()).map(feed).collect() };
    opml("Tin các tỉnh <b>&", &[feed(0), group])
}
