//! The documents of the tables, damaged at random from a fixed seed: never a panic, and what is whole is kept.

use std::{sync::mpsc, time::Instant};

use super::{ill_formed::ILL_FORMED, shapes::SHAPES, *};

/// Longer takes none of our time: the same seed finds the same.
const WITHIN: Duration = Duration::from_secs(2);

/// What repeats one piece, in bytes: with the square of its length this would take hours.
const FLOOD: usize = 512 << 10;

/// Xorshift (Marsaglia, 2003).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

const PIECES: [&str; 16] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "</item>",
    "<item>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "</channel>",
    "\0",
    "é",
    "<br>",
    "<!DOCTYPE x [",
];

fn damaged(document: &str, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = document.as_bytes().to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len());
        match chance.below(4) {
            0 => bytes.truncate(at),
            1 => {
                bytes.splice(at..at, PIECES[chance.below(PIECES.len())].bytes());
            }
            2 => {
                let end = (at + chance.below(12)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).unwrap();
                }
            }
        }
    }
    bytes
}

#[test]
fn no_damage_makes_it_fail() {
    let (done, ended) = mpsc::channel();
    thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(move || {
            let url = Url::parse("https://bao.example/").unwrap();
            let (mut chance, started, mut read) = (Chance(0x5eed), Instant::now(), 0_usize);
            'all: loop {
                for (_, document, ..) in ILL_FORMED.iter().chain(SHAPES) {
                    let bytes = damaged(document, &mut chance);
                    let document = Document { bytes: &bytes, content_type: None, url: &url };
                    read += usize::from(parse(&document, |_| None).is_ok());
                    if started.elapsed() > WITHIN {
                        break 'all;
                    }
                }
            }
            done.send(read).unwrap();
        })
        .unwrap();
    let read = ended.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(read > 100, "{read}");
}

#[test]
fn a_cut_costs_no_item_that_ended_before_it() {
    let item = |number: usize| {
        format!(
            "<item><title>Tin {number} &amp; <![CDATA[<b>]]></title><link>https://a.example/{number}</link>\
             <description>&lt;p&gt;x</description><guid isPermaLink='false'>g{number}</guid></item>"
        )
    };
    let items: String = (0..4).map(item).collect();
    let document =
        format!("<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{items}</channel></rss>");
    for (cut, _) in document.char_indices() {
        let start = &document[..cut];
        let whole = start.matches("</item>").count();
        match read(start) {
            Ok(feed) => {
                assert!(feed.items.len() >= whole, "{start}");
                let told: Vec<&str> =
                    feed.items.iter().take(whole).filter_map(|item| item.guid.as_deref()).collect();
                assert_eq!(told, ["g0", "g1", "g2", "g3"][..whole], "{start}");
                let links = feed.items.iter().filter_map(|item| item.link.as_deref());
                links.for_each(|link| assert_eq!(link.len(), "https://a.example/0".len(), "{start}"));
            }
            Err(_) => assert_eq!(whole, 0, "{start}"),
        }
    }
}

#[test]
fn floods_end_soon() {
    let pieces = [
        "<",
        "&",
        "<![CDATA[",
        "</item>",
        "<item>",
        "<a>",
        "<a b='",
        "<a b=\"x>y<",
        "<!--",
        "<?",
        "<!DOCTYPE x [",
        "]]>",
        "<x a=\"<",
        "<title>",
        "<b><i></b></i>",
        "<title><b>",
        "&lt;",
        "&#",
        "<a:b xmlns:a='c'>",
        "</p>",
        "<item <",
        "\u{1}",
        "<media:group>",
        "<a b=c d>",
        "<channel>",
        "<description><item>",
        "<![CDATA[</title><![CDATA[",
        "<script>",
        "<!ENTITY a '",
    ];
    for piece in pieces {
        let document = format!(
            "<rss version='2.0'><channel><item><title>A</title></item>{}",
            piece.repeat(FLOOD / piece.len())
        );
        let started = Instant::now();
        let feed = read(&document).unwrap();
        assert!(!feed.items.is_empty(), "{piece}");
        assert!(started.elapsed() < Duration::from_secs(10), "{piece}: {:?}", started.elapsed());
    }
}

#[test]
fn a_billion_laughs_are_cut_short() {
    let entities: Vec<String> = (1..12)
        .map(|level| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10)))
        .collect();
    let entities = entities.concat();
    let document = format!(
        "<!DOCTYPE rss [<!ENTITY l0 \"lol\">{entities}]><rss version='2.0'><channel><item><title>A&l11;</title>\
         <description>{}</description></item></channel></rss>",
        "&l3;".repeat(10_000)
    );
    let item = only(&document);
    assert!(item.title.unwrap().body.len() < 2 << 20);
    assert!(item.summary.unwrap().body.len() < 2 << 20);
}
