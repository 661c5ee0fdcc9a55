//! What the publishers of this bench say: thirty entries each as provincial papers write them, and at times one more.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tintinh::{app::clock, model::Timestamp};

use crate::{
    dice::Dice,
    publishers::{self, Asked},
};

/// Sources in all.
pub const SOURCES: usize = 1_000;
/// Entries in each document.
pub const ENTRIES: usize = 30;
/// Of so many sources one has a new entry in each later cycle.
pub const NEWS_OF: usize = 20;

#[rustfmt::skip]
const WORDS: [&str; 64] = [
    "tỉnh", "huyện", "xã", "thành", "phố", "nhân", "dân", "sông", "Hoàng", "Long", "mực", "nước", "lên", "nhanh", "vượt",
    "báo", "động", "yêu", "cầu", "các", "địa", "phương", "rà", "soát", "vùng", "trũng", "thấp", "sẵn", "sàng", "phương",
    "án", "di", "dời", "người", "về", "nơi", "an", "toàn", "chiều", "sáng", "nay", "Chủ", "tịch", "Ủy", "ban", "kiểm", "tra",
    "công", "tác", "phòng", "chống", "thiên", "tai", "lúa", "đông", "xuân", "được", "mùa", "giá", "bán", "ổn", "định",
    "học", "sinh",
];

/// How often each source was asked since it was last asked without condition, and how many entries it has had.
pub struct Papers {
    began: Timestamp,
    asked: Mutex<HashMap<usize, (usize, usize)>>,
}

impl Papers {
    pub fn new() -> Self {
        Self { began: clock::now(), asked: Mutex::default() }
    }

    /// At first the whole document; after that a 304, but from each source in turn one new entry.
    pub fn answer(&self, asked: &Asked) -> Vec<u8> {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (cycle, entries) = all.entry(asked.number).or_default();
        (*cycle, *entries) = if asked.conditional { (*cycle + 1, *entries) } else { (0, ENTRIES) };
        let has_news = *cycle > 0 && (*cycle - 1) % NEWS_OF == asked.number % NEWS_OF;
        *entries += usize::from(has_news);
        let (newest, is_whole) = (*entries, has_news || !asked.conditional);
        drop(all);
        let etag = format!("{}-{newest}", asked.number);
        if is_whole {
            publishers::whole(&etag, &self.document(asked.number, newest))
        } else {
            publishers::unchanged(&etag)
        }
    }

    /// The last entries of so many, newest first.
    fn document(&self, source: usize, newest: usize) -> String {
        let mut items = String::new();
        for number in (newest - ENTRIES..newest).rev() {
            self.item(&mut items, source, number);
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n\
             <channel>\n<title>Báo {source}</title>\n<link>https://bao-{source}.example/</link>\n\
             <description>Tin tức</description>\n<language>vi</language>\n{items}</channel>\n</rss>\n"
        )
    }

    fn item(&self, items: &mut String, source: usize, number: usize) {
        let mut dice = Dice(source as u64 * 1_000 + number as u64);
        let (title, lead) = (words(&mut dice, 8, 9), words(&mut dice, 30, 60));
        let link = format!(
            "https://bao-{source}.example/thoi-su/{}-{source:04}{number:04}.html",
            dice.below(90_000)
        );
        let date = self.began + chrono::Duration::minutes(47) * i32::try_from(number).unwrap_or(0);
        let date = (date - Duration::from_hours(26)).format("%a, %d %b %Y %H:%M:%S GMT");
        let image = format!("https://bao-{source}.example/uploads/2026/11/{number}-{source}.jpg");
        // Writing to a string does not fail.
        let _ = write!(
            items,
            "<item>\n<title>{title}</title>\n<link>{link}</link>\n<guid isPermaLink=\"true\">{link}</guid>\n\
             <pubDate>{date}</pubDate>\n<description><![CDATA[<a href=\"{link}\"><img src=\"{image}\" alt=\"{title}\" \
             width=\"180\" /></a><br/><p>{lead}.</p>"
        );
        for _ in 0..dice.below(4) {
            let text = words(&mut dice, 15, 30);
            let _ = write!(
                items,
                "<p style=\"text-align: justify;\"><strong>Báo {source}</strong> - {text}.</p>"
            );
        }
        for related in 0..dice.below(3) {
            let text = words(&mut dice, 6, 8);
            let _ = write!(items, "<li><a href=\"/tin-{related}.html\" target=\"_blank\">{text}</a></li>");
        }
        items.push_str("]]></description>\n</item>\n");
    }
}

/// So many words or some more.
fn words(dice: &mut Dice, least: usize, more: usize) -> String {
    let count = least + dice.below(more);
    (0..count).map(|_| WORDS[dice.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
}
