//! What reading costs: our whole way from bytes to entries, beside raw feed-rs with ammonia on the same documents.
//!
//! `cargo bench --bench reading` prints a ratio for each kind of document; both sides are timed in turn in one run, so
//! that the machine's mood hits both. Strictly valid documents should stay below 1.5.

use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    time::{Duration, Instant},
};

use tintinh::{
    normalize::{self, Familiar},
    parse,
};
use url::Url;

/// Rounds that are timed; the median counts.
const ROUNDS: usize = 41;

fn main() -> std::io::Result<()> {
    let url = Url::parse("https://bao.example/rss").map_err(std::io::Error::other)?;
    // feed-rs recurses, and so each side runs on a thread with the stack that ours asks for.
    let bench = std::thread::Builder::new().stack_size(parse::STACK_SIZE).spawn(move || {
        let mut report = String::new();
        for (name, document) in [("RSS 2.0", rss()), ("Atom 1.0", atom()), ("JSON Feed 1.1", json())] {
            let (ours, raw) = compare(document.as_bytes(), &url);
            let ratio = ours.as_secs_f64() / raw.as_secs_f64();
            let kilobytes = document.len() / 1024;
            let _ = writeln!(
                report,
                "{name:14} {kilobytes:4} KiB  ours {ours:9.2?}  raw {raw:9.2?}  ratio {ratio:.2}"
            );
        }
        report
    })?;
    let report = bench.join().map_err(|_| std::io::Error::other("the bench panicked"))?;
    std::io::stdout().write_all(report.as_bytes())
}

/// The median time of each side, taken in turn.
fn compare(document: &[u8], url: &Url) -> (Duration, Duration) {
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let took = (time(|| read(document, url)), time(|| read_raw(document)));
        // The first warms caches and tables.
        if round > 0 {
            ours.push(took.0);
            raw.push(took.1);
        }
    }
    ours.sort();
    raw.sort();
    (ours[ROUNDS / 2], raw[ROUNDS / 2])
}

fn time(work: impl FnOnce() -> usize) -> Duration {
    let began = Instant::now();
    let entries = black_box(work());
    assert_eq!(entries, ENTRIES, "a side that loses entries has not done the work");
    began.elapsed()
}

fn read(bytes: &[u8], url: &Url) -> usize {
    let document = parse::Document { bytes, content_type: None, url };
    let zone = chrono_tz::Asia::Ho_Chi_Minh;
    let feed = parse::parse(&document, move |text: &str| normalize::timestamp::read(text, zone));
    feed.map_or(0, |feed| normalize::normalize(&feed, url, &Familiar::default()).len())
}

fn read_raw(bytes: &[u8]) -> usize {
    let Ok(feed) = feed_rs::parser::parse(bytes) else { return 0 };
    for entry in &feed.entries {
        let texts = [
            entry.summary.as_ref().map(|text| text.content.as_str()),
            entry.content.as_ref().and_then(|content| content.body.as_deref()),
        ];
        texts.into_iter().flatten().for_each(|text| drop(black_box(ammonia::clean(text))));
    }
    feed.entries.len()
}

/// Entries in each document: what a large home feed has.
const ENTRIES: usize = 100;

fn article(number: usize) -> String {
    let paragraph = "<p>Sáng 17/1, mực nước sông Hoàng Long tại Bến Đế lên nhanh, <strong>vượt báo động 2</strong>; \
        tỉnh Ninh Bình yêu cầu các địa phương rà soát các vùng trũng thấp, sẵn sàng phương án di dời dân.</p>";
    format!("<p><img src=\"https://anh.example/{number}.jpg\" alt=\"Ảnh\"></p>{}", paragraph.repeat(6))
}

fn rss() -> String {
    let mut items = String::new();
    for number in 0..ENTRIES {
        let _ = write!(
            items,
            "<item><title>Tin số {number}: lũ lên nhanh</title><link>https://bao.example/tin-{number}.html</link>\
             <guid>https://bao.example/tin-{number}.html</guid><category>Thời sự</category>\
             <pubDate>Tue, 17 Jan 2012 05:57:{:02} +0700</pubDate><description><![CDATA[{}]]></description></item>",
            number % 60,
            article(number)
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>Báo</title>\
         <link>https://bao.example/</link><description>Tin</description>{items}</channel></rss>"
    )
}

fn atom() -> String {
    let mut entries = String::new();
    for number in 0..ENTRIES {
        let escaped = article(number).replace('&', "&amp;").replace('<', "&lt;");
        let _ = write!(
            entries,
            "<entry><title>Tin số {number}</title><id>urn:tin:{number}</id><updated>2012-01-17T05:57:00+07:00</updated>\
             <link href=\"https://bao.example/tin-{number}.html\"/><content type=\"html\">{escaped}</content></entry>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Báo</title>\
         <id>urn:bao</id><updated>2012-01-17T05:57:00+07:00</updated>{entries}</feed>"
    )
}

fn json() -> String {
    let items = (0..ENTRIES).map(|number| {
        serde_json::json!({
            "id": format!("{number}"),
            "url": format!("https://bao.example/tin-{number}.html"),
            "title": format!("Tin số {number}"),
            "content_html": article(number),
            "date_published": "2012-01-17T05:57:00+07:00",
        })
    });
    let items: Vec<_> = items.collect();
    serde_json::json!({ "version": "https://jsonfeed.org/version/1.1", "title": "Báo", "items": items })
        .to_string()
}
