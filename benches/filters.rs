//! What filters cost: entries of a usual length judged by one keyword and by a thousand, and told by their language. Prints
//! the time an entry; the figures are in README.md.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot go on has failed, and prints"
)]

use std::{hint::black_box, sync::Arc, time::Instant};

use tintinh::{
    config::{self, Surroundings},
    filter::{OwnFilter, SourceFilter},
    model::{Entry, Identity, Rule},
};

const ENTRIES: u32 = 5_000;
const ROUNDS: usize = 5;
const SENTENCE: &str = "<p>Ủy ban nhân dân tỉnh yêu cầu các sở, ngành và địa phương chủ động ứng phó với mưa lớn, lũ quét và sạt \
    lở đất; sơ tán người dân khỏi vùng nguy hiểm trước 18 giờ ngày 23/11.</p>";

fn entry(number: u32) -> Entry {
    Entry {
        identity: Identity { rule: Rule::Guid, value: number.to_string() },
        link: Some(format!("https://bao.example/thoi-su/tin-{number}.html")),
        canonical_link: None,
        title: format!("Chủ động ứng phó mưa lũ, bản tin số {number}"),
        summary: Some(SENTENCE.to_owned()),
        content: Some(SENTENCE.repeat(8)),
        authors: vec![],
        categories: vec!["Thời sự".to_owned()],
        published: None,
        updated: None,
        image: None,
        enclosures: vec![],
        rights: None,
    }
}

/// The best of some rounds.
fn measure(name: &str, entries: &[Entry], mut judge: impl FnMut(&Entry)) {
    let round = |_| {
        let began = Instant::now();
        entries.iter().for_each(&mut judge);
        began.elapsed() / ENTRIES
    };
    let best = (0..ROUNDS).map(round).min().unwrap();
    println!("{name:<40} {best:>8.1?} an entry");
}

fn main() {
    let entries: Vec<Entry> = (0..ENTRIES).map(entry).collect();
    let bytes = entries[0].content.as_deref().unwrap().len() + entries[0].summary.as_deref().unwrap().len();
    println!("{ENTRIES} entries of {bytes} bytes of HTML");
    for count in [1, 10, 100, 1000] {
        let words: Vec<String> = (0..count).map(|number| format!("\"từ khoá {number}\"")).collect();
        let file = format!(
            "[[feeds]]\nid = \"a\"\ntitle = \"A\"\nurl = \"https://a.vn/rss\"\ndrop.keywords = [{}]\n",
            words.join(",")
        );
        let config = config::parse(&file, &Surroundings::default()).unwrap();
        let began = Instant::now();
        let filter = SourceFilter::of(&config.sources[0].republishing).unwrap();
        let ready = began.elapsed();
        let name = format!("{count} keywords (ready in {ready:.0?})");
        measure(&name, &entries, |entry| _ = black_box(filter.dropped(entry)));
    }
    let file = "[[channels]]\nslug = \"a\"\ntitle = \"A\"\nlanguages = [\"vi\"]\n";
    let config = config::parse(file, &Surroundings::default()).unwrap();
    let filter = OwnFilter::of(&Arc::clone(&config.channels[0])).unwrap();
    measure("language", &entries, |entry| _ = black_box(filter.refusal(entry)));
}
