//! Every format, by the rules of its specification, whatever entries hold.

use tintinh::{
    config::{Surroundings, parse},
    model::{Author, Enclosure, Entry, EntryKey, Identity, Rule, Seq, Source, StoredEntry, Timestamp},
    publish::{Channel, Format, Item, Pages, render},
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
    let address = |path: &str| format!("https://ninhbinh.gov.vn/{path}{number}?a=1&b=2");
    let file = |media_type: Option<&str>, length| Enclosure {
        url: address("tep/"),
        media_type: media_type.map(ToOwned::to_owned),
        length,
        title: Some(pick(3).to_owned()),
        duration: Some(61),
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
            vec![Author { name: "Nguyễn <i>A</i>".to_owned(), url: None }]
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
        enclosures: if has(6) { vec![file(Some("audio/mpeg"), None), file(None, Some(7))] } else { vec![] },
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
                assert_eq!(breaches(format.extension(), &document), Vec::<String>::new(), "{format:?}");
                assert_eq!(document, render(format, &channel(is_closed), items), "not the same twice");
                let text = String::from_utf8(document).unwrap();
                assert!(!text.contains("secret") && text.contains("/archive/6."), "{format:?}");
                let is_archive = text.contains("fh:archive") && format != Format::Json;
                assert_eq!(is_archive, is_closed && format != Format::Json, "{format:?}");
            }
        }
    }
}

/// A checker that finds nothing proves nothing: each of these documents breaks a rule.
#[test]
fn the_rules_are_really_checked() {
    let (source, entries) = (source(), [entry(127), entry(126)]);
    let items: Vec<Item<'_>> = entries.iter().map(|stored| Item { stored, source: &source }).collect();
    let table = [
        (Format::Rss, "<pubDate>Thu, 01", "<pubDate>Thu, 41"),
        (Format::Rss, "isPermaLink=\"false\"", "isPermaLink=\"true\""),
        (Format::Rss, "rel=\"self\"", "rel=\"via\""),
        (Format::Rss, "length=\"0\"", "length=\"\""),
        (Format::Rss, "</channel>", ""),
        (Format::Atom, "<published>", "<published>x"),
        (Format::Atom, "<id>urn:uuid:", "<id>"),
        (Format::Atom, "<author>", "<contributor>"),
        (Format::Atom, "rel=\"self\" type=\"application/atom+xml\"", "rel=\"alternate\" type=\"text/html\""),
        (Format::Json, "\"content_html\"", "\"content\""),
        (Format::Json, "\"date_published\":\"", "\"date_published\":\"x"),
        (Format::Json, "/version/1.1", "/version/1"),
        (Format::Json, "\"id\":\"urn:uuid:", "\"id\":1,\"x\":\""),
    ];
    for (format, right, wrong) in table {
        let text = String::from_utf8(render(format, &channel(true), &items)).unwrap();
        assert!(text.contains(right), "{right} is not in {text}");
        let closing = |text: &str| {
            text.replace("</author>", if wrong == "<contributor>" { "</contributor>" } else { "</author>" })
        };
        let broken = closing(&text.replace(right, wrong));
        assert_ne!(
            breaches(format.extension(), broken.as_bytes()),
            Vec::<String>::new(),
            "{right} → {wrong}"
        );
    }
}
